"""The start page: what to do first, and by when."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the reader's month."""
    return render(request, "reviews/home.html", {"now": timezone.localtime()})
