"""Events, work summaries and waivers: who may write them, and when they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from reviews.chats import mask_text
from reviews.checking import summaries_due
from reviews.checks import actor, require_lead, require_open_month
from reviews.models.cards import Card
from reviews.models.plans import PlanLine
from reviews.models.records import ServiceEvent, Waiver, WorkSummary
from reviews.models.reviews import CardState
from reviews.models.rubrics import FULL_HALVES
from staff import access
from staff.models import EmploymentKind, Person, Shop, Unit, User

LONGEST_SUMMARY = 8000


def order_digest(order: str) -> str:
    """Return the keyed digest by which events of one order are told; "" without a number."""
    plain = "".join(order.split())
    return salted_hmac("reviews.ServiceEvent.order", plain, algorithm="sha256").hexdigest() if plain else ""


def _event_problems(
    person: Person, *, kind: str, day: date, account: str, cause: str, at: datetime
) -> dict[str, list[str]]:
    """Return what is wrong with an event, by field."""
    problems: dict[str, list[str]] = {}
    if day > timezone.localdate(at):
        problems["day"] = [_("This day has not come yet.")]
    if kind not in ServiceEvent.Kind.values:
        problems["kind"] = [_("Choose what kind of event it is.")]
    if cause and cause not in ServiceEvent.Cause.values:
        problems["cause"] = [_("Choose a cause of the list.")]
    if not account.strip():
        problems["account"] = [_("Say in a sentence what happened.")]
    try:
        require_open_month(person, day)
    except ValidationError as refused:
        problems.setdefault("day", []).extend(refused.messages)
    return problems


def _event_of(form_key: UUID, *, by: User) -> ServiceEvent | None:
    """Return the event a form has recorded already."""
    return ServiceEvent.objects.filter(form_key=form_key, recorded_by=by).first()


def record_event(
    *,
    person: Person,
    kind: str,
    day: date,
    account: str,
    by: User,
    at: datetime,
    form_key: UUID,
    order: str = "",
    cause: str = "",
    handling: str = "",
    shop: Shop | None = None,
) -> ServiceEvent:
    """Keep one event, not decided yet; the same form twice gives the one. Order digested, texts masked."""
    require_lead(by, person, on=timezone.localdate(at))
    if problems := _event_problems(person, kind=kind, day=day, account=account, cause=cause, at=at):
        raise ValidationError(problems)
    try:
        with transaction.atomic():
            return ServiceEvent.objects.create(
                person=person,
                kind=kind,
                day=day,
                shop=shop,
                cause=cause,
                account=mask_text(account.strip())[:2000],
                handling=mask_text(handling.strip())[:2000],
                order_digest=order_digest(order),
                order_tail="".join(order.split())[-4:],
                recorded_by=by,
                recorded_at=at,
                form_key=form_key,
            )
    except IntegrityError:
        if twice := _event_of(form_key, by=by):
            return twice
        raise


@dataclass(frozen=True, slots=True)
class EventGiven:
    """One event as a sheet has it. `where` names the row for its reader."""

    where: str
    person_id: int
    kind: str
    day: date
    account: str
    order: str = ""
    cause: str = ""
    handling: str = ""


@dataclass(slots=True)
class EventPlan:
    """What a sheet of events would add; problems as (where, what of the row, sentence)."""

    new: list[ServiceEvent] = field(default_factory=list)
    unchanged: int = 0
    problems: list[tuple[str, str, str]] = field(default_factory=list)


def plan_events(
    given: Sequence[EventGiven], *, shop: Shop | None, by: User | None, at: datetime
) -> EventPlan:
    """Return the events a sheet would add, with all that is wrong; write nothing; two queries.

    An event that is there already stays as it is: the same person, kind, day and order, or without an
    order the same words.
    """
    plan = EventPlan()
    if not given:
        return plan
    people, days = {one.person_id for one in given}, [one.day for one in given]
    cards = Card.objects.filter(person__in=people, month__gte=min(days).replace(day=1), month__lte=max(days))
    closed = set(cards.exclude(state=CardState.DRAFT).values_list("person_id", "month"))
    rows = ServiceEvent.objects.filter(person__in=people, day__gte=min(days), day__lte=max(days))
    held = {
        (person, kind, day, digest or account)
        for person, kind, day, digest, account in rows.values_list(
            "person_id", "kind", "day", "order_digest", "account"
        )
    }
    for one in given:
        made = _event_from(one, shop=shop, by=by, at=at)
        key = (one.person_id, one.kind, one.day, made.order_digest or made.account)
        if key in held:
            plan.unchanged += 1
            continue
        held.add(key)
        problems = list(_row_problems(one, closed=closed, by=by, at=at))
        plan.problems += problems
        if not problems:
            plan.new.append(made)
    return plan


def _row_problems(
    one: EventGiven, *, closed: Collection[tuple[int, date]], by: User | None, at: datetime
) -> Iterator[tuple[str, str, str]]:
    if one.day > timezone.localdate(at):
        yield one.where, "day", _("This day has not come yet.")
    if (one.person_id, one.day.replace(day=1)) in closed:
        month = {"month": f"{one.day:%Y-%m}"}
        yield one.where, "day", _("The card of %(month)s is submitted: nothing new counts for it.") % month
    if by is not None and by.person_id == one.person_id:
        yield one.where, "staff_no", _("Nobody does this for oneself.")


def _event_from(one: EventGiven, *, shop: Shop | None, by: User | None, at: datetime) -> ServiceEvent:
    digest, account = order_digest(one.order), mask_text(one.account.strip())[:2000]
    told = f"{one.person_id}|{one.kind}|{one.day}|{digest or account}"
    key = salted_hmac("reviews.ServiceEvent.sheet", told, algorithm="sha256").hexdigest()
    return ServiceEvent(
        person_id=one.person_id,
        kind=one.kind,
        day=one.day,
        shop=shop,
        cause=one.cause,
        account=account,
        handling=mask_text(one.handling.strip())[:2000],
        order_digest=digest,
        order_tail="".join(one.order.split())[-4:],
        recorded_by=by,
        recorded_at=at,
        form_key=UUID(key[:32]),
    )


@transaction.atomic
def record_events(
    given: Sequence[EventGiven], *, shop: Shop | None, by: User | None, at: datetime
) -> EventPlan:
    """Keep a sheet's events, not decided yet, all or none; those that are there already stay.

    Raises ValidationError with everything that is wrong.
    """
    plan = plan_events(given, shop=shop, by=by, at=at)
    if plan.problems:
        raise ValidationError([text for _where, _what, text in plan.problems])
    ServiceEvent.objects.bulk_create(plan.new, batch_size=500)
    return plan


def decide_event(event: ServiceEvent, *, by_service: str, reason: str, by: User, at: datetime) -> None:
    """Decide once whether the agent's service caused an event ("yes" or "no"), with a reason.

    Raises ValidationError where it is decided already, naming who did it; then nothing was changed.
    """
    decider = require_lead(by, event.person, on=timezone.localdate(at))
    if by_service not in {"yes", "no"}:
        raise ValidationError({"by_service": [_("Say whether the agent's service caused it.")]})
    if not reason.strip():
        raise ValidationError({"reason": [_("Give the reason: the agent reads it.")]})
    require_open_month(event.person, event.day)
    waiting = ServiceEvent.objects.filter(pk=event.pk, state=ServiceEvent.State.OPEN)
    if not waiting.update(
        state=ServiceEvent.State.DECIDED,
        by_service=by_service == "yes",
        reason=mask_text(reason.strip())[:400],
        decided_by=decider,
        decided_at=at,
    ):
        event.refresh_from_db()
        who = event.decided_by.name if event.decided_by else ""
        raise ValidationError(
            _("%(who)s has decided this already. Your action changed nothing.") % {"who": who}
        )
    event.refresh_from_db()


def hand_in_summary(*, person: Person, month: date, text: str, by: User, at: datetime) -> WorkSummary:
    """Hand in the own summary of a month, once, until it is due.

    Raises ValidationError where it is late, empty, for a month to come, or handed in already.
    """
    if actor(by).pk != person.pk:
        raise PermissionDenied(_("Everybody hands in the own summary."))
    if not text.strip():
        raise ValidationError({"text": [_("Write your summary first.")]})
    if len(text) > LONGEST_SUMMARY:
        most = {"most": LONGEST_SUMMARY}
        raise ValidationError({"text": [_("At most %(most)s characters, please.") % most]})
    if month > timezone.localdate(at):
        raise ValidationError(_("This month has not begun yet."))
    with transaction.atomic():
        due = summaries_due([person.pk], month)[person.pk]
        row, _made = WorkSummary.objects.get_or_create(person=person, month=month, defaults={"due_at": due})
        if row.handed_in_at is not None:
            raise ValidationError(_("This summary is handed in already. Your action changed nothing."))
        if at >= row.due_at:
            day = f"{timezone.localtime(row.due_at):%Y-%m-%d %H:%M}"
            raise ValidationError(_("This summary was due by %(day)s. HR can give more time.") % {"day": day})
        waiting = WorkSummary.objects.filter(pk=row.pk, handed_in_at__isnull=True)
        if not waiting.update(text=mask_text(text.strip()), handed_in_at=at):
            raise ValidationError(_("This summary is handed in already. Your action changed nothing."))
    row.refresh_from_db()
    return row


def mark_summary(summary: WorkSummary, *, halves: int, comment: str, by: User, at: datetime) -> None:
    """Mark a summary 0 to 5 in halves, with a comment; may be marked again until the card is submitted."""
    marker = require_lead(by, summary.person, on=timezone.localdate(at))
    if not 0 <= halves <= FULL_HALVES:
        raise ValidationError({"mark": [_("A mark is 0 to 5, in steps of 0.5.")]})
    if summary.handed_in_at is None:
        raise ValidationError(_("This summary is not handed in yet."))
    require_open_month(summary.person, summary.month)
    WorkSummary.objects.filter(pk=summary.pk).update(
        halves=halves, comment=mask_text(comment.strip())[:1000], marked_by=marker, marked_at=at
    )
    summary.refresh_from_db()


def extend_summary(*, person: Person, month: date, due_at: datetime, by: User) -> WorkSummary:
    """Give a person more time for a month's summary. HR only; a summary that is handed in stays as it is."""
    _require_hr(by, on=month)
    row, made = WorkSummary.objects.get_or_create(person=person, month=month, defaults={"due_at": due_at})
    if not made:
        WorkSummary.objects.filter(pk=row.pk, handed_in_at__isnull=True).update(due_at=due_at)
        row.refresh_from_db()
    return row


