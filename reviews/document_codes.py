"""The codes on papers: what is printed, what a QR code leads to, and what people type from a paper."""

from __future__ import annotations

import hmac
import unicodedata

from django.conf import settings

from reviews.models import CardVersion

# Crockford's digits: without I, L, O and U, which are misread.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("OIL", "011")
SIGNS = 12
GROUP = 4
PREFIX = 4  # "KJ26"
LONGEST_TYPED = 64


def document_code(version: CardVersion, *, seq: int, audience: str, language: str) -> str:
    """Return the code of one edition of a card, such as KJ26-7Q4M-9XTP-0F3C; the same edition, the same code.

    Sixty bits under the installation's own key: who knows everything that stands on a paper, and even the
    card's address, cannot tell the code of another one.
    """
    card = version.card
    content = f"{card.public_id}:{version.number}:{seq}:{audience}:{language}"
    value = int.from_bytes(hmac.digest(settings.DOCUMENT_KEY, content.encode(), "sha256")[:8], "big")
    signs = "".join(ALPHABET[(value >> (5 * place)) & 31] for place in range(SIGNS))
    return grouped(f"KJ{card.month:%y}{signs}")


def grouped(signs: str) -> str:
    """Write a code in groups of four."""
    return "-".join(signs[start : start + GROUP] for start in range(0, len(signs), GROUP))


def as_printed(typed: str) -> str:
    """Return a typed code as it is printed, or an empty text where it cannot be one.

    Small letters, full-width ones, spaces and any dashes do not matter, nor O for 0, and I or L for 1.
    """
    plain = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).upper()
    signs = "".join(sign for sign in plain if sign.isalnum()).translate(MISREAD)
    if len(signs) != PREFIX + SIGNS or any(sign not in ALPHABET for sign in signs):
        return ""
    return grouped(signs)


def address_of(code: str) -> str:
    """Return the address that says whether a paper is genuine. It goes into the QR code."""
    return f"{settings.SITE_URL}/v/{code}/"
