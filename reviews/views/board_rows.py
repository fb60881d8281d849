"""The rows and columns of a month's board: what each card lacks, what needs eyes, what can be done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews import attention, checks, gaps
from reviews.checking import Coverage
from reviews.gaps import Gap, Place
from reviews.models import Card, CardState, Objection, Review
from reviews.views import common, seen, words
from reviews.workflow import Offer
from staff import access
from staff.models import User


@dataclass(frozen=True, slots=True)
class Lack:
    """An open line on the board: whose it is, and where it is filled in."""

    gap: Gap
    owner: str
    mine: bool
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    """One card on the board."""

    card: Card
    lacks: tuple[Lack, ...]
    flags: tuple[str, ...]
    opened: bool
    cover: Coverage | None
    acts: tuple[str, ...]
    note: str

    @property
    def needs_eyes(self) -> bool:
        """Whether the card is to be opened before it is passed on."""
        return bool(self.flags) and not self.opened

    @property
    def mine(self) -> bool:
        """Whether the reader has to fill in something on this card."""
        return any(lack.mine for lack in self.lacks)

    @property
    def meter(self) -> list[bool]:
        """The parts of the checks' meter, made ones first."""
        if self.cover is None:
            return []
        return [place < self.cover.done for place in range(self.cover.quota)]


@dataclass(frozen=True, slots=True)
class Column:
    """Cards that stand at the same place, and what can be done with them together."""

    code: str
    name: str
    hint: str
    rows: tuple[Row, ...]
    act: str = ""
    button: str = ""
    address: str = ""
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One column's words."""

    name: Promise
    hint: Promise | str = ""


COLUMNS = {
    "lacking": Kind(gettext_lazy("Lines open"), gettext_lazy("to be filled before submitting")),
    "ready": Kind(gettext_lazy("Ready to submit"), gettext_lazy("first what needs eyes")),
    "submitted": Kind(gettext_lazy("Submitted"), gettext_lazy("waiting for approval")),
    "published": Kind(gettext_lazy("Published"), gettext_lazy("the agent confirms or objects")),
    "objected": Kind(gettext_lazy("Objected"), gettext_lazy("the manager answers")),
    "confirmed": Kind(gettext_lazy("Confirmed"), gettext_lazy("waiting for the close")),
    "closed": Kind(gettext_lazy("Closed"), gettext_lazy("with HR")),
}
EYES = (CardState.DRAFT, CardState.SUBMITTED)
BULK = {"ready": "submit", "submitted": "publish", "confirmed": "close"}
BUTTONS = {
    "submit": gettext_lazy("Submit these %(count)s"),
    "publish": gettext_lazy("Approve and publish these %(count)s"),
    "close": gettext_lazy("Close the month"),
}
OWNERS = {
    "supervisor": gettext_lazy("supervisor"),
    "trainer": gettext_lazy("trainer"),
    "manager": gettext_lazy("customer-service manager"),
    "hr": gettext_lazy("HR"),
}


def rows_of(request: HttpRequest, cards: Sequence[Card], *, offers: Mapping[int, list[Offer]]) -> list[Row]:
    """Put each card beside what it lacks, what needs eyes and what the reader can do with it."""
    user = common.reader_of(request)
    lacks = gaps.gaps_of(cards)
    # What was passed on already needs no eyes here any more.
    flags = attention.flags_of([card for card in cards if card.state in EYES])
    objections = Objection.objects.filter(version__card__in=cards, outcome="")
    waiting = set(objections.values_list("version__card", flat=True))
    supervises = any(card.assessor_id == user.person_id for card in cards)
    cover = coverage_of(cards) if supervises else {}
    return [
        Row(
            card,
            tuple(_lack(user, card, gap) for gap in lacks.get(card.pk, [])),
            tuple(flags.get(card.pk, [])),
            seen.has_opened(request, card),
            cover.get(card.person_id),
            tuple(offer.act for offer in offers[card.pk] if not offer.reason),
            note_of(card, waiting=waiting),
        )
        for card in cards
    ]


