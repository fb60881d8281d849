"""Tokens of integrations: made by HR, shown once, found by their hash, revoked and never deleted."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from staff.models import ApiToken, User
from staff.services.shops import shops_looked_after

PREFIX = "keji_"
HINT = 11  # characters that tell a secret from others; the rest stays at 220 bits
LONGEST = timedelta(days=365)
NOTE_USE_EVERY = timedelta(minutes=1)


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a secret: all that is stored, and what it is found by."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def issue_token(token: ApiToken, *, by: User, at: datetime) -> str:
    """Store a new token and return its secret, which is kept nowhere in clear.

    Raises ValidationError where the maker does not look after the shop or it would live longer
    than a year.
    """
    if not shops_looked_after(by, on=timezone.localdate(at)).filter(pk=token.shop_id).exists():
        raise ValidationError(_("Choose a shop that you look after."))
    if not at < token.expires_at <= at + LONGEST:
        raise ValidationError(_("A token lasts at most one year from today."))
    secret = PREFIX + secrets.token_urlsafe(32)
    token.digest, token.hint, token.made_by = digest_of(secret), secret[:HINT], by
    token.full_clean()
    token.save(force_insert=True)
    return secret


def revoke_token(token: ApiToken, *, at: datetime) -> bool:
    """End a token at once; return whether it still worked until now."""
    ended = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
    token.refresh_from_db(fields=["revoked_at"])
    return bool(ended)


def token_of(secret: str, *, at: datetime) -> ApiToken | None:
    """Return the token that a secret opens at a moment, None where it opens nothing.

    A token dies with its maker's log-in and with the maker's role as HR of the shop, so that nobody
    who left keeps a door. The lookup is by hash: how long it takes tells nothing of the secret.
    """
    if not secret.startswith(PREFIX):
        return None
    tokens = ApiToken.objects.select_related("shop", "made_by")
    token = tokens.filter(digest=digest_of(secret)).first()
    if token is None or not token.works(at):
        return None
    maker = token.made_by
    if maker is None:
        return token
    reach = shops_looked_after(maker, on=timezone.localdate(at))
    return token if reach.filter(pk=token.shop_id).exists() else None


def note_use(token: ApiToken, *, at: datetime) -> None:
    """Keep when a token was last used, at most once a minute."""
    if token.used_at is None or at - token.used_at >= NOTE_USE_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(used_at=at)
