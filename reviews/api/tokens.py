"""Who asks: an integration by its token, or somebody logged in; and how often."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from staff.access import scope_of
from staff.models import ApiToken
from staff.services import note_use, token_of

log = logging.getLogger(__name__)
SCHEME = "Bearer"


class Failures(SimpleRateThrottle):
    """How often one address may come with what is no token."""

    rate = "30/min"
    scope = "api_failures"

    def get_cache_key(self, request: Request, view: APIView | None) -> str:
        """Count by address, as the number of trusted proxies tells it."""
        return f"throttle_{self.scope}_{self.get_ident(request)}"


class Requests(SimpleRateThrottle):
    """How often one token or log-in may ask."""

    rate = "120/min"
    scope = "api_figures"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Count by who asks."""
        if isinstance(request.auth, ApiToken):
            return f"throttle_{self.scope}_token_{request.auth.pk}"
        return f"throttle_{self.scope}_user_{request.user.pk}"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer keji_…`. Whatever is wrong with a token is answered alike."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiToken] | None:
        """Return nobody's log-in with the token; None where no token was sent at all."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != SCHEME.lower().encode():
            return None
        now = timezone.now()
        secret = words[1].decode("latin-1") if len(words) == 2 else ""
        token = token_of(secret, at=now)
        if token is None:
            failures = Failures()
            log.warning("api: no such token, from %s", failures.get_ident(request))
            if not failures.allow_request(request, None):  # type: ignore[arg-type]  # it looks at the request only
                raise Throttled(failures.wait())
            raise AuthenticationFailed(_("This token is not valid."))
        note_use(token, at=now)
        return AnonymousUser(), token

    def authenticate_header(self, request: Request) -> str:
        """Return what makes the answer to nobody a 401."""
        return SCHEME


class MayUseFigures(BasePermission):
    """Tokens do what their scope says; log-ins of HR read. Only a token writes, because it says who sends."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether this method is the asker's."""
        reads = request.method in SAFE_METHODS
        if isinstance(request.auth, ApiToken):
            self.message = _("This token does not do that.")
            allowed = request.auth.scope == (ApiToken.Scope.READ if reads else ApiToken.Scope.WRITE)
        else:
            self.message = _("Figures are read by HR and written with a token of the shop.")
            scope = scope_of(request.user, on=timezone.localdate())
            allowed = reads and (scope.superuser or scope.has("hr"))
        if not allowed:
            log.warning("api: %s of figures refused to %s", request.method, request.auth or request.user)
        return allowed


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # spectacular registers it
    """The token in the description of the API."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return an HTTP bearer scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "keji_…",
            "description": "A token of an integration, made by HR for one shop, to read or to write.",
        }