def columns_of(
    rows: Sequence[Row], review: Review, *, offers: Mapping[int, list[Offer]]
) -> tuple[Column, ...]:
    """Return the columns that hold cards, in the order of the path."""
    columns = [_column(code, rows, offers, review) for code in COLUMNS]
    return tuple(column for column in columns if column.rows)


def note_of(card: Card, *, waiting: Collection[int]) -> str:
    """Say when a card was submitted, until when its agent may act, or whose turn an objection is.

    `waiting`: ids of the cards with an objection that has no answer yet.
    """
    if card.state == CardState.OBJECTED:
        return _("objection waits for its answer") if card.pk in waiting else _("answered: the agent's turn")
    if card.state == CardState.SUBMITTED and card.submitted_at:
        return _("Submitted %(when)s") % {"when": words.minute_words(card.submitted_at)}
    if card.state == CardState.PUBLISHED and card.window_ends_at:
        return _("Until %(when)s") % {"when": words.moment_words(card.window_ends_at)}
    if card.state == CardState.PUBLISHED:
        return _("Not opened yet")
    return ""


def coverage_of(cards: Sequence[Card]) -> dict[int, Coverage]:
    """Return how many checks of the month each agent on the board has."""
    agents = {card.person_id: card.position_id for card in cards if card.position.subject_kind == "agent"}
    return checks.coverage(agents, month=cards[0].month) if agents else {}


def code_of(card: Card) -> str:
    """Return the column a card stands in."""
    if card.state == CardState.DRAFT:
        ready = card.current is not None and card.current.total is not None
        return "ready" if ready else "lacking"
    if card.state in (CardState.CLOSED, CardState.APPROVED, CardState.PAID):
        return "closed"
    return str(card.state)


def _column(code: str, rows: Sequence[Row], offers: Mapping[int, list[Offer]], review: Review) -> Column:
    mine = [row for row in rows if code_of(row.card) == code]
    # What needs eyes stands first.
    mine.sort(key=lambda row: not row.flags)
    act = BULK.get(code, "")
    able = [row for row in mine if act in row.acts]
    blocked = next(
        (offer.reason for row in mine for offer in offers[row.card.pk] if offer.act == act and offer.reason),
        "",
    )
    kind = COLUMNS[code]
    if not able:
        return Column(code, str(kind.name), str(kind.hint), tuple(mine), blocked=blocked)
    return Column(
        code,
        str(kind.name),
        str(kind.hint),
        tuple(mine),
        act,
        str(BUTTONS[act]) % {"count": len(able)},
        _page_of(act, review),
    )


def _page_of(act: str, review: Review) -> str:
    """Return the page of a step for all cards; closing has its own."""
    if act == "close":
        return reverse("month_close", args=[review.public_id])
    return reverse("board_act", args=[review.public_id, act])


def _lack(user: User, card: Card, gap: Gap) -> Lack:
    scope = access.scope_of(user, on=common.today())
    mine = scope.has(gap.owner) and (gap.owner != "supervisor" or card.assessor_id == user.person_id)
    owner = _("you") if mine else str(OWNERS[gap.owner])
    return Lack(gap, owner, mine, _address(card, gap, scope=scope))


def _address(card: Card, gap: Gap, *, scope: access.Scope) -> str:
    """Return where a gap is filled, or else the line that explains it."""
    month = f"?month={card.month:%Y-%m}"
    leads = scope.leads(card.unit.path, roles=["supervisor"])
    if gap.place is Place.CHECKS and leads:
        return reverse("check_new", args=[card.person.public_id]) + month
    if gap.place is Place.SUMMARIES and leads:
        return reverse("summaries") + month
    if gap.place is Place.TYPED and leads:
        return reverse("typed_values") + month
    if gap.place is Place.EVENTS and leads:
        return reverse("events") + month
    return f"{common.card_address(card)}#line-{gap.line}"
