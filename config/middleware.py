"""The language of a page: the reader's own, not the browser's."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]


def chosen_language(request: HttpRequest) -> str:
    """Return the language of the user's account, else the one picked on this device, else Chinese."""
    picked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if request.user.is_authenticated:
        picked = request.user.language
    return picked if picked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def language(get_response: Handler) -> Handler:
    """Speak the reader's language, and forget the device's choice when its reader logs out.

    A counter's computer is shared: the next person starts in Chinese or in the account's own language.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        code = chosen_language(request)
        request.LANGUAGE_CODE = code
        was_in = request.user.is_authenticated
        with translation.override(code):
            response = get_response(request)
        response.headers.setdefault("Content-Language", code)
        if was_in and not request.user.is_authenticated:
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return response

    return middleware
