"""What a plan's parts weigh by each key. What is not known is said, never taken for zero.

Equal parts: agents weigh the part of the month in which they are employed, everything else alike.
Last year's seasonality: the counting sales of the same month last year, of the unit's people of then, of the
team's people of then, or of the agent; where there are no figures, the months taken over at the start.
Scheduled hours: published shifts on employed days. Where a part has none, the whole level weighs by the
calendar's working days on which people are employed (without people, by working days alone), and says so.
Level weight: base and performance salary in force on the month's first day, for the part of the month in
which somebody is employed. Without a level the lowest of the position's ladder counts, and it is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.facts.people import midnight
from reviews.models import TargetNode
from reviews.year_targets.labels import covered, label_of, some
from reviews.year_targets.people import Stint, a_year_before, months_of, stints
from reviews.year_targets.sales import Sales, sales_of
from staff import calendar
from staff.calendar import first_of_next, last_day_of
from staff.models import Level, LevelAmount, Shift, Unit

Keys = TargetNode.Key
OF_PEOPLE = (TargetNode.Level.TEAM, TargetNode.Level.AGENT)


@dataclass
class Basis:
    """What the weights of one plan are made from, each read once, when it is first asked for.

    `said` gathers what a reader must know about the weights, `missing` why some parts have none. `on` is today.
    """

    unit: Unit
    year: int
    on: date
    equal_if_missing: bool = False
    said: list[str] = field(default_factory=list)
    missing: dict[int, str] = field(default_factory=dict)
    made_equal: set[int] = field(default_factory=set)

    def weigh(self, node: TargetNode, key: str, parts: Sequence[TargetNode]) -> list[Fraction] | None:
        """Return the weights of a part's parts by a key, None where they are not known.

        Where equal parts are allowed instead, `made_equal` holds the part from then on.
        """
        if key == Keys.SEASON:
            return self._season(node, parts)
        if key == Keys.HOURS:
            return self._hours(node, parts)
        return self._levels(parts) if key == Keys.LEVEL else self._equal(parts)

    def say(self, sentence: str) -> None:
        """Keep a sentence for the reader, once."""
        if sentence not in self.said:
            self.said.append(sentence)

    def people_of(self, part: TargetNode) -> list[Stint]:
        """Return the people a part stands for, one for each month."""
        if part.level == TargetNode.Level.AGENT:
            where = "person", part.person_id
        elif part.level == TargetNode.Level.TEAM:
            where = "team", part.unit_id
        else:
            where = "all", 0
        return [one for month in covered(part) for one in self.places.get((month, *where), ())]

    def _sum(self, part: TargetNode, worth: Callable[[Stint], Fraction]) -> Fraction:
        return sum(map(worth, self.people_of(part)), Fraction(0))

    def _equal(self, parts: Sequence[TargetNode]) -> list[Fraction]:
        return [self._share(part) for part in parts]

    def _share(self, part: TargetNode) -> Fraction:
        return self._sum(part, employed) if part.level == TargetNode.Level.AGENT else Fraction(1)

    def _season(self, node: TargetNode, parts: Sequence[TargetNode]) -> list[Fraction] | None:
        weights, lacking = [], []
        for part in parts:
            value, missing = self.last_year.of(part)
            # Whoever is there for a part of the month weighs that part of last year's month.
            weights.append(Fraction(value or 0) * self._share(part))
            if missing:
                months = some(f"{month:%Y-%m}" for month in missing)
                lacking.append(f"{label_of(part)} ({months})" if part.level in OF_PEOPLE else months)
        if not lacking:
            self._say_gaps(parts)
            return weights
        where = {"part": label_of(node), "missing": some(lacking)}
        if self.equal_if_missing:
            self.made_equal.add(node.pk)
            words = _("%(part)s is spread in equal parts: last year has no sales of %(missing)s.")
            self.say(words % where)
            return self._equal(parts)
        words = _(
            "%(part)s cannot be spread by last year's seasonality: there are no sales of %(missing)s. "
            "Import them, choose another key, or allow equal parts."
        )
        self.missing[node.pk] = words % where
        return None

    def _say_gaps(self, parts: Sequence[TargetNode]) -> None:
        for month in {a_year_before(month) for part in parts for month in covered(part)}:
            if (days := self.last_year.days.get(month)) is not None:
                words = _("%(month)s has figures of %(days)s of its %(all)s days only.")
                self.say(words % {"month": f"{month:%Y-%m}", "days": days, "all": last_day_of(month).day})

    def _hours(self, node: TargetNode, parts: Sequence[TargetNode]) -> list[Fraction]:
        weights = [self._sum(part, self._shift_hours) for part in parts]
        lacking = [label_of(part) for part, weight in zip(parts, weights, strict=True) if not weight]
        if not lacking:
            return weights
        words = _(
            "%(part)s is spread by the calendar's working days: no shifts are published for %(missing)s."
        )
        self.say(words % {"part": label_of(node), "missing": some(lacking)})
        days = [self._sum(part, self._working_days) for part in parts]
        return days if any(days) else [self._calendar_days(part) for part in parts]

    def _shift_hours(self, one: Stint) -> Fraction:
        hours = self.shift_hours.get(one.person_id)
        return sum((hours[day] for day in one.days if day in hours), Fraction(0)) if hours else Fraction(0)

    def _working_days(self, one: Stint) -> Fraction:
        return Fraction(sum(map(self.calendar.works, one.days)))

    def _calendar_days(self, part: TargetNode) -> Fraction:
        days = [month.replace(day=n) for month in covered(part) for n in range(1, last_day_of(month).day + 1)]
        return Fraction(sum(map(self.calendar.works, days)))

    def _levels(self, parts: Sequence[TargetNode]) -> list[Fraction]:
        without = [one for part in parts for one in self.people_of(part) if one.level_id is None]
        if without:
            words = _("Without a pay level, and so counted as the lowest of the ladder: %(names)s.")
            self.say(words % {"names": some(f"{one.name} {one.staff_no}" for one in without)})
        return [self._sum(part, self._pay) for part in parts]

    def _pay(self, one: Stint) -> Fraction:
        ladder = self.pay.get(one.position_id, {})
        held = ladder.get(one.level_id or 0)
        amounts = [_in_force(rows, one.month) for rows in ([held] if held else ladder.values())]
        return min(amounts, default=Fraction(0)) * employed(one)

    @cached_property
    def stints(self) -> dict[date, list[Stint]]:
        """The year's agents by month."""
        return stints(self.unit, months_of(self.year), with_targets=True)

    @cached_property
    def places(self) -> dict[tuple[date, str, int | None], list[Stint]]:
        """The year's agents by month and person, month and team, month alone: a thousand are asked for often."""
        found: dict[tuple[date, str, int | None], list[Stint]] = defaultdict(list)
        for month, people in self.stints.items():
            for one in people:
                for where in (("person", one.person_id), ("team", one.unit.pk), ("all", 0)):
                    found[month, *where].append(one)
        return dict(found)

    @cached_property
    def last_year(self) -> Sales:
        """The sales of the year before."""
        return sales_of(self.unit, self.year - 1, on=self.on)

    @cached_property
    def calendar(self) -> calendar.Calendar:
        """The working calendar."""
        return calendar.load()

    @cached_property
    def shift_hours(self) -> dict[int, dict[date, Fraction]]:
        """Hours of published shifts by person and the day a shift begins on."""
        starts, ends = midnight(date(self.year, 1, 1)), midnight(first_of_next(date(self.year, 12, 1)))
        people = {one.person_id for month in self.stints.values() for one in month}
        rows = Shift.objects.filter(person__in=people, published_at__isnull=False)
        found: dict[int, dict[date, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for person_id, begins, until in rows.filter(starts_at__gte=starts, starts_at__lt=ends).values_list(
            "person_id", "starts_at", "ends_at"
        ):
            found[person_id][timezone.localdate(begins)] += Fraction((until - begins).total_seconds()) / 3600
        return found

    @cached_property
    def pay(self) -> dict[int, dict[int, list[tuple[date, Fraction]]]]:
        """Base and performance salary by position, level and starting day."""
        found: dict[int, dict[int, list[tuple[date, Fraction]]]] = defaultdict(dict)
        for level_id, position_id in Level.objects.values_list("pk", "position_id"):
            found[position_id][level_id] = []
        for row in LevelAmount.objects.select_related("level").order_by("starts_on"):
            pay = Fraction(row.base_salary or 0) + Fraction(row.performance_salary or 0)
            found[row.level.position_id][row.level_id].append((row.starts_on, pay))
        return found


def employed(one: Stint) -> Fraction:
    """Return the part of the month in which somebody is employed."""
    return Fraction(len(one.days), one.month_days)


def _in_force(rows: Sequence[tuple[date, Fraction]], month: date) -> Fraction:
    """Return the amount in force on a month's first day, the first one where none had begun."""
    begun = [amount for starts_on, amount in rows if starts_on <= month]
    return begun[-1] if begun else (rows[0][1] if rows else Fraction(0))
