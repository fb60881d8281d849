"""Spot checks: what is refused, what is kept masked, and until when the author may change one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews import chats
from reviews.checking import Coverage
from reviews.models.cards import Card
from reviews.models.checks import SpotCheck, SpotMark
from reviews.models.reviews import CardState
from reviews.models.rubrics import FULL_HALVES, RootCause, RubricItem, RubricVersion
from reviews.rubrics import versions_for
from staff import access, calendar
from staff.models import AccountHolder, Person, Shop, User

SHOWN_AT = time(9)
Problems = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class MarkGiven:
    """One item as the checker gave it: halves 0 to 10, codes of root causes, a quote from the chat."""

    halves: int = FULL_HALVES
    causes: tuple[str, ...] = ()
    quote: str = ""


@dataclass(frozen=True, slots=True)
class CheckGiven:
    """A check as it was filled in. `critical` maps the critical items that happened to their quotes."""

    chat_on: date
    sold: bool
    buyer: str
    text: str = ""
    product: str = ""
    note: str = ""
    shop: Shop | None = None
    marks: Mapping[str, MarkGiven] = field(default_factory=dict)
    critical: Mapping[str, str] = field(default_factory=dict)


def actor(by: User) -> Person:
    """Return the person behind a log-in; a log-in without one acts for nobody."""
    if by.person is None:
        raise PermissionDenied(_("This log-in belongs to no person, so it cannot act for one."))
    return by.person


def require_lead(by: User, person: Person, *, on: date) -> Person:
    """Return the acting person who leads or looks after somebody on a day; or raise PermissionDenied."""
    acting = actor(by)
    if acting.pk == person.pk:
        raise PermissionDenied(_("Nobody does this for oneself."))
    scope = access.scope_of(by, on=on)
    led = access.people_below(scope.unit_paths, on=on).filter(person=person.pk)
    if not scope.everything and not led.exists():
        raise PermissionDenied(_("You do not lead this person."))
    return acting


def require_open_month(person: Person, day: date) -> None:
    """Raise ValidationError where the person's card of that month no longer takes new records."""
    month = day.replace(day=1)
    card = Card.objects.filter(person=person, month=month).exclude(state=CardState.DRAFT).first()
    if card is not None:
        raise ValidationError(
            _("The card of %(month)s is %(state)s: nothing new counts for it.")
            % {"month": f"{month:%Y-%m}", "state": card.get_state_display()}
        )


def version_of(person: Person, *, on: date) -> RubricVersion:
    """Return the rubric version for a person's chats of a day; raise ValidationError where there is none."""
    assignment = access.current_assignments(on).filter(person=person).first()
    if assignment is None:
        raise ValidationError(
            {"chat_on": [_("On that day %(name)s belonged to no team yet.") % {"name": person.name}]}
        )
    version = versions_for([assignment.position_id], on=on).get(assignment.position_id)
    if version is None:
        raise ValidationError({"chat_on": [_("No rubric was in force on that day.")]})
    return version


def shown_from(at: datetime) -> datetime:
    """Return when the agent sees a check saved now: nine o'clock of the next working day."""
    day = calendar.load().nth_after(timezone.localdate(at), 1).day
    return timezone.make_aware(datetime.combine(day, SHOWN_AT))


def save_check(*, person: Person, given: CheckGiven, by: User, at: datetime, form_key: UUID) -> SpotCheck:
    """Keep one check; the same form sent twice gives the one check.

    Raises ValidationError by field, everything wrong at once, and PermissionDenied for those who do not
    lead the person. Buyer, chat, quotes and note are masked before they are kept.
    """
    checker = require_lead(by, person, on=timezone.localdate(at))
    version, items = _checked(person, given, at=at)
    try:
        with transaction.atomic():
            check = SpotCheck.objects.create(
                person=person,
                version=version,
                checker=checker,
                checked_by=by,
                checked_at=at,
                form_key=form_key,
                shown_at=shown_from(at),
                **_columns(person, given),
            )
            _write_marks(check, given, items, revision=1)
    except IntegrityError:
        twice = SpotCheck.objects.filter(form_key=form_key, checker=checker).first()
        if twice is None:
            raise
        return twice
    return check


def change_check(check: SpotCheck, *, given: CheckGiven, by: User, at: datetime) -> SpotCheck:
    """Change a check nobody was shown yet; the earlier marks stay as superseded rows.

    Raises PermissionDenied for others than its author, ValidationError once the agent sees it.
    """
    if actor(by).pk != check.checker_id:
        raise PermissionDenied(_("Only its author changes a check."))
    version, items = _checked(check.person, given, at=at)
    with transaction.atomic():
        mine = SpotCheck.objects.filter(pk=check.pk, shown_at__gt=at)
        if not mine.update(version=version, **_columns(check.person, given)):
            raise ValidationError(_("The agent has seen this check: its marks stand. Nothing was changed."))
        revision = max(check.marks.values_list("revision", flat=True), default=0) + 1
        check.marks.filter(superseded=False).update(superseded=True)
        _write_marks(check, given, items, revision=revision)
    check.refresh_from_db()
    return check


