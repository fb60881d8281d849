"""The rows and columns of a month's board: what each shown card lacks, what needs eyes, what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviews.gaps import Gap, Place
from reviews.models import Card, CardState, Review
from reviews.standings import Reader
from reviews.views import common, words
from reviews.views.board_cards import PAGE, Choice, Light, open_objections
from staff import access
from staff.models import RoleHolding


@dataclass(frozen=True, slots=True)
class Lack:
    """An open line on the board: whose it is, and where it is filled in."""

    gap: Gap
    owner: str
    mine: bool
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    """One shown card: its light facts, what it lacks, and the sentence about where it stands.

    `strip` is said above the rest: returned, set aside, asked to return, each with its reason.
    """

    light: Light
    lacks: tuple[Lack, ...]
    note: str
    strip: str = ""
    late: str = ""

    @property
    def card(self) -> Card:
        """The card itself."""
        return self.light.card

    @property
    def mine(self) -> bool:
        """Whether the reader has to fill in something on this card."""
        return any(lack.mine for lack in self.lacks)

    @property
    def meter(self) -> list[bool]:
        """The parts of the checks' meter, made ones first."""
        cover = self.light.cover
        return [place < cover.done for place in range(cover.quota)] if cover else []


@dataclass(frozen=True, slots=True)
class Column:
    """Cards that stand at the same place, and what can be done with them together.

    `rows` are those shown; `count` is of all, `rest` leads to the others.
    """

    code: str
    name: str
    hint: str
    rows: tuple[Row, ...]
    count: int
    rest: str = ""
    button: str = ""
    address: str = ""
    said: tuple[str, ...] = ()
    blocked: str = ""

    @property
    def others(self) -> int:
        """How many cards are not shown."""
        return self.count - len(self.rows)


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
    "aside": Kind(gettext_lazy("Set aside"), gettext_lazy("follow after the month is closed")),
    "closed": Kind(gettext_lazy("Closed"), gettext_lazy("with HR")),
}
BULK = {"submit", "publish", "close"}
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
PLACES = {
    Place.SUMMARIES: "summaries",
    Place.TYPED: "typed_values",
    Place.EVENTS: "events",
}


def shown(lights: Sequence[Light], choice: Choice) -> dict[str, list[Light]]:
    """Return the cards to show by column: 25 in all, shared out; of one state, its page of 25."""
    by_code: dict[str, list[Light]] = {code: [] for code in COLUMNS}
    for light in lights:
        by_code[light.code].append(light)
    if choice.state in by_code:
        first = (choice.page - 1) * PAGE
        return {choice.state: by_code[choice.state][first : first + PAGE]}
    share = share_out({code: len(found) for code, found in by_code.items() if found})
    return {code: by_code[code][:count] for code, count in share.items()}


