"""The queue of accounts that nobody is matched to: what waits there, suggestions, and the match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext as _

from reviews.figures.counting import Holders, moment
from reviews.models import AgentFigures, ImportBatch, Snapshot
from staff.models import AccountHolder, Employment, Person, PlatformAccount

Kind = PlatformAccount.Kind
OF_NOBODY = (Kind.SHARED, Kind.ROBOT, Kind.MAIN, Kind.COMPANY)
SUGGESTED = 3


@dataclass(slots=True)
class Waiting:
    """An account with figures that count for nobody, and who it may be."""

    account: PlatformAccount
    first_day: date
    last_day: date
    rows: int
    receptions: int = 0
    sales: Decimal = Decimal(0)
    suggestions: list[Person] = field(default_factory=list)
    formerly: str = ""

    @property
    def amount(self) -> str:
        """The sales as people read them."""
        return f"{self.sales:,.2f}"


def waiting_accounts(*, shop_ids: Collection[int] | None = None) -> list[Waiting]:
    """Return accounts with figures in force on days nobody held them, most sales first; seven queries.

    Accounts that only a running day's snapshots brought wait with these; their sales are the day's so far.
    """
    held = Q(account__holders__isnull=False)
    rows = AgentFigures.objects.filter(current=True, account__isnull=False).exclude(
        account__kind__in=OF_NOBODY
    )
    if shop_ids is not None:
        rows = rows.filter(shop__in=shop_ids)
    unheld = rows.exclude(held)
    spans = (
        unheld.order_by()
        .values("account")
        .annotate(first=Min("first_day"), last=Max("last_day"), rows=Count("pk"))
    )
    accounts = PlatformAccount.objects.select_related("shop").in_bulk([span["account"] for span in spans])
    waiting = {
        span["account"]: Waiting(accounts[span["account"]], span["first"], span["last"], span["rows"])
        for span in spans
    }
    _late_holders(rows.filter(held), waiting)
    sums = AgentFigures.objects.filter(current=True, account__in=waiting)
    for account_id, receptions, sales in sums.values_list("account_id", "receptions", "sales"):
        waiting[account_id].receptions += receptions or 0
        waiting[account_id].sales += sales or Decimal(0)
    _add_from_snapshots(waiting, shop_ids)
    _suggest((one, one.account.name) for one in waiting.values())
    return sorted(waiting.values(), key=lambda one: (-one.sales, one.account.name))


def _add_from_snapshots(waiting: dict[int, Waiting], shop_ids: Collection[int] | None) -> None:
    """Add accounts that nobody ever held and that stand in snapshots only."""
    rows = Snapshot.objects.filter(
        current=True, account__kind=Kind.UNKNOWN, account__holders__isnull=True, account__figures__isnull=True
    )
    if shop_ids is not None:
        rows = rows.filter(shop__in=shop_ids)
    spans = (
        rows.order_by()
        .values("account")
        .annotate(
            first=Min("day"),
            last=Max("day"),
            rows=Count("pk"),
            sales=Max("sales"),
            receptions=Max("receptions"),
        )
    )
    found = {span["account"]: span for span in spans if span["account"] not in waiting}
    for pk, account in PlatformAccount.objects.select_related("shop").in_bulk(found).items():
        span = found[pk]
        waiting[pk] = Waiting(
            account,
            span["first"],
            span["last"],
            span["rows"],
            span["receptions"] or 0,
            span["sales"] or Decimal(0),
        )


@dataclass(slots=True)
class InBatch:
    """An account of a staged batch that nobody holds on the file's days, with the figures at stake."""

    name: str
    first_day: date
    last_day: date
    receptions: int = 0
    sales: Decimal = Decimal(0)
    suggestions: list[Person] = field(default_factory=list)
    formerly: str = ""

    @property
    def amount(self) -> str:
        """The sales as people read them."""
        return f"{self.sales:,.2f}"


def unmatched_in_batch(batch: ImportBatch) -> list[InBatch]:
    """Return the accounts of a batch whose figures would count for nobody; five queries."""
    rows = AgentFigures.objects.filter(batch=batch).exclude(account_name="")
    values = list(
        rows.values_list("account_name", "first_day", "last_day", "receptions", "sales").order_by(
            "account_name"
        )
    )
    if not values:
        return []
    accounts = PlatformAccount.objects.filter(shop=batch.shop, name__in={row[0] for row in values})
    known = {account.name: account for account in accounts}
    holders = Holders(min(row[1] for row in values), max(row[2] for row in values))
    found: dict[str, InBatch] = {}
    for name, first, last, receptions, sales in values:
        account = known.get(name)
        if account and (account.kind in OF_NOBODY or holders.people(account.pk, (first, last))):
            continue
        one = found.setdefault(name, InBatch(name, first, last))
        one.first_day, one.last_day = min(one.first_day, first), max(one.last_day, last)
        one.receptions += receptions or 0
        one.sales += sales or Decimal(0)
    before = AccountHolder.objects.filter(account__shop=batch.shop, account__name__in=found)
    for name, person in before.order_by("starts_at").values_list("account__name", "person__name"):
        found[name].formerly = person
    _suggest((one, one.name) for one in found.values())
    return sorted(found.values(), key=lambda one: (-one.sales, one.name))


def _late_holders(rows: Iterable[AgentFigures] | object, waiting: dict[int, Waiting]) -> None:
    """Add accounts that have holders, but none on some days with figures."""
    spans: dict[int, list[tuple[date, date]]] = defaultdict(list)
    values = rows.values_list("account_id", "first_day", "last_day").distinct()  # type: ignore[union-attr]
    for account_id, first, last in values:
        spans[account_id].append((first, last))
    holders: dict[int, list[AccountHolder]] = defaultdict(list)
    for holder in AccountHolder.objects.filter(account__in=spans).select_related("account__shop", "person"):
        holders[holder.account_id].append(holder)
    for account_id, days in spans.items():
        mine = holders[account_id]
        open_days = [
            day
            for day in days
            if not any(
                h.starts_at <= moment(day[1]) and (not h.ends_at or h.ends_at > moment(day[0])) for h in mine
            )
        ]
        if open_days:
            first, last = min(day[0] for day in open_days), max(day[1] for day in open_days)
            one = Waiting(mine[0].account, first, last, len(open_days))
            one.formerly = mine[-1].person.name
            waiting[account_id] = one


def _suggest(waiting: Iterable[tuple[Waiting | InBatch, str]]) -> None:
    """Suggest people whose name the account's own part is, holds, or shares its last character with."""
    people = list(Person.objects.filter(anonymised_at=None).order_by("staff_no"))
    for one, account_name in waiting:
        nick = account_name.replace("：", ":").rsplit(":", 1)[-1].strip()
        ranked = [(_likeness(nick, person.name), person) for person in people]
        best = sorted((pair for pair in ranked if pair[0]), key=lambda pair: -pair[0])
        one.suggestions = [person for _score, person in best[:SUGGESTED]]


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