def show_check(check: SpotCheck, *, by: User, at: datetime) -> bool:
    """Show a check to its agent at once; return whether it was not shown yet."""
    if actor(by).pk != check.checker_id:
        raise PermissionDenied(_("Only its author shows a check."))
    return bool(SpotCheck.objects.filter(pk=check.pk, shown_at__gt=at).update(shown_at=at))


def _checked(
    person: Person, given: CheckGiven, *, at: datetime
) -> tuple[RubricVersion, Sequence[RubricItem]]:
    """Return the rubric that applies; or raise ValidationError with everything that is wrong."""
    problems: Problems = {}
    if given.chat_on > timezone.localdate(at):
        problems["chat_on"] = [_("The day of the chat has not come yet.")]
    if not chats.mask_buyer(given.buyer):
        problems["buyer"] = [_("Give the buyer's nickname; it is kept masked.")]
    if len(given.text) > chats.LONGEST:
        most = {"most": chats.LONGEST}
        problems["text"] = [_("The chat is longer than %(most)s characters: paste the part you mark.") % most]
    try:
        require_open_month(person, given.chat_on)
        version = version_of(person, on=given.chat_on)
    except ValidationError as refused:
        problems["chat_on"] = [*problems.get("chat_on", []), *refused.messages]
        raise ValidationError(problems) from None
    items = list(version.items.prefetch_related("causes"))
    problems |= mark_problems(items, marks=given.marks, critical=given.critical, note=given.note)
    if problems:
        raise ValidationError(problems)
    return version, items


def mark_problems(
    items: Sequence[RubricItem], *, marks: Mapping[str, MarkGiven], critical: Mapping[str, str], note: str
) -> Problems:
    """Return what is wrong with the marks of a check, by `mark-` and the item's code."""
    problems: Problems = {}
    known = {item.code for item in items}
    for code in sorted({*marks, *critical} - known):
        problems[f"mark-{code}"] = [_("This rubric has no such item.")]
    for item in items:
        words = {"item": item.name}
        if item.critical:
            if item.code in critical and not critical[item.code].strip():
                problems[f"mark-{item.code}"] = [_("%(item)s: quote the words that show it.") % words]
            continue
        mark = marks.get(item.code)
        if mark is None or not 0 <= mark.halves <= FULL_HALVES:
            problems[f"mark-{item.code}"] = [_("%(item)s: a mark is 0 to 5, in steps of 0.5.") % words]
        elif mark.halves < FULL_HALVES and not (mark.causes or mark.quote.strip() or note.strip()):
            problems[f"mark-{item.code}"] = [
                _("%(item)s: below full marks, pick a cause, quote the chat or write a word to the agent.")
                % words
            ]
        elif not set(mark.causes) <= {cause.code for cause in item.causes.all()}:
            problems[f"mark-{item.code}"] = [_("%(item)s: choose causes of its list.") % words]
    return problems


def _columns(person: Person, given: CheckGiven) -> dict[str, Any]:
    """Return the check's columns, masked."""
    accounts = AccountHolder.objects.filter(person=person).values_list("account__name", flat=True)
    messages = chats.read(given.text, on=given.chat_on, buyer=given.buyer, accounts=set(accounts))
    waits = chats.waits(messages)
    return {
        "chat_on": given.chat_on,
        "sold": given.sold,
        "shop": given.shop,
        "buyer": chats.mask_buyer(given.buyer),
        "product": chats.mask_text(given.product)[:100],
        "transcript": chats.written(messages),
        "waited_seconds": waits.total,
        "replies": waits.replies,
        "note": chats.mask_text(given.note)[:1000],
    }


def _write_marks(check: SpotCheck, given: CheckGiven, items: Sequence[RubricItem], *, revision: int) -> None:
    rows = []
    for item in items:
        if item.critical:
            if item.code not in given.critical:
                continue
            halves, quote = None, given.critical[item.code]
        else:
            halves, quote = given.marks[item.code].halves, given.marks[item.code].quote
        rows.append(
            SpotMark(
                check_made=check,
                item=item,
                revision=revision,
                halves=halves,
                quote=chats.mask_text(quote.strip())[:300],
            )
        )
    made = SpotMark.objects.bulk_create(rows)
    causes = dict(RootCause.objects.values_list("code", "pk"))
    links = [
        SpotMark.causes.through(spotmark_id=row.pk, rootcause_id=causes[code])
        for row in made
        if not row.item.critical
        for code in given.marks[row.item.code].causes
        if row.halves is not None and row.halves < FULL_HALVES
    ]
    SpotMark.causes.through.objects.bulk_create(links)


def coverage(people: Mapping[int, int], *, month: date) -> dict[int, Coverage]:
    """Return per person how many chats of a month were checked. `people` maps persons to positions. Two queries."""
    versions = versions_for(people.values(), on=calendar.last_day_of(month))
    counts: dict[int, dict[bool, int]] = {person: {True: 0, False: 0} for person in people}
    rows = SpotCheck.objects.counting().filter(
        person__in=people, chat_on__gte=month, chat_on__lt=calendar.first_of_next(month)
    )
    for person, sold in rows.values_list("person", "sold"):
        counts[person][sold] += 1
    found = {}
    for person, position in people.items():
        version = versions.get(position)
        parts = (version.quota, version.quota_sold, version.quota_unsold) if version else (0, 0, 0)
        found[person] = Coverage(counts[person][True], counts[person][False], *parts)
    return found
