"""The matrix in words: one column per shop, one row per line, and the open field's panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from reviews.figures.fields import LABELS
from reviews.figures.formats import SOURCE_LABELS
from reviews.matrix.cells import Cell, Part, State, choices, next_best, typeable
from reviews.matrix.gate import named
from reviews.matrix.imported import Filled, Imported
from reviews.models import LineSource
from reviews.scoring.explain import short_reason
from reviews.scoring.measure import Measure
from reviews.scoring.plan import Plan
from staff.models import Shop

ICONS: Mapping[State, str] = {
    State.FED: "✓",
    State.PARTLY: "◐",
    State.PEOPLE: "✎",
    State.INSTEAD: "⇄",
    State.SPREAD: "–",
    State.TYPED: "✎",
    State.UNKNOWN: "○",
    State.RED: "✕",
}
WORDS: Mapping[State, Promise] = {
    State.FED: gettext_lazy("imported"),
    State.PARTLY: gettext_lazy("some days"),
    State.PEOPLE: gettext_lazy("entered by people"),
    State.INSTEAD: gettext_lazy("another measure"),
    State.SPREAD: gettext_lazy("not applicable, spread"),
    State.TYPED: gettext_lazy("typed in"),
    State.UNKNOWN: gettext_lazy("no figures yet"),
    State.RED: gettext_lazy("nothing feeds it"),
}
OWNER_WORDS: Mapping[str, Promise] = {
    "supervisor": gettext_lazy("supervisor"),
    "trainer": gettext_lazy("trainer"),
    "manager": gettext_lazy("customer-service manager"),
    "hr": gettext_lazy("HR"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One shop: whether the plan scores anybody there, whether it has figures, how many red fields."""

    shop: Shop
    used: bool
    has_figures: bool
    red: int


@dataclass(frozen=True, slots=True)
class Field:
    """One field as it is drawn. `best` is the next best measure offered at once on a red one."""

    shop: Shop
    cell: Cell
    icon: str
    word: str
    said: str
    later: str = ""
    best: Measure | None = None
    best_name: str = ""
    best_reason: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line."""

    code: str
    name: str
    weight: str
    measure: str
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True)
class SaidPart:
    """One input in words."""

    name: str
    icon: str
    word: str
    sources: Sequence[str]
    place: str
    owner: str
    red: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """The open field: what feeds it and what could."""

    drawn: Field
    name: str
    parts: Sequence[SaidPart]
    others: Sequence[tuple[str, str]]
    best: Measure | None
    can_type: bool
    in_force: LineSource | None
    reason: str = ""
    past: Sequence[LineSource] = ()


def name_of(measure: Measure) -> str:
    """Name a measure in the reader's language."""
    return measure.name_en if (get_language() or "").startswith("en") else measure.name_zh


def columns_of(
    shops: Sequence[Shop],
    have: Mapping[int, Imported],
    cells: Mapping[str, Mapping[int, Cell]],
    *,
    used: frozenset[int],
) -> list[Column]:
    """Return the shops as columns, those that use the plan first."""
    found = [
        Column(
            shop,
            shop.pk in used,
            have[shop.pk].has_figures,
            sum(by_shop[shop.pk].red for by_shop in cells.values()),
        )
        for shop in shops
    ]
    return sorted(found, key=lambda one: not one.used)


def rows_of(
    plan: Plan,
    columns: Sequence[Column],
    have: Mapping[int, Imported],
    cells: Mapping[str, Mapping[int, Cell]],
    *,
    later: Mapping[tuple[int, str], LineSource],
) -> list[Row]:
    """Return the lines as rows, in the plan's order."""
    rows = []
    for line in plan.lines:
        by_shop = cells[line.code]
        drawn = [
            _field(
                plan, one.shop, by_shop[one.shop.pk], have[one.shop.pk], later.get((one.shop.pk, line.code))
            )
            for one in columns
        ]
        first = by_shop[columns[0].shop.pk] if columns else None
        rows.append(
            Row(
                line.code,
                named(first) if first else line.name_zh,
                f"{line.weight.normalize():f}",
                name_of(drawn[0].cell.measure) if drawn else line.measure,
                drawn,
            )
        )
    return rows


