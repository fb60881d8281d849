"""What goes with a card beside its figures: versions, people, papers and the averages copied. Does it all fit?

Every function takes rows already read and says in whole sentences what does not fit; none asks the database
for a single card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from reviews import effects, trends
from reviews.models import Card, CardEvent, CardState, CardVersion
from reviews.models.cards import SEEN_BY_SUBJECT
from reviews.pdf import files

# What is done by nobody, and by whom nothing can be said.
BY_TIME = "silence"


def shares_of(cards: Sequence[Card]) -> dict[int, dict[str, Decimal]]:
    """Return the shares that each published version has by its lines; two queries for all."""
    return effects.radar_shares([one.pk for card in cards for one in card.versions.all() if one.frozen_at])


def of_version(card: Card, version: CardVersion, shares: Mapping[str, Decimal]) -> Iterator[str]:
    """Look at the averages and the papers of one version."""
    yield from _comparisons(card, version, shares)
    for document in version.documents.all():
        name = f"{document.code}.pdf"
        if (files.folder() / name).exists() and files.read(name, digest=document.sha256) is None:
            yield _("The file of paper %(code)s is not the one that was issued.") % {"code": document.code}


def files_of(version: CardVersion) -> int:
    """Count the papers of a version whose files are there."""
    return sum((files.folder() / f"{one.code}.pdf").exists() for one in version.documents.all())


def _comparisons(card: Card, version: CardVersion, shares: Mapping[str, Decimal]) -> Iterator[str]:
    rows = {row.key: row for row in version.comparisons.all() if not row.key.startswith(f"{trends.TOTAL}:")}
    published = {event.version_id for event in card.events.all() if event.act == "publish"}
    shown = version.pk == card.current_id and card.state in SEEN_BY_SUBJECT
    if not rows:
        if shown or version.pk in published:
            yield _("The averages were not copied when the card was published.")
        return
    own = {**shares, trends.TOTAL: version.total}
    if any(row.own != own.get(key, row.own) for key, row in rows.items()) or set(own) - set(rows):
        yield _("The shares copied for the comparison are not those of the card's lines.")
    if any((row.team is not None) != (row.people >= effects.FEWEST_FOR_AVERAGE) for row in rows.values()):
        yield _("An average of fewer than five cards was copied, or one of five was left out.")


def of_card(card: Card) -> Iterator[str]:
    """Look at a card's versions, and at who took its steps."""
    yield from _versions(card)
    yield from _path(card)
    yield from _people(card)


def _versions(card: Card) -> Iterator[str]:
    versions = list(card.versions.all())
    if [one.number for one in versions] != list(range(1, len(versions) + 1)):
        yield _("The versions of the card are not numbered one after another.")
    if not versions:
        return
    last = versions[-1]
    if card.current_id != last.pk:
        yield _("The version in force is not the card's last one.")
    if any(one.frozen_at is None for one in versions[:-1]):
        yield _("An earlier version of the card is not frozen.")
    if (last.frozen_at is None) != (card.state == CardState.DRAFT):
        yield _(
            "The card's last version is frozen while it is a draft, or not frozen although it was submitted."
        )


def _path(card: Card) -> Iterator[str]:
    """Each entry begins where the one before ended, and the last one ends where the card stands."""
    stands: str = CardState.DRAFT
    for event in card.events.all():
        if event.from_state != stands:
            words = _("Entry %(number)s of the card's history begins elsewhere than the one before ended.")
            yield words % {"number": event.seq}
        stands = event.to_state
    if stands != card.state:
        yield _("The card stands in another state than its history says.")


def _people(card: Card) -> Iterator[str]:
    """Two persons behind every published version, neither the subject; nobody else confirms or objects."""
    did: dict[str, CardEvent] = {}
    for event in card.events.all():
        number = {"number": event.seq}
        if event.subject_id != card.person_id:
            yield _("Entry %(number)s names somebody else as the card's person.") % number
        if event.act != BY_TIME and not _its_own(card, event):
            yield _("Entry %(number)s was made by the card's own person, or for them by another.") % number
        if (other := _same_eyes(card, event, did)) is not None:
            words = _("Entries %(first)s and %(second)s are of one person; they need two.")
            yield words % {"first": other.seq, "second": event.seq}
        did[event.act] = event
        if event.to_state == CardState.DRAFT and event.from_state != CardState.DRAFT:
            did = {}
    if card.state in SEEN_BY_SUBJECT and not {"submit", "publish"} <= set(did):
        yield _("The card was published without a submission and an approval.")


def _its_own(card: Card, event: CardEvent) -> bool:
    """Whether an act was taken by the one it belongs to: the subject's by the subject, others' by others."""
    by_subject = event.person_id == card.person_id
    if event.act in CardEvent.OWN_ACTS:
        return by_subject and event.for_person_id is None
    return not by_subject and event.for_person_id != card.person_id


def _same_eyes(card: Card, event: CardEvent, did: Mapping[str, CardEvent]) -> CardEvent | None:
    """Return the earlier entry that this one's person may not have made, or None."""
    apart = {"publish": ["submit"], "answer": ["submit", "publish"], "return": ["ask_return"]}
    for act in apart.get(event.act, ()):
        if act == "publish" and card.review.procedure.approver_may_decide:
            continue
        if act in did and did[act].person_id == event.person_id:
            return did[act]
    return None
