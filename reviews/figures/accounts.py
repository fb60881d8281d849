"""The queue of accounts that nobody is matched to: what waits there, suggestions, and the match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.figures.counting import Order
from reviews.figures.formats import AGENT_SOURCES
from reviews.figures.holders import Holders, moment
from reviews.figures.stakes import FIELDS, UNMATCHED, Figures, Stake, at_stake
from reviews.models import AgentFigures, ImportBatch, ImportIssue, Snapshot
from staff.models import AccountHolder, Employment, Person, PlatformAccount, Shop

Kind = PlatformAccount.Kind
OF_NOBODY = (Kind.SHARED, Kind.ROBOT, Kind.MAIN, Kind.COMPANY)
SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who an account may be, and why: `held` it before, or the names are `alike`."""

    person: Person
    reason: str


@dataclass(slots=True)
class Waiting:
    """An account with figures that count for nobody, what is at stake, and who it may be.

    `whose`, `starts_on` and `problem` are what a person answered and why it cannot be kept.
    """

    shop: Shop
    name: str
    stake: Stake
    suggestions: list[Suggestion] = field(default_factory=list)
    formerly: str = ""
    whose: str = ""
    starts_on: str = ""
    problem: str = ""

    @property
    def amount(self) -> str:
        """The sales as people read them."""
        return f"{self.stake.sales:,.2f}"

    @property
    def first_day(self) -> date:
        """The first day with figures nobody has."""
        return self.stake.first_day

    @property
    def last_day(self) -> date:
        """The last day with figures nobody has."""
        return self.stake.last_day

    @property
    def since(self) -> str:
        """The day from which the match is to hold, as the form has it."""
        return self.starts_on or self.stake.first_day.isoformat()

    @property
    def best(self) -> Suggestion | None:
        """The likeliest person, where one is likely: never chosen for the reader."""
        return self.suggestions[0] if self.suggestions else None


def waiting_accounts(*, shop_ids: Collection[int] | None = None) -> list[Waiting]:
    """Return accounts with figures in force on days nobody held them, by shop, most sales first; seven queries.

    Accounts that only a running day's snapshots brought wait with these; their sales are the day's so far.
    """
    rows = AgentFigures.objects.filter(current=True, account__isnull=False).exclude(
        account__kind__in=OF_NOBODY
    )
    if shop_ids is not None:
        rows = rows.filter(shop__in=shop_ids)
    holders: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    held = AccountHolder.objects.filter(account__in=rows.values("account"))
    for account_id, starts, ends in held.values_list("account_id", "starts_at", "ends_at"):
        holders[account_id].append((starts, ends))
    begins = dict(rows.order_by().values_list("account").annotate(first=Min("first_day")))
    open_ones = [pk for pk, first in begins.items() if not _held_since(holders[pk], first)]
    found: dict[int, list[Figures]] = defaultdict(list)
    names = ("account_id", "shop_id", "source", "first_day", "last_day", *FIELDS)
    for account_id, *values in rows.filter(account__in=open_ones).values_list(*names):
        row = Figures(*values)
        if not _held(holders[account_id], row):
            found[account_id].append(row)
    order = Order(shop_ids, AGENT_SOURCES)
    accounts = PlatformAccount.objects.select_related("shop").in_bulk(found)
    waiting = []
    for account_id, figures in found.items():
        account, stake = accounts[account_id], at_stake(figures, order)
        if stake is not None:
            waiting.append(Waiting(account.shop, account.name, stake))
    waiting += _from_snapshots(shop_ids, without=found)
    return sorted(waiting, key=lambda one: (one.shop.name, one.shop.pk, -one.stake.sales, one.name))


def _held_since(holders: Iterable[tuple[datetime, datetime | None]], first: date) -> bool:
    """Say whether somebody has an account from its first day with figures on, without an end."""
    return any(starts <= moment(first) and ends is None for starts, ends in holders)