def _require_hr(by: User, *, on: date) -> None:
    if not access.scope_of(by, on=on).everything:
        raise PermissionDenied(_("This is HR's to do."))


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a waiver reaches: exactly one of these."""

    person: Person | None = None
    unit: Unit | None = None
    shop: Shop | None = None
    employment_kind: str = ""


def waiver_problems(*, line: str, reason: str, scope: Scope, by: User) -> dict[str, list[str]]:
    """Return what is wrong with a waiver, by field."""
    problems: dict[str, list[str]] = {}
    if not PlanLine.objects.filter(code=line).exists():
        problems["line"] = [_("No plan has this line.")]
    if not reason.strip():
        problems["reason"] = [_("Give the reason: it stands on the card.")]
    if sum(map(bool, (scope.person, scope.unit, scope.shop, scope.employment_kind))) != 1:
        problems["person"] = [_("Choose one: a person, a unit, a shop or an employment kind.")]
    if scope.employment_kind and scope.employment_kind not in EmploymentKind.values:
        problems["employment_kind"] = [_("Choose an employment kind of the list.")]
    if scope.person is not None and by.person_id == scope.person.pk:
        problems["person"] = [_("Nobody waives a line on the own card.")]
    return problems


def waive(*, month: date, line: str, reason: str, scope: Scope, by: User, at: datetime) -> Waiver:
    """Let a line count with its full weight for a person, a unit, a shop or an employment kind. HR only.

    Raises ValidationError for an unknown line, more or less than one scope, or no reason. It reaches cards
    that are still drafts, with the month's next run; nobody waives a line of the own card.
    """
    _require_hr(by, on=timezone.localdate(at))
    if problems := waiver_problems(line=line, reason=reason, scope=scope, by=by):
        raise ValidationError(problems)
    return Waiver.objects.create(
        month=month.replace(day=1),
        line=line,
        reason=reason.strip()[:400],
        person=scope.person,
        unit=scope.unit,
        shop=scope.shop,
        employment_kind=scope.employment_kind,
        by=by,
        by_person=by.person,
        given_at=at,
    )


def waive_many(
    *, month: date, pairs: Collection[tuple[int, str]], reason: str, by: User, at: datetime
) -> int:
    """Give waivers to people, each for a line (person's id, line); return how many are new. HR only.

    Who has one for the line already keeps it. Raises ValidationError for no line, an unknown one or no reason.
    """
    _require_hr(by, on=timezone.localdate(at))
    lines = {line for _person, line in pairs}
    if not lines:
        raise ValidationError({"line": [_("Choose at least one line that is open.")]})
    for line in sorted(lines):
        scope = Scope(employment_kind=EmploymentKind.values[0])
        if problems := waiver_problems(line=line, reason=reason, scope=scope, by=by):
            raise ValidationError(problems)
    standing = Waiver.objects.filter(month=month, line__in=lines, withdrawn_at__isnull=True)
    held = set(standing.filter(person__isnull=False).values_list("person_id", "line"))
    rows = [
        Waiver(
            month=month,
            line=line,
            reason=reason.strip()[:400],
            person_id=person,
            by=by,
            by_person=by.person,
            given_at=at,
        )
        for person, line in sorted(set(pairs) - held)
    ]
    return len(Waiver.objects.bulk_create(rows, batch_size=500))


def withdraw_waiver(waiver: Waiver, *, by: User, at: datetime) -> bool:
    """Take a waiver back; submitted cards keep it. Return whether it was still given."""
    _require_hr(by, on=timezone.localdate(at))
    return bool(Waiver.objects.filter(pk=waiver.pk, withdrawn_at__isnull=True).update(withdrawn_at=at))
