"""Which imports brought figures after a card was frozen, and which files they took the place of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from reviews.figures.evidence.formats import COMPUTED_FORMATS
from reviews.figures.planned import TABLES
from reviews.models import AgentFigures, ImportBatch, ImportFile, ShopFigures
from reviews.services.late import Foretold
from staff.calendar import add_months, last_day_of
from staff.models import AccountHolder, Unit

# Months whose figures a card may stand on: its own, and the two that sales are compared with.
MONTHS_BACK = (0, -1, -12)
OF_SHOP = ("shop_", "previous_shop_")
COMPUTED = {form.code: form.title for form in COMPUTED_FORMATS}


@dataclass(frozen=True, slots=True)
class Replaced:
    """A file that took the place of another one; `old` is empty where it brought new rows only."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Cause:
    """The imports behind some cards' differences; none where they are not known."""

    batches: tuple[ImportBatch, ...]
    files: tuple[Replaced, ...]
    cards: tuple[Foretold, ...]


def causes_of(told: Sequence[Foretold]) -> list[Cause]:
    """Group foretold cards of one month by the imports that came after they were frozen; eight queries."""
    if not told:
        return []
    month = told[0].card.month
    recent = _recent(told)
    own = _own_batches(told, recent, month)
    shops = _shop_batches(recent, month)
    shop_of = _shops_of(told)
    groups: dict[tuple[int, ...], list[Foretold]] = {}
    for one in told:
        ids = set(own.get(one.card.person_id, ()))
        if not ids or any(figure.key.startswith(OF_SHOP) for figure in one.figures):
            ids |= {batch for shop in shop_of.get(one.card.person_id, ()) for batch in shops.get(shop, ())}
        frozen_at = one.card.submitted_at
        key = tuple(
            sorted(pk for pk in ids if frozen_at is None or (recent[pk].applied_at or frozen_at) > frozen_at)
        )
        groups.setdefault(key, []).append(one)
    files = _files({pk for key in groups for pk in key})
    found = [
        Cause(
            tuple(recent[pk] for pk in key),
            tuple(dict.fromkeys(pair for pk in key for pair in files.get(pk, ()))),
            tuple(group),
        )
        for key, group in groups.items()
    ]
    return sorted(found, key=lambda cause: (not cause.batches, [-batch.pk for batch in cause.batches]))


def _recent(told: Sequence[Foretold]) -> dict[int, ImportBatch]:
    first = min((one.card.submitted_at for one in told if one.card.submitted_at), default=None)
    rows = ImportBatch.objects.filter(state=ImportBatch.State.APPLIED)
    if first is not None:
        rows = rows.filter(applied_at__gt=first)
    return {batch.pk: batch for batch in rows.select_related("by__person", "shop")}


def _in_months(month: date) -> Q:
    found = Q(pk__in=[])
    for back in MONTHS_BACK:
        first = add_months(month, back)
        found |= Q(first_day__lte=last_day_of(first), last_day__gte=first)
    return found


def _own_batches(told: Sequence[Foretold], recent: Iterable[int], month: date) -> Mapping[int, set[int]]:
    """Return the batches that hold rows of each person's accounts, by person."""
    people = [one.card.person_id for one in told]
    holders: dict[int, set[int]] = defaultdict(set)
    for account, person in AccountHolder.objects.filter(person__in=people).values_list("account", "person"):
        holders[account].add(person)
    rows = AgentFigures.objects.filter(_in_months(month), batch__in=list(recent))
    rows = rows.filter(Q(account__in=holders) | Q(person__in=people))
    found: dict[int, set[int]] = defaultdict(set)
    for batch, account, person in rows.order_by().values_list("batch", "account", "person").distinct():
        for one in {person} if person else holders.get(account or 0, set()):
            found[one].add(batch)
    return found


def _shop_batches(recent: Iterable[int], month: date) -> Mapping[int, set[int]]:
    """Return the batches that hold rows of each shop, its own or its agents', by shop."""
    found: dict[int, set[int]] = defaultdict(set)
    batches = list(recent)
    for model in (ShopFigures, AgentFigures):
        rows: Any = model.objects.filter(_in_months(month), batch__in=batches)
        for batch, shop in rows.order_by().values_list("batch", "shop").distinct():
            found[shop].add(batch)
    return found


def _shops_of(told: Sequence[Foretold]) -> Mapping[int, set[int]]:
    people = {one.card.person_id: one.card.unit_id for one in told}
    found: dict[int, set[int]] = defaultdict(set)
    held = AccountHolder.objects.filter(person__in=people).values_list("person", "account__shop")
    for person, shop in held:
        found[person].add(shop)
    shops = dict(Unit.objects.filter(shop__isnull=False).values_list("pk", "shop"))
    for one in told:
        nearest = next((shops[pk] for pk in one.card.unit.ancestor_ids() if pk in shops), None)
        if nearest:
            found[one.card.person_id].add(nearest)
    return found


def _files(batches: set[int]) -> Mapping[int, list[Replaced]]:
    """Return which file took the place of which, by batch; files that replaced nothing stand alone."""
    found: dict[int, dict[Replaced, None]] = defaultdict(dict)
    replacing = set()
    for model in TABLES.values():
        rows: Any = model._default_manager.filter(superseded_by__batch__in=batches)  # noqa: SLF001
        columns = ("superseded_by__batch", "file", "superseded_by__file")
        for batch, old, new in rows.order_by().values_list(*columns).distinct():
            found[batch][Replaced(str(old), str(new))] = None
            replacing.add(new)
    keys = {int(key) for pairs in found.values() for one in pairs for key in (one.old, one.new)}
    files = ImportFile.objects.filter(Q(pk__in=keys) | Q(batch__in=batches, left_out=False)).order_by("pk")
    names = {}
    for file in files:
        names[str(file.pk)] = str(COMPUTED.get(file.format) or file.name)
        if file.batch_id in batches and file.pk not in replacing:
            found[file.batch_id][Replaced("", str(file.pk))] = None
    return {
        batch: list(dict.fromkeys(Replaced(names.get(one.old, ""), names[one.new]) for one in pairs))
        for batch, pairs in found.items()
    }