def _field(plan: Plan, shop: Shop, cell: Cell, have: Imported, later: LineSource | None) -> Field:
    best = next_best(plan, cell.line, have) if cell.red else None
    return Field(
        shop,
        cell,
        ICONS[cell.state],
        str(WORDS[cell.state]),
        _said(cell),
        _later_words(later),
        best,
        name_of(best) if best else "",
        lacking_words(cell) if best else "",
    )


def _said(cell: Cell) -> str:
    """Say in a few words what a field rests on."""
    comma = pgettext("between names", ", ")
    if cell.state is State.RED:
        return comma.join(_part_name(part) for part in cell.lacking)
    if cell.unset:
        return _("no target set: does not apply")
    if cell.state is State.INSTEAD:
        return name_of(cell.measure)
    if cell.state in (State.SPREAD, State.TYPED):
        return short_reason(cell.row.reason) if cell.row else ""
    if cell.state is State.PARTLY:
        part = min((p for p in cell.parts if p.state is State.PARTLY), key=lambda p: p.days)
        return _("%(days)s of %(of)s days") % {"days": part.days, "of": part.of_days}
    names = dict.fromkeys(label_of(one) for part in cell.parts for one in part.sources)
    owners = [str(OWNER_WORDS[part.owner]) for part in cell.parts if part.state is State.PEOPLE]
    return comma.join(dict.fromkeys([*names, *owners]))


def lacking_words(cell: Cell) -> str:
    """Give the reason a red field suggests for its way out."""
    comma = pgettext("between names", ", ")
    return _("no %(inputs)s") % {"inputs": comma.join(_part_name(p) for p in cell.lacking)}


def _part_name(part: Part) -> str:
    zh, en = part.name
    return en.lower() if (get_language() or "").startswith("en") else zh


def _later_words(row: LineSource | None) -> str:
    if row is None:
        return ""
    return _("from %(month)s: %(way)s") % {
        "month": f"{row.starts_on:%Y-%m}",
        "way": LineSource.Way(row.way).label,
    }


def label_of(one: Filled) -> str:
    """Name a source of figures: a format of ours, or an import profile."""
    return one.profile or str(SOURCE_LABELS.get(one.source, one.source))


def panel_of(plan: Plan, drawn: Field, have: Imported, *, past: Sequence[LineSource]) -> Panel:
    """Return the open field's panel."""
    cell = drawn.cell
    best = next_best(plan, cell.line, have)
    others = [(one.code, name_of(one)) for one in choices(plan, cell.line, have)]
    in_force = cell.row
    return Panel(
        drawn,
        named(cell),
        [_said_part(part) for part in cell.parts],
        others,
        best,
        typeable(cell.line),
        in_force,
        lacking_words(cell) if cell.red else "",
        past,
    )


def _said_part(part: Part) -> SaidPart:
    sources = [_source_words(one, part) for one in part.sources]
    sources += list(part.kept)
    if part.instead:
        sources.append(_("%(field)s stand in for %(first)s") % _standing_in(part))
    return SaidPart(
        part.name[1] if (get_language() or "").startswith("en") else part.name[0],
        ICONS[part.state],
        str(WORDS[part.state]),
        sources,
        part.place.value,
        str(OWNER_WORDS[part.owner]),
        part.state is State.RED,
    )


def _standing_in(part: Part) -> dict[str, str]:
    first, used = part.instead
    return {"field": str(LABELS[used]), "first": str(LABELS[first])}


def _source_words(one: Filled, part: Part) -> str:
    text = _("%(source)s: %(days)s of %(of)s days, %(rows)s of %(of_rows)s rows")
    return text % {
        "source": label_of(one),
        "days": len(one.days),
        "of": part.of_days,
        "rows": one.rows,
        "of_rows": one.of_rows,
    }


def months_around(month: date, *, on: date) -> list[date]:
    """Return the months a reader can look at: the six before today's and the two to come, and the one asked for."""
    first = on.replace(day=1)
    number = first.year * 12 + first.month - 1
    found = {date(n // 12, n % 12 + 1, 1) for n in range(number - 6, number + 3)} | {month}
    return sorted(found, reverse=True)
