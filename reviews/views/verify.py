"""The one public page: is this paper genuine? Nobody logs in, nothing is kept, nothing else is told."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reviews.document_codes import LONGEST_TYPED, as_printed
from reviews.services.papers import look_up
from staff.limits import Limit, client_of

WINDOW = 600  # seconds
TOO_MANY = 429
MINUTE = 60
# The three answers differ in length; a page filled up to the same size tells nobody on the way which it was.
PAGE_BYTES = 8192


@never_cache
@require_safe
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Say of a code whether its paper is genuine, superseded or unknown."""
    with translation.override(language_of(request)):
        return _headed(_page(request, code or request.GET.get("code", "")))


def _page(request: HttpRequest, typed: str) -> HttpResponse:
    typed = typed[:LONGEST_TYPED]
    printed = as_printed(typed)
    context: dict[str, Any] = {"code": printed or typed.strip(), "language": translation.get_language()}
    if not context["code"]:
        return render(request, "reviews/verify.html", context)
    if wait := too_many(request):
        minutes = -(-wait // MINUTE)
        page = render(request, "reviews/verify_later.html", context | {"minutes": minutes}, status=TOO_MANY)
        page.headers["Retry-After"] = str(wait)
        return page
    context["answer"] = look_up(typed, digest=request.GET.get("sha256", ""))
    return render(request, "reviews/verify.html", context)


def too_many(request: HttpRequest) -> int:
    """Return the seconds to wait where a client, or all together, have asked too often; else 0."""
    at = timezone.now()
    own = Limit("verify", settings.VERIFY_PER_CLIENT, WINDOW)
    in_all = Limit("verify-all", settings.VERIFY_IN_ALL, WINDOW)
    # The own limit first: one client that asks without end uses up its own places only.
    if own.take(client_of(request), at=at) and in_all.take("", at=at):
        return 0
    return own.wait(at=at)


def language_of(request: HttpRequest) -> str:
    """Return the language picked on this page, else that of the account or device, else the browser's."""
    offered = dict(settings.LANGUAGES)
    picked = request.GET.get("lang", "")
    if picked in offered:
        return picked
    if request.user.is_authenticated or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) in offered:
        return request.LANGUAGE_CODE or settings.LANGUAGE_CODE
    return translation.get_language_from_request(request)


def _headed(page: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines, frames, other sites' logs and caches; make all of one size."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    page.headers["Content-Language"] = language
    page.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    page.headers["Referrer-Policy"] = "no-referrer"
    # Filled up and not packed: packing would show the size of what is inside.
    page.content += b" " * (-len(page.content) % PAGE_BYTES)
    page.headers["Content-Encoding"] = "identity"
    patch_vary_headers(page, ["Accept-Language"])
    return page
