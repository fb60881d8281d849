"""The bar of long work: its present state, and stopping it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from staff import jobs
from staff.models import Job


@never_cache
@login_required
@require_GET
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a job's bar, to be put in place of the one on the page."""
    job = get_object_or_404(Job.objects.visible_to(request.user, on=timezone.localdate()), pk=pk)
    return render(request, "staff/job_bar.html", {"job": job})


@login_required
@require_POST
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a job to stop, and return to the page that shows it."""
    job = get_object_or_404(Job.objects.visible_to(request.user, on=timezone.localdate()), pk=pk)
    jobs.cancel(job)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = reverse("home")
    return HttpResponseRedirect(back)
