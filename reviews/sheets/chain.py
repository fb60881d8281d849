"""The signature chain and the objections of a card, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import npgettext, pgettext, pgettext_lazy

from reviews.models import CardEvent, CardState, Objection
from reviews.scoring.shown import fixed
from reviews.sheet import SheetLine, SheetObjection, Signature
from reviews.sheets.rows import Rows
from staff import calendar

ROLES = {
    "supervisor": pgettext_lazy("short role", "supervisor"),
    "manager": pgettext_lazy("short role", "manager"),
    "director": pgettext_lazy("short role", "director"),
    "hr": pgettext_lazy("short role", "HR"),
    "finance": pgettext_lazy("short role", "finance"),
    "general_office": pgettext_lazy("short role", "general office"),
    "subject": pgettext_lazy("short role", "agent"),
}
AWAITED = {
    "assess": pgettext_lazy("card", "to be submitted"),
    "approve": pgettext_lazy("card", "to be approved"),
    "confirm": pgettext_lazy("card", "to be confirmed"),
    "close": pgettext_lazy("card", "to be closed"),
    "hand_over": pgettext_lazy("card", "to be taken over"),
}
TAKEN = {
    "submit": pgettext_lazy("card", "Submitted (%(role)s)"),
    "publish": pgettext_lazy("card", "Approved (%(role)s)"),
    "confirm": pgettext_lazy("card", "Confirmed (%(role)s)"),
    "agree": pgettext_lazy("card", "Agrees to the answer (%(role)s)"),
    "maintain": pgettext_lazy("card", "Maintains the objection (%(role)s)"),
    "close": pgettext_lazy("card", "Closed (%(role)s)"),
    "approve": pgettext_lazy("card", "Taken over (%(role)s)"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One place of the chain: the procedure's step and the acts that take it."""

    step: str
    acts: tuple[str, ...]


CHAIN = (
    Link("assess", ("submit",)),
    Link("approve", ("publish",)),
    Link("confirm", ("confirm", "agree", "maintain")),
    Link("close", ("close",)),
    Link("hand_over", ("approve",)),
)


def moment(at: datetime) -> str:
    """A date and minute in the company's time zone."""
    return f"{timezone.localtime(at, timezone.get_default_timezone()):%Y-%m-%d %H:%M}"


def short_moment(at: datetime) -> str:
    """A minute of the current year."""
    return moment(at)[5:]


def signatures(rows: Rows) -> tuple[Signature, ...]:
    """Who took each step and when, or what is awaited by when."""
    made = []
    for link in CHAIN:
        taken = [event for event in rows.events if event.act in link.acts]
        if taken:
            made.append(_signed(rows, link, taken[-1]))
        elif not (rows.superseded and not made):
            made.append(_awaited(rows, link))
    return tuple(made)


def _role(rows: Rows, link: Link) -> str:
    turn = rows.turns.get(link.step)
    return str(ROLES[turn.role]) if turn and turn.role in ROLES else ""


def _signed(rows: Rows, link: Link, event: CardEvent) -> Signature:
    label = str(TAKEN[event.act]) % {"role": _role(rows, link)}
    if event.person is None:
        return Signature(label=label, name=rows.card.person.name, when=_silence(rows), open=False)
    name = event.person.name
    if event.for_person is not None:
        name = pgettext("card", "%(deputy)s for %(holder)s") % {
            "deputy": name,
            "holder": event.for_person.name,
        }
    return Signature(label=label, name=name, when=(moment(event.at),), open=False)


def _silence(rows: Rows) -> tuple[str, ...]:
    card = rows.card
    silent = pgettext("card", "no objection: counts as confirmed")
    if card.delivered_at is None or card.window_ends_at is None:
        return (silent,)
    window = pgettext("card", "delivered %(delivered)s, until %(end)s") % {
        "delivered": short_moment(card.delivered_at),
        "end": short_moment(card.window_ends_at),
    }
    return (window, silent)


def _awaited(rows: Rows, link: Link) -> Signature:
    role = _role(rows, link)
    name = str(AWAITED[link.step])
    if link.step == "confirm" and rows.card.state == CardState.OBJECTED:
        answered = all(one.outcome for one in rows.objections)
        waiting = pgettext("card", "objection awaits its answer")
        name = pgettext("card", "reply to the answer awaited") if answered else waiting
    return Signature(label=capfirst(role), name=capfirst(name), when=_deadline(rows, link), open=True)


def _deadline(rows: Rows, link: Link) -> tuple[str, ...]:
    if link.step == "confirm":
        # The window begins with the delivery, which is no history entry; paper cannot know it.
        return (pgettext("card", "the page shows until when"),)
    turn = rows.turns.get(link.step)
    if turn is None:
        return ()
    day: date = rows.days.nth_after(calendar.last_day_of(rows.card.month), turn.working_day).day
    return (pgettext("card", "by %(date)s") % {"date": day.isoformat()},)


# --- objections ----------------------------------------------------------------

OUTCOMES = {
    Objection.Outcome.UPHELD: pgettext_lazy("card", "upheld"),
    Objection.Outcome.REJECTED: pgettext_lazy("card", "points stay"),
}
REPLIES = {
    Objection.Reply.AGREE: pgettext_lazy("card", "The agent agrees to the answer, %(at)s"),
    Objection.Reply.MAINTAIN: pgettext_lazy("card", "The agent maintains the objection, %(at)s"),
}


def objections(rows: Rows, lines: Sequence[SheetLine]) -> tuple[SheetObjection, ...]:
    """Each objection with its answer and what became of the points."""
    by_code = {line.code: line for line in lines}
    made = []
    for number, one in enumerate(rows.objections, 1):
        line = by_code.get(one.line)
        made.append(
            SheetObjection(
                number=number,
                line=line.name if line else one.line,
                reason_head=pgettext("card", "The agent's reason, %(at)s")
                % {"at": short_moment(one.made_at)},
                reason=one.reason,
                evidence=_evidence(one),
                answer_head=_answer_head(one),
                answer=one.answer or pgettext("card", "not answered yet"),
                outcome=_outcome(one, line, rows.points_before.get((one.version_id, one.line))),
                reply=_reply(one),
                key=str(one.public_id),
            )
        )
    return tuple(made)


def _evidence(one: Objection) -> str:
    """How many pieces of evidence went with the objection, none said where none did."""
    count = getattr(one, "pieces", 0)
    if not count:
        return ""
    return npgettext("card", "%(count)s piece of evidence", "%(count)s pieces of evidence", count) % {
        "count": count
    }


def _answer_head(one: Objection) -> str:
    if one.answered_by is None or one.answered_at is None:
        return ""
    return pgettext("card", "Answer by %(name)s, %(at)s") % {
        "name": one.answered_by.name,
        "at": short_moment(one.answered_at),
    }


def _outcome(one: Objection, line: SheetLine | None, before: Decimal | None) -> str:
    if not one.outcome or line is None or not line.points:
        return ""
    if one.outcome == Objection.Outcome.REJECTED:
        return pgettext("card", "%(points)s stays") % {"points": line.points}
    if before is None:
        return str(OUTCOMES[Objection.Outcome.UPHELD])
    return f"{fixed(before)} → {line.points}"


def _reply(one: Objection) -> str:
    if not one.reply or one.replied_at is None:
        return ""
    return str(REPLIES[Objection.Reply(one.reply)]) % {"at": short_moment(one.replied_at)}
