"""The signature chain and the objections of a card, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import pgettext, pgettext_lazy

from reviews.models import CardDelivery, CardEvent, CardState, Objection
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
    "silence": pgettext_lazy("card", "Confirmed by silence (%(role)s)"),
    "close": pgettext_lazy("card", "Closed (%(role)s)"),
    "approve": pgettext_lazy("card", "Taken over (%(role)s)"),
}
AGREES_TO_CORRECTION = pgettext_lazy("card", "Agrees to the correction (%(role)s)")


@dataclass(frozen=True, slots=True)
class Link:
    """One place of the chain: the procedure's step and the acts that take it."""

    step: str
    acts: tuple[str, ...]


CHAIN = (
    Link("assess", ("submit",)),
    Link("approve", ("publish",)),
    Link("confirm", ("confirm", "agree", "maintain", "silence")),
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


def named(event: CardEvent) -> str:
    """Who took a step; of a deputy both names."""
    name = event.person.name if event.person else ""
    if event.for_person is None:
        return name
    return pgettext("card", "%(deputy)s for %(holder)s") % {"deputy": name, "holder": event.for_person.name}


def _signed(rows: Rows, link: Link, event: CardEvent) -> Signature:
    corrected = event.act == "agree" and any(
        one.outcome == Objection.Outcome.UPHELD for one in rows.objections
    )
    label = str(AGREES_TO_CORRECTION if corrected else TAKEN[event.act]) % {"role": _role(rows, link)}
    if event.person is None:
        return Signature(label=label, name=rows.card.person.name, when=_silence(rows, event), open=False)
    when = [moment(event.at)]
    delivery = _delivery(rows, event) if link.step == "confirm" else None
    if delivery is not None and delivery.channel == CardDelivery.Channel.PAPER:
        when = [*_delivered(delivery), *when]
    return Signature(label=label, name=named(event), when=tuple(when), open=False)


# --- how a card reached its agent -----------------------------------------------

CHANNELS = {
    CardDelivery.Channel.OPENED: pgettext_lazy("card", "%(at)s opened on the page"),
    CardDelivery.Channel.EMAIL: pgettext_lazy("card", "%(at)s delivered by e-mail"),
    CardDelivery.Channel.PAPER: pgettext_lazy("card", "%(at)s handed over on paper"),
}


def _delivery(rows: Rows, confirmed: CardEvent) -> CardDelivery | None:
    """The delivery that started the time which a confirmation ended: the first recorded one."""
    of = CardDelivery.Of.ANSWER if confirmed.from_state == CardState.OBJECTED else CardDelivery.Of.CARD
    started = max((one.seq for one in rows.deliveries if one.of == of), default=0)
    return next((one for one in rows.deliveries if one.of == of and one.seq == started), None)


def _delivered(delivery: CardDelivery) -> list[str]:
    channel = CardDelivery.Channel(delivery.channel)
    said = [str(CHANNELS[channel]) % {"at": short_moment(delivery.at)}]
    if channel is CardDelivery.Channel.PAPER and delivery.person is not None:
        said.append(pgettext("card", "by %(name)s") % {"name": delivery.person.name})
    return said


def _silence(rows: Rows, event: CardEvent) -> tuple[str, ...]:
    """By which way and when it was delivered, the hour it ended, and what silence counts as."""
    answered = event.from_state == CardState.OBJECTED
    counts = pgettext("card", "counts as confirmed")
    silent = pgettext("card", "no objection until %(end)s")
    if answered:
        counts = pgettext("card", "counts as agreement")
        silent = pgettext("card", "no reply until %(end)s")
    delivery = _delivery(rows, event)
    if delivery is None:
        return (counts,)
    return (*_delivered(delivery), silent % {"end": short_moment(delivery.window_ends_at)}, counts)


def _awaited(rows: Rows, link: Link) -> Signature:
    role = _role(rows, link)
    name = str(AWAITED[link.step])
    if link.step == "close" and rows.aside is not None:
        alone = pgettext("card", "to be closed by itself")
        when = pgettext("card", "%(at)s set aside") % {"at": short_moment(rows.aside.at)}
        return Signature(label=capfirst(role), name=capfirst(alone), when=(when,), open=True)
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
    Objection.Reply.SILENCE: pgettext_lazy("card", "No reply in time: counts as agreement, %(at)s"),
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
    """How many pictures and texts were sent with it; they stand on the page."""
    words = {"pictures": getattr(one, "pictures", 0), "texts": getattr(one, "texts", 0)}
    if not words["pictures"] and not words["texts"]:
        return ""
    if not words["texts"]:
        return pgettext("card", "Evidence: pictures %(pictures)s") % words
    if not words["pictures"]:
        return pgettext("card", "Evidence: texts %(texts)s") % words
    return pgettext("card", "Evidence: pictures %(pictures)s, texts %(texts)s") % words


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
