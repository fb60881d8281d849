"""What holds for every request: the reader's own language, and texts that the database can hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
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


API = "/api/"


class NoNul:
    """Answer 400 to an address or form with a NUL: PostgreSQL holds none in a text, and a page would break on it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: Sequence[Any], _kwargs: Any
    ) -> None:
        """Look before the view does. The API reads its bodies itself."""
        forms = [request.GET] if request.path.startswith(API) else [request.GET, request.POST]
        texts = [text for form in forms for name, values in form.lists() for text in (name, *values)]
        if any("\x00" in text for text in (request.path, *texts)):
            raise BadRequest
