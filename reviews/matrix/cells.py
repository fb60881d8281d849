"""One field of the matrix: whether a line has a source in a shop, which, and what could feed it instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from reviews.fact_keys import FACT_KEYS
from reviews.gaps import OWNERS, Place
from reviews.matrix.feeds import FEEDS, NEXT_BEST, Feed, Kind
from reviews.matrix.imported import Filled, Imported
from reviews.matrix.inforce import can_take, can_type, ways_of
from reviews.measures import MEASURES
from reviews.models import LineSource
from reviews.scoring.facts import State as FactState
from reviews.scoring.measure import Measure
from reviews.scoring.plan import GrowthBase, Line, Plan
from reviews.scoring.ways import LineWay, Way


class State(StrEnum):
    """What is known about a field; `RED` alone stands in the way of assigning a plan."""

    FED = "fed"
    PARTLY = "partly"
    PEOPLE = "people"
    INSTEAD = "instead"
    SPREAD = "spread"
    TYPED = "typed"
    UNKNOWN = "unknown"
    RED = "red"


# The worst input decides; what nothing is known about yet is no fault.
WORST = (State.RED, State.UNKNOWN, State.PARTLY, State.PEOPLE, State.FED)


@dataclass(frozen=True, slots=True)
class Part:
    """One input of a line in a shop: its state, the sources that fill it, on how many of how many days.

    `instead` names the first choice and the field that stands in for it (answered, receptions).
    """

    key: str
    state: State
    place: Place
    sources: tuple[Filled, ...] = ()
    days: int = 0
    of_days: int = 0
    kept: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()

    @property
    def name(self) -> tuple[str, str]:
        """The input's Chinese and English name."""
        return FACT_KEYS[self.key].name_zh, FACT_KEYS[self.key].name_en

    @property
    def owner(self) -> str:
        """The role that enters it."""
        return OWNERS[self.place]


@dataclass(frozen=True, slots=True)
class Cell:
    """One line in one shop. `unset` says that the line waits for a target and does not apply until then."""

    line: Line
    shop_id: int
    state: State
    measure: Measure
    parts: tuple[Part, ...]
    row: LineSource | None = None
    unset: bool = False

    @property
    def lacking(self) -> tuple[Part, ...]:
        """The inputs that nothing feeds."""
        return tuple(part for part in self.parts if part.state is State.RED)

    @property
    def red(self) -> bool:
        """Whether nothing feeds the line."""
        return self.state is State.RED


def cells_of(
    plan: Plan, have: Mapping[int, Imported], held: Mapping[tuple[int, str], Mapping[str, LineSource]]
) -> dict[str, dict[int, Cell]]:
    """Return the matrix of a plan: by line, then shop. Asks the database nothing."""
    found: dict[str, dict[int, Cell]] = {line.code: {} for line in plan.lines}
    for shop, mine in have.items():
        rows = held.get((shop, plan.code), {})
        ways = ways_of(plan, rows)
        for line in plan.lines:
            cell = cell_of(plan, line, shop, mine, ways.get(line.code))
            found[line.code][shop] = replace(cell, row=rows.get(line.code))
    return found


def cell_of(plan: Plan, line: Line, shop: int, have: Imported, way: LineWay | None) -> Cell:
    """Return one field."""
    other = way is not None and way.way is Way.MEASURE
    measure = MEASURES[way.measure if way is not None and other else line.measure]
    parts = tuple(_part(key, have) for key in inputs_of(plan, measure))
    if way is not None and not other:
        # What the plan's own measure would need is told all the same: a file may have come since.
        return Cell(line, shop, _FIXED[way.way], measure, parts)
    state = _state(parts)
    unset = _waits_for_target(measure, have)
    if unset and state is not State.UNKNOWN:
        state = State.PEOPLE
    if way is not None and state in (State.FED, State.PARTLY, State.PEOPLE):
        state = State.INSTEAD
    return Cell(line, shop, state, measure, parts, unset=unset)


def inputs_of(plan: Plan, measure: Measure) -> tuple[str, ...]:
    """Return the inputs of a measure under a plan: growth against the shop's own needs the shop's sales too."""
    relative = plan.growth_base is GrowthBase.SHOP_RELATIVE and "previous_sales" in measure.inputs
    return (*measure.inputs, "shop_sales") if relative else measure.inputs


def choices(plan: Plan, line: Line, have: Imported) -> list[Measure]:
    """Return the other measures a line's rules can take and the shop has the inputs of, the next best first."""
    first = NEXT_BEST.get(line.measure, "")
    fit = [measure for code, measure in MEASURES.items() if can_take(line, code)]
    good = [one for one in fit if _state(tuple(_part(k, have) for k in inputs_of(plan, one))) in _USABLE]
    return sorted(good, key=lambda one: one.code != first)


def next_best(plan: Plan, line: Line, have: Imported) -> Measure | None:
    """Return the measure the specification names next for a line, if the shop has its inputs."""
    first = NEXT_BEST.get(line.measure)
    return next((one for one in choices(plan, line, have) if one.code == first), None)


def typeable(line: Line) -> bool:
    """Whether a line's value can be typed in."""
    return can_type(line)


_FIXED = {Way.NOT_APPLICABLE: State.SPREAD, Way.MANUAL: State.TYPED}
_USABLE = (State.FED, State.PARTLY)


def _state(parts: Iterable[Part]) -> State:
    states = {part.state for part in parts}
    return next((state for state in WORST if state in states), State.FED)


def _waits_for_target(measure: Measure, have: Imported) -> bool:
    """Whether a target nobody has set makes the measure not applicable, by its own definition."""
    for key in measure.inputs:
        if FACT_KEYS[key].absent is FactState.NOT_APPLICABLE:
            for feed in FEEDS[key]:
                if feed.kind is Kind.TARGETS and not have.targets.intersection(feed.fields):
                    return True
    return False


def _part(key: str, have: Imported) -> Part:
    """Return the best that any feed of an input comes to in a shop."""
    feeds = FEEDS[key]
    found = [_fed(key, feed, have) for feed in feeds]
    for number, part in enumerate(found):
        if part.state in (State.FED, State.PARTLY, State.PEOPLE):
            if number and feeds[number].kind is Kind.AGENT:
                return replace(part, instead=(feeds[0].fields[0], feeds[number].fields[0]))
            return part
    return found[0] if found else Part(key, State.RED, Place.FIGURES)


def _fed(key: str, feed: Feed, have: Imported) -> Part:
    if feed.kind is Kind.CALENDAR:
        return Part(key, State.FED, feed.place)
    if feed.kind in (Kind.PEOPLE, Kind.TARGETS):
        return Part(key, State.PEOPLE, feed.place)
    if feed.kind is Kind.ATTENDANCE:
        state = State.FED if have.attendance else State.RED if have.has_figures else State.UNKNOWN
        return Part(key, state, feed.place, kept=tuple(sorted(have.attendance)))
    if not have.has_figures:
        return Part(key, State.UNKNOWN, feed.place)
    fields = have.agent if feed.kind is Kind.AGENT else have.shop
    filled = [fields.get(name, {}) for name in feed.fields]
    return _covered(key, feed, filled, len(have.days))


def _covered(key: str, feed: Feed, filled: Sequence[Mapping[str, Filled]], of_days: int) -> Part:
    days = [set().union(*(one.days for one in by_source.values())) for by_source in filled]
    both = set.intersection(*days)
    state = State.RED if not both else State.FED if len(both) == of_days else State.PARTLY
    sources = tuple(one for by_source in filled for one in by_source.values())
    return Part(key, state, feed.place, sources, len(both), of_days)
