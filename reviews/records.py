"""Events, work summaries and waivers: who may write them, and when they stand."""

from __future__ import annotations

from dataclasses import dataclass
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
from reviews.models.plans import PlanLine
from reviews.models.records import ServiceEvent, Waiver, WorkSummary
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


def withdraw_waiver(waiver: Waiver, *, by: User, at: datetime) -> bool:
    """Take a waiver back; submitted cards keep it. Return whether it was still given."""
    _require_hr(by, on=timezone.localdate(at))
    return bool(Waiver.objects.filter(pk=waiver.pk, withdrawn_at__isnull=True).update(withdrawn_at=at))
