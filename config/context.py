"""What every page of the portal knows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return the languages a page can be switched to."""
    return {"languages": settings.LANGUAGES}