def share_out(counts: Mapping[str, int], most: int = PAGE) -> dict[str, int]:
    """Share a number of rows among columns: each its fair part, what one does not need goes to the next.

    The columns with the fewest cards are shown whole first.
    """
    left, share = most, {}
    ordered = sorted(counts, key=lambda code: counts[code])
    for place, code in enumerate(ordered):
        share[code] = min(counts[code], left // (len(ordered) - place))
        left -= share[code]
    return {code: share[code] for code in counts}


def rows_of(lights: Sequence[Light], gaps: Mapping[int, list[Gap]], *, reader: Reader) -> list[Row]:
    """Put each shown card beside what it lacks and who owes it. One query where others owe something."""
    names = _holders(gaps, reader)
    return [
        Row(
            light,
            tuple(_lack(reader, light.card, gap, names) for gap in gaps.get(light.card.pk, [])),
            note_of(light.card),
            strip_of(light),
            late_words(light.late),
        )
        for light in lights
    ]


def late_words(days: int) -> str:
    """Say how many working days something is late, nothing where it is not."""
    if not days:
        return ""
    said = ngettext("%(count)s working day late", "%(count)s working days late", days)
    return said % {"count": days}


def note_of(card: Card) -> str:
    """Say since when and for whom a card waits, or how it was confirmed."""
    extra = card.__dict__
    if card.state == CardState.OBJECTED:
        if not open_objections(card):
            return _("answered: the agent's turn")
        return _("objection waits for the answer of %(name)s") % {"name": extra.get("decider_name") or "–"}
    if card.state == CardState.SUBMITTED and card.submitted_at:
        said = _("Submitted %(when)s, waiting for %(name)s")
        return said % {
            "when": words.minute_words(card.submitted_at),
            "name": extra.get("approver_name") or "",
        }
    if card.state == CardState.PUBLISHED and card.window_ends_at:
        return _("Until %(when)s") % {"when": words.moment_words(card.window_ends_at)}
    if card.state == CardState.PUBLISHED:
        return _("Not delivered yet, so silence does not count as confirmed")
    if extra.get("last_act") == "silence":
        return silence_words(card)
    return ""


def silence_words(card: Card) -> str:
    """Say that a card was confirmed by silence: when it was delivered and until when there was time."""
    if card.delivered_at is None or card.window_ends_at is None:
        return _("Counted as confirmed: no action in time.")
    said = _("Delivered %(delivered)s, no action by %(until)s; counted as confirmed.")
    return said % {
        "delivered": words.minute_words(card.delivered_at),
        "until": words.minute_words(card.window_ends_at),
    }


def strip_of(light: Light) -> str:
    """Say why a card is back in draft, set aside or to be returned, with who said so."""
    extra = light.card.__dict__
    told = {"name": extra.get("last_by") or _("HR"), "reason": extra.get("last_note") or _("no reason kept")}
    if light.asked:
        return _("%(name)s asks to return this card: %(reason)s") % told
    if light.returned and light.last_act == "send_back":
        return _("Sent back by %(name)s: %(reason)s") % told
    if light.returned:
        return _("Returned, with the consent of %(name)s: %(reason)s") % told
    if light.code == "aside" and light.last_act == "set_aside":
        return _("Set aside by %(name)s: %(reason)s") % told
    if light.code == "aside" and light.card.set_aside_at:
        said = _("Set aside %(when)s; now: %(state)s")
        when = words.minute_words(light.card.set_aside_at)
        return said % {"when": when, "state": light.card.get_state_display()}
    return ""


def columns_of(
    lights: Sequence[Light],
    rows: Mapping[int, Row],
    *,
    review: Review,
    choice: Choice,
    reader: Reader,
) -> tuple[Column, ...]:
    """Return the columns that hold cards, in the order of the path. `lights` are all of the choice."""
    found = []
    for code in COLUMNS:
        mine = [light for light in lights if light.code == code]
        if mine and choice.state in {"", code}:
            kept = tuple(rows[light.card.pk] for light in mine if light.card.pk in rows)
            found.append(_column(code, mine, kept, review=review, choice=choice, reader=reader))
    return tuple(found)


def _column(
    code: str,
    lights: Sequence[Light],
    rows: tuple[Row, ...],
    *,
    review: Review,
    choice: Choice,
    reader: Reader,
) -> Column:
    kind = COLUMNS[code]
    able = [light for light in lights if light.act in BULK]
    rest = choice.query(state=code) if len(rows) < len(lights) and not choice.state else ""
    plain = Column(code, str(kind.name), str(kind.hint), rows, len(lights), rest)
    if not able:
        return _blocked(plain, lights, review=review, reader=reader)
    act = able[0].act
    button = str(BUTTONS[act]) % {"count": len(able)}
    if act == "close" and review.closed_at is not None:
        button = _("Close these %(count)s as a supplement") % {"count": len(able)}
    address = _page_of(act, review, choice)
    return replace(plain, button=button, address=address, said=_said(act, able, reader))


def _page_of(act: str, review: Review, choice: Choice) -> str:
    """Return the page of a step for all cards; closing has its own, about the whole review."""
    if act == "close":
        return reverse("month_close", args=[review.public_id])
    return reverse("board_act", args=[review.public_id, act]) + choice.query(state="")


def _blocked(column: Column, lights: Sequence[Light], *, review: Review, reader: Reader) -> Column:
    """Say why the month cannot be closed yet to the person who closes it."""
    closers = column.code == "confirmed" and any(reader.stands("close", light.card) for light in lights)
    count = int(lights[0].card.__dict__.get("unfinished") or 0)
    if not closers or not count or review.closed_at is not None:
        return column
    said = ngettext(
        "%(count)s card of this review is neither confirmed nor set aside yet.",
        "%(count)s cards of this review are neither confirmed nor set aside yet.",
        count,
    )
    address = _page_of("close", review, Choice())
    return replace(column, blocked=said % {"count": count}, address=address)


def _said(act: str, able: Sequence[Light], reader: Reader) -> tuple[str, ...]:
    """Return the sentences under a column's button: what is unseen, what the act means, what goes with it."""
    said = []
    if unseen := sum(light.needs_eyes for light in able):
        told = ngettext(
            "%(count)s not looked at yet: open it, or give a reason on the next page.",
            "%(count)s not looked at yet: open them, or give one reason on the next page.",
            unseen,
        )
        said.append(told % {"count": unseen})
    if act == "submit":
        said.append(_("Figures freeze on submitting. Your own card is assessed by somebody else."))
    said += one_go_words(act, [light.card for light in able], reader)
    return tuple(said)


def one_go_words(act: str, cards: Sequence[Card], reader: Reader) -> list[str]:
    """Say what else one click takes where the procedure joins steps and the reader holds their roles."""
    following = reader.roles_joined(act, cards)
    if following == ("approve", "pay"):
        return [
            _(
                "In one go: the month is closed, handed over and acknowledged for payment. "
                "Each card's history has an entry for each."
            )
        ]
    if following == ("approve",):
        return [
            _(
                "In one go: the month is closed and handed over to finance. Each card's history has an entry for each."
            )
        ]
    return []


def counted(lights: Sequence[Light]) -> dict[str, int]:
    """Return how many cards stand in each column."""
    found = dict.fromkeys(COLUMNS, 0)
    for light in lights:
        found[light.code] += 1
    return found


def _holders(gaps: Mapping[int, list[Gap]], reader: Reader) -> dict[tuple[str, str], str]:
    """Return who holds the roles that owe something, by role and path. No query where only supervisors do."""
    wanted = {gap.owner for found in gaps.values() for gap in found} - {"supervisor"}
    if not wanted:
        return {}
    rows = RoleHolding.objects.filter(access.in_span(reader.on), role__in=wanted)
    named: dict[tuple[str, str], str] = {}
    for role, path, name in rows.order_by("-person__staff_no").values_list(
        "role", "unit__path", "person__name"
    ):
        named[role, path] = name
    return named


def _lack(reader: Reader, card: Card, gap: Gap, names: Mapping[tuple[str, str], str]) -> Lack:
    scope = access.scope_of(reader.user, on=reader.on)
    if gap.owner == "supervisor":
        mine = scope.has("supervisor") and card.assessor_id == reader.user.person_id
        name = str(card.__dict__.get("assessor_name") or "")
    else:
        mine = scope.leads(card.unit.path, roles=[gap.owner])
        name = _nearest(names, gap.owner, card.unit.path)
    owner = str(OWNERS[gap.owner])
    if mine:
        owner = _("you")
    elif name:
        owner = _("%(name)s (%(role)s)") % {"name": name, "role": owner}
    return Lack(gap, owner, mine, address_of(card, gap, scope=scope))


def _nearest(names: Mapping[tuple[str, str], str], role: str, path: str) -> str:
    """Return who holds a role nearest upwards from a unit, or nothing."""
    while path.strip("/"):
        if (role, path) in names:
            return names[role, path]
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return ""


def address_of(card: Card, gap: Gap, *, scope: access.Scope) -> str:
    """Return where a gap is filled, or else the line that explains it."""
    month = f"?month={card.month:%Y-%m}"
    if scope.leads(card.unit.path, roles=["supervisor"]):
        if gap.place is Place.CHECKS:
            return reverse("check_new", args=[card.person.public_id]) + month
        if gap.place in PLACES:
            return reverse(PLACES[gap.place]) + month
    return f"{common.card_address(card)}#line-{gap.line}"
