"""What an agent puts beside an objection: pictures drawn anew and texts with numbers covered.

It belongs to the unsent form until the objection is sent; then it never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews import chats
from reviews.models import Card, CardState, Evidence
from reviews.redrawing import BadPicture, Why, redraw

MOST_A_LINE = 3
MOST_A_CARD = 10
LONGEST_TEXT = 4000
LONGEST_NAME = 120
PLAIN = "text/plain; charset=utf-8"
BAD_PICTURES: dict[Why, Promise] = {
    Why.TOO_HEAVY: gettext_lazy(
        "“%(name)s” is larger than 5 MB. Make it smaller, or send a screenshot of it."
    ),
    Why.NO_PICTURE: gettext_lazy("“%(name)s” is not a PNG or JPEG picture. Send a screenshot or a photo."),
    Why.TOO_LARGE: gettext_lazy(
        "“%(name)s” has too many pixels. Make it smaller, or send a screenshot of it."
    ),
    Why.TOO_LONG: gettext_lazy(
        "“%(name)s” is too long to be read when made smaller. Send it as two or three pictures."
    ),
}


class NotTaken(Exception):
    """Evidence that is not kept; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to keep: a picture as it came, or a text as pasted."""

    name: str
    raw: bytes = b""
    text: str = ""


def add(card: Card, *, line: str, items: list[Item], at: datetime) -> list[Evidence]:
    """Keep evidence with the unsent objection of a card's agent to one line, all of it or none.

    Raises NotTaken, with everything that is wrong in one message a line.
    """
    rows, faults = [], []
    for item in items:
        try:
            rows.append(_row(card, line, item, at=at))
        except NotTaken as refused:
            faults.append(str(refused))
    if faults:
        raise NotTaken("\n".join(faults))
    with transaction.atomic():
        # Two uploads at once wait for each other: neither slips past the limit.
        fresh = Card.objects.select_for_update().get(pk=card.pk)
        if fresh.state != CardState.PUBLISHED:
            raise NotTaken(_("This card is not open to objections now. Nothing was added."))
        held = list(unsent(card).values_list("line", flat=True))
        if held.count(line) + len(rows) > MOST_A_LINE:
            raise NotTaken(_("At most 3 pieces of evidence for a line. Remove one first."))
        if len(held) + len(rows) > MOST_A_CARD:
            raise NotTaken(_("At most 10 pieces of evidence for a card. Remove one first."))
        for row in rows:
            row.save()
    return rows


def _row(card: Card, line: str, item: Item, *, at: datetime) -> Evidence:
    name = clean_name(item.name)
    if item.text:
        if len(item.text) > LONGEST_TEXT:
            raise NotTaken(_("The text is longer than 4,000 characters. Keep what matters."))
        content = chats.mask_text(item.text).strip().encode()
        kind, media_type = Evidence.Kind.TEXT, PLAIN
        name = name or _("Pasted text")
    else:
        try:
            drawn = redraw(item.raw)
        except BadPicture as refused:
            raise NotTaken(str(BAD_PICTURES[refused.why]) % {"name": name or _("Picture")}) from None
        content, kind, media_type = drawn.content, Evidence.Kind.IMAGE, drawn.media_type
        name = name or _("Picture")
    return Evidence(
        card=card,
        line=line,
        kind=kind,
        name=name,
        media_type=media_type,
        content=content,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        uploaded_by_id=card.person_id,
        uploaded_at=at,
    )


def clean_name(name: str) -> str:
    """Return a file's name without its folders and signs that cannot be printed, numbers of people covered."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return chats.mask_text(last).replace("\n", " ").replace("\t", " ").strip()[:LONGEST_NAME]


def unsent(card: Card) -> QuerySet[Evidence]:
    """Return what belongs to the unsent objection of a card's agent."""
    return Evidence.objects.filter(card=card, uploaded_by=card.person_id, objection__isnull=True)


def to_show(rows: QuerySet[Evidence]) -> list[Evidence]:
    """Return evidence in the order it was added, the texts with their words, the pictures without their bytes."""
    pictures = rows.filter(kind=Evidence.Kind.IMAGE).defer("content")
    return sorted([*pictures, *rows.filter(kind=Evidence.Kind.TEXT)], key=lambda one: one.pk)


def remove(evidence: Evidence) -> bool:
    """Take back unsent evidence; return whether it was still there and unsent."""
    deleted, _of = Evidence.objects.filter(pk=evidence.pk, objection__isnull=True).delete()
    return bool(deleted)


def drop_unsent(card: Card) -> None:
    """Forget unsent evidence of a card that its agent has confirmed."""
    unsent(card).delete()
