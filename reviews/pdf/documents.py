"""Cards as documents: drawn once, kept with their digest, the same bytes ever after."""

import logging
from dataclasses import dataclass
from datetime import datetime

from reviews import trends
from reviews.access import Audience
from reviews.models import CardVersion, Document
from reviews.pdf import files, render
from reviews.sheets import document_code, sheet_for
from reviews.sheets.build import Language

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Printed:
    """A document's bytes and the name a reader saves it under.

    `code` stands on the paper. A card that is not published yet has no row of its own:
    its figures may change without an entry in its history.
    """

    name: str
    code: str
    content: bytes


def card_pdf(version: CardVersion, *, language: Language, audience: Audience, at: datetime) -> Printed:
    """One version of a card for readers with or without sight of its money.

    Whether somebody may is decided by `reviews.access.audience_of`, not here. From
    publication on the document of a version, last history entry, audience and language
    is one row and one file; `at` is the moment it is first made. Raises
    ForbiddenResourceError if the document asked for anything outside itself.
    """
    card = version.card
    code = document_code(version, seq=card.seq, audience=audience, language=language)
    name = f"{card.month:%Y-%m}-{card.person.staff_no}-{code}.pdf"
    known = Document.objects.filter(code=code).first()
    if known is not None:
        stored = files.read(f"{code}.pdf", digest=known.sha256)
        if stored is not None:
            return Printed(name, code, stored)
    sheet = sheet_for(version, language=language, with_money=audience == "money")
    content = render.render_card(sheet)
    if known is not None or version.comparisons.filter(key=trends.TOTAL).exists():
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
