"""The top three of an hour as a lead types them, where no snapshots are exported.

A lead of a team picks people of the own team and leaves what another team's lead typed alone; HR of
the shop picks anybody of the shop and changes everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.models import HourLeader
from staff.access import people_below, scope_of
from staff.models import Person, Shop, Unit, User

PLACES = (1, 2, 3)
LEAD = "supervisor"


@dataclass(frozen=True, slots=True)
class LeaderGiven:
    """Who stands on a place of an hour; sales in CNY where they are known."""

    place: int
    person_id: int
    sales: Decimal | None = None


def shops_led(user: User, *, on: date) -> QuerySet[Shop]:
    """Return the shops in which a user leads a team, or the whole shop, as supervisor on a day."""
    paths = scope_of(user, on=on).roles.get(LEAD, ())
    reach = Q(pk__in=[])
    for path in paths:
        above = [int(part) for part in path.strip("/").split("/") if part]
        reach |= Q(units__in=above) | Q(units__path__startswith=path)
    return Shop.objects.filter(reach).distinct()


def people_led(user: User, shop: Shop, *, on: date) -> QuerySet[Person]:
    """Return the people whom a user leads as supervisor in a shop's units on a day."""
    paths = scope_of(user, on=on).roles.get(LEAD, ())
    return _employed(people_below(_inside(shop, paths), on=on), on)


def people_of(shop: Shop, *, on: date) -> QuerySet[Person]:
    """Return the people who stand in a shop's units on a day."""
    return _employed(people_below(Unit.objects.filter(shop=shop).values_list("path", flat=True), on=on), on)


def _employed(ids: QuerySet[Person], on: date) -> QuerySet[Person]:
    return Person.objects.employed(on).filter(pk__in=ids).order_by("staff_no")


def _inside(shop: Shop, paths: Sequence[str]) -> list[str]:
    """Return the parts of some paths that lie in a shop's units."""
    found = set()
    for own in Unit.objects.filter(shop=shop).values_list("path", flat=True):
        found |= {path if path.startswith(own) else own for path in paths if _related(path, own)}
    return sorted(found)


def _related(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def leaders_of(shop: Shop, day: date) -> list[tuple[int, list[HourLeader]]]:
    """Return a day's hours with the leaders typed in, the latest hour first."""
    by_hour: dict[int, list[HourLeader]] = {}
    rows = HourLeader.objects.filter(shop=shop, day=day).select_related("person", "by__person")
    for row in rows.order_by("-hour", "place"):
        by_hour.setdefault(row.hour, []).append(row)
    return list(by_hour.items())


def set_leaders(
    shop: Shop, *, day: date, hour: int, given: Sequence[LeaderGiven], people: QuerySet[Person], by: User
) -> None:
    """Put the leaders of an hour in the place of those of `people` that stood there; none given, none stand.

    `people` are those the user may pick: places of others stay as they are. Raises ValidationError, and
    PermissionDenied for a person outside them.
    """
    picked = {person.pk: person for person in people}
    if any(one.person_id not in picked for one in given):
        raise PermissionDenied
    _refuse(day, hour, given)
    held = HourLeader.objects.filter(shop=shop, day=day, hour=hour)
    try:
        with transaction.atomic():
            held.filter(person__in=picked).delete()
            _refuse_taken(list(held.select_related("person")), given)
            HourLeader.objects.bulk_create(
                HourLeader(
                    shop=shop,
                    day=day,
                    hour=hour,
                    place=one.place,
                    person_id=one.person_id,
                    sales=one.sales,
                    by=by,
                    at=timezone.now(),
                )
                for one in given
            )
    except IntegrityError as clash:
        raise ValidationError(_("Somebody else has just typed in this hour. Look at it again.")) from clash


def _refuse(day: date, hour: int, given: Sequence[LeaderGiven]) -> None:
    if not 0 <= hour <= 23 or any(one.place not in PLACES for one in given):
        raise ValidationError(_("Choose an hour and places 1 to 3."))
    begins = timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(hours=hour)
    if begins > timezone.now():
        raise ValidationError(_("This hour has not begun yet."))
    if len({one.person_id for one in given}) < len(given):
        raise ValidationError(_("One person stands on one place of an hour."))
    if any(one.sales is not None and one.sales < 0 for one in given):
        raise ValidationError(_("Sales cannot be below 0."))


def _refuse_taken(held: Sequence[HourLeader], given: Sequence[LeaderGiven]) -> None:
    """Refuse a place on which somebody of another team stands."""
    taken = {row.place: row.person for row in held}
    for one in given:
        if one.place in taken:
            said = _("Place {place} of this hour is {name}'s, of another team. HR of the shop can change it.")
            raise ValidationError(said.format(place=one.place, name=taken[one.place].name))
