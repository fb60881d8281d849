"""Cards as documents: drawn once, kept with their digest, the same bytes ever after."""

import logging
from dataclasses import dataclass
from datetime import datetime

from reviews.access import Audience
from reviews.document_codes import document_code
from reviews.models import Card, CardVersion, Document
from reviews.pdf import files, render
from reviews.sheets import CARD_RELATED, sheet_for
from reviews.sheets.build import Language

log = logging.getLogger(__name__)
TRIES = 5


class NoPaper(Exception):
    """A draft has no document: its figures may still change."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A document's bytes, its code, and the name a reader saves it under."""

    name: str
    code: str
    content: bytes


def card_pdf(version: CardVersion, *, language: Language, audience: Audience, at: datetime) -> Printed:
    """One frozen version of a card for readers with or without sight of its money.

    Whether somebody may is decided by `reviews.access.audience_of`, not here. The document of a version,
    last history entry, audience and language is one row and one file; `at` is the moment it is first made.
    Raises NoPaper for a draft, ForbiddenResourceError if the document asked for anything outside itself.
    """
    if version.frozen_at is None:
        raise NoPaper
    for _try in range(TRIES):
        printed = _printed(version, language=language, audience=audience, at=at)
        if printed is not None:
            return printed
        # Somebody took a step meanwhile: what was drawn may hold a part of it, so it is drawn anew.
        version.card = Card.objects.select_related(*CARD_RELATED).get(pk=version.card_id)
    raise RuntimeError(f"{version} moved {TRIES} times while it was drawn")


def _printed(version: CardVersion, *, language: Language, audience: Audience, at: datetime) -> Printed | None:
    """Return the document for the card as it was loaded, or None if the card has moved since."""
    card = version.card
    editions = Document.objects.filter(version=version, seq=card.seq, audience=audience, language=language)
    known = editions.first()
    code = document_code(version, seq=card.seq, audience=audience, language=language)
    code = known.code if known else code
    name = f"{card.month:%Y-%m}-{card.person.staff_no}-{code}.pdf"
    if known is not None:
        stored = files.read(f"{code}.pdf", digest=known.sha256)
        if stored is not None:
            return Printed(name, code, stored)
    sheet = sheet_for(version, language=language, with_money=audience == "money", paper=True, code=code)
    content = render.render_card(sheet)
    if not Card.objects.filter(pk=card.pk, seq=card.seq).exists():
        return None
    _keep(version, code, content, audience=audience, language=language, at=at)
    return Printed(name, code, content)


def _keep(
    version: CardVersion, code: str, content: bytes, *, audience: str, language: str, at: datetime
) -> None:
    """Store the file first and then its row: a row without a file would promise too much."""
    digest = files.digest_of(content)
    files.store(f"{code}.pdf", content)
    row, made = Document.objects.get_or_create(
        code=code,
        defaults={
            "version": version,
            "seq": version.card.seq,
            "audience": audience,
            "language": language,
            "sha256": digest,
            "made_at": at,
        },
    )
    if not made and row.sha256 != digest:
        # The file was lost, and a name on the card has been changed in the master data since.
        log.warning("Document %s was drawn again and differs from the one first made.", code)