def _from_snapshots(shop_ids: Collection[int] | None, *, without: Collection[int]) -> list[Waiting]:
    """Return accounts that nobody ever held and that stand in snapshots only."""
    rows = Snapshot.objects.filter(
        current=True, account__kind=Kind.UNKNOWN, account__holders__isnull=True, account__figures__isnull=True
    ).exclude(account__in=without)
    if shop_ids is not None:
        rows = rows.filter(shop__in=shop_ids)
    spans = (
        rows.order_by()
        .values_list("account")
        .annotate(Min("day"), Max("day"), Count("pk"), Max("receptions"), Max("sales"))
    )
    found = {account: stake for account, *stake in spans}
    accounts = PlatformAccount.objects.select_related("shop").in_bulk(found)
    return [
        Waiting(
            accounts[pk].shop,
            accounts[pk].name,
            Stake(first, last, many, receptions or 0, sales or Decimal(0)),
        )
        for pk, (first, last, many, receptions, sales) in found.items()
    ]


def _held(holders: Iterable[tuple[datetime, datetime | None]], row: Figures) -> bool:
    """Say whether somebody had an account at some time of a row's days."""
    first, end = moment(row.first_day), moment(row.last_day + timedelta(days=1))
    return any(starts < end and (ends is None or ends > first) for starts, ends in holders)


def count_waiting(*, shop_ids: Collection[int] | None = None) -> int:
    """Return how many accounts wait."""
    return len(waiting_accounts(shop_ids=shop_ids))


def unmatched_in_batch(batch: ImportBatch) -> list[Waiting]:
    """Return the accounts of a batch whose figures would count for nobody; four queries.

    Known from what was noted when the batch was read, so that a batch with errors shows them too.
    """
    notes = ImportIssue.objects.filter(file__batch=batch, code=UNMATCHED).order_by("pk")
    found = {params["account"]: _stake_of(params) for params in notes.values_list("params", flat=True)}
    if not found:
        return []
    accounts = PlatformAccount.objects.filter(shop=batch.shop, name__in=found)
    known = {account.name: account for account in accounts}
    first = min(stake.first_day for stake in found.values())
    holders = Holders(first, max(stake.last_day for stake in found.values()))
    waiting = []
    for name, stake in found.items():
        account = known.get(name)
        if account and (
            account.kind in OF_NOBODY or holders.people(account.pk, (stake.first_day, stake.last_day))
        ):
            continue
        waiting.append(Waiting(batch.shop, name, stake))
    return sorted(waiting, key=lambda one: (-one.stake.sales, one.name))


def _stake_of(params: Mapping[str, Any]) -> Stake:
    return Stake(
        date.fromisoformat(params["first"]),
        date.fromisoformat(params["last"]),
        params["rows"],
        params["receptions"],
        Decimal(params["sales"]),
    )


def suggest(waiting: Sequence[Waiting], people: Sequence[Person]) -> None:
    """Suggest, of the people a reader may see, who held an account before and whose name is like it; one query."""
    seen = {person.pk: person for person in people}
    shops = {one.shop.pk for one in waiting}
    before: dict[tuple[int, str], tuple[int, str, date]] = {}
    past = AccountHolder.objects.filter(
        account__shop__in=shops, account__name__in={one.name for one in waiting}
    )
    for shop, name, person, words, ends in past.order_by("starts_at").values_list(
        "account__shop", "account__name", "person", "person__name", "ends_at"
    ):
        last = timezone.localtime(ends).date() - timedelta(days=1) if ends else timezone.localdate()
        before[shop, name] = person, words, last
    for one in waiting:
        holder = before.get((one.shop.pk, one.name))
        if holder is not None:
            one.formerly = _("{who} had it until {day}").format(who=holder[1], day=holder[2].isoformat())
            if holder[0] in seen:
                one.suggestions.append(Suggestion(seen[holder[0]], one.formerly))
        one.suggestions += [
            Suggestion(person, _("names are alike"))
            for person in _alike(one.name, people)
            if holder is None or person.pk != holder[0]
        ]


def _alike(account_name: str, people: Iterable[Person]) -> list[Person]:
    """Return whose name the account's own part is, holds, or shares its last character with."""
    nick = account_name.replace("：", ":").rsplit(":", 1)[-1].strip()
    ranked = [(_likeness(nick, person.name), person) for person in people]
    best = sorted((pair for pair in ranked if pair[0]), key=lambda pair: -pair[0])
    return [person for _score, person in best[:SUGGESTED]]


def _likeness(nick: str, name: str) -> int:
    if not nick or not name:
        return 0
    if nick == name:
        return 4
    if name in nick or nick in name:
        return 3
    if len(name) > 1 and name[1:] in nick:
        return 2
    return 1 if nick[-1] == name[-1] else 0


@dataclass(frozen=True, slots=True)
class Match:
    """What a person answered about an account: a person's key or a kind of `OF_NOBODY`, and since when."""

    shop: Shop
    name: str
    person: Person | None = None
    kind: str = ""
    starts_on: date | None = None


def match_all(matches: Sequence[Match]) -> dict[tuple[int, str], str]:
    """Keep answers about accounts, all of them or none; return what is wrong by shop and account.

    An account that no import has brought yet is made.
    """
    problems: dict[tuple[int, str], str] = {}
    with transaction.atomic():
        for one in matches:
            account, _made = PlatformAccount.objects.get_or_create(
                shop=one.shop, name=one.name, defaults={"kind": Kind.UNKNOWN}
            )
            try:
                if one.person is None:
                    declare_account(account, kind=one.kind)
                elif one.starts_on is None:
                    raise ValidationError(_("Give the day from which on the person has the account."))
                else:
                    match_account(account, person=one.person, starts_on=one.starts_on)
            except ValidationError as refused:
                problems[one.shop.pk, one.name] = " ".join(refused.messages)
        if problems:
            transaction.set_rollback(True)
    return problems


@transaction.atomic
def match_account(account: PlatformAccount, *, person: Person, starts_on: date) -> AccountHolder:
    """Say who has an account from a day on; its figures of those days count without another import.

    Raises ValidationError where somebody else holds it then or the person never worked that day.
    """
    if account.kind in OF_NOBODY:
        raise ValidationError(_("This account is declared %(kind)s.") % {"kind": account.get_kind_display()})
    starts = moment(starts_on)
    overlapping = AccountHolder.objects.filter(account=account).filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=starts)
    )
    ends = None
    for holder in overlapping.order_by("starts_at").select_related("person"):
        if holder.starts_at <= starts:
            raise ValidationError(
                _("%(person)s has this account on that day.") % {"person": holder.person.name}
            )
        ends = ends or holder.starts_at
    employed = Employment.objects.filter(person=person).filter(
        Q(left_on__isnull=True) | Q(left_on__gt=starts_on)
    )
    if not employed.exists():
        raise ValidationError(
            _("%(person)s had left before %(day)s.") % {"person": person.name, "day": starts_on}
        )
    made = AccountHolder.objects.create(account=account, person=person, starts_at=starts, ends_at=ends)
    if account.kind == Kind.UNKNOWN:
        account.kind = Kind.PERSON
        account.save(update_fields=["kind"])
    return made


@transaction.atomic
def declare_account(account: PlatformAccount, *, kind: str) -> None:
    """Say that an account is shared, a robot's, the main or a company account: its figures stay with the shop.

    Raises ValidationError where people hold it.
    """
    if kind not in OF_NOBODY:
        raise ValidationError(_("Choose a kind of account."))
    if kind != Kind.SHARED and account.holders.exists():
        raise ValidationError(_("Somebody holds this account; end that first."))
    account.kind = kind
    account.save(update_fields=["kind"])
