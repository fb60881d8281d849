"""Two copies of a card beside each other, in words: what each line was and is, and what it comes to.

Used for the versions of a card and for what an answer would change. Computes nothing but differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reviews.copies import Copy, LineCopy
from reviews.scoring.explain import InputText, LineText, render_line
from reviews.scoring.shown import fixed, grouped, plain, signed
from reviews.scoring.words import Lang

GAP = "–"


@dataclass(frozen=True, slots=True)
class Side:
    """What a line was on one side: its value in words and its points; `–` where there is none."""

    value: str
    points: str


@dataclass(frozen=True, slots=True)
class InputChange:
    """One input that differs: its name, both values, and where the new one comes from."""

    name: str
    old: str
    new: str
    source: str


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line on both sides. `difference` is the points' with sign, empty where they are the same."""

    code: str
    name: str
    weight: str
    old: Side
    new: Side
    difference: str
    inputs: tuple[InputChange, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure of the whole card on both sides: total, band, multiplier, amounts."""

    label: str
    old: str
    new: str
    difference: str = ""

    @property
    def changed(self) -> bool:
        """Whether it differs."""
        return self.old != self.new


def line_changes(old: Copy, new: Copy, lang: Lang) -> list[LineChange]:
    """Return every line of both copies, the changed ones first, else in the plan's order."""
    before, after = _lines_of(old), _lines_of(new)
    keys = [*after, *(key for key in before if key not in after)]
    several = len(new.segments) > 1 or len(old.segments) > 1
    made = []
    for key in keys:
        prefix = _("Part %(number)s: ") % {"number": key[0] + 1} if several else ""
        made.append(_line_change(before.get(key), after.get(key), lang, prefix=prefix))
    return sorted(made, key=lambda line: not line.changed)


def _lines_of(copy: Copy) -> dict[tuple[int, str], LineCopy]:
    return {(place, line.code): line for place, part in enumerate(copy.segments) for line in part.lines}


def _line_change(old: LineCopy | None, new: LineCopy | None, lang: Lang, *, prefix: str) -> LineChange:
    was = render_line(old.explanation, lang) if old else None
    now = render_line(new.explanation, lang) if new else None
    known = now or was
    here = new or old
    if known is None or here is None:
        raise ValueError("a line on neither side")
    difference = ""
    if old and new and old.points is not None and new.points is not None and old.points != new.points:
        difference = signed(new.points - old.points)
    sides = _side(old, was), _side(new, now)
    inputs = _input_changes(old, was, new, now)
    return LineChange(
        code=here.code,
        name=prefix + known.name,
        weight=plain(here.weight),
        old=sides[0],
        new=sides[1],
        difference=difference,
        inputs=inputs,
        changed=sides[0] != sides[1] or bool(inputs),
    )


def _side(line: LineCopy | None, text: LineText | None) -> Side:
    if line is None or text is None:
        return Side(GAP, GAP)
    value = text.value if line.status == "scored" else text.status_text
    return Side(value or GAP, GAP if line.points is None else fixed(line.points))


def _input_changes(
    old: LineCopy | None, was: LineText | None, new: LineCopy | None, now: LineText | None
) -> tuple[InputChange, ...]:
    before, after = _inputs_of(old, was), _inputs_of(new, now)
    changes = []
    for key in [*after, *(key for key in before if key not in after)]:
        one, other = before.get(key), after.get(key)
        if (one[0] if one else None) == (other[0] if other else None):
            continue
        known = (other or one or (None, InputText(key, key, "", "")))[1]
        changes.append(
            InputChange(
                known.name,
                one[1].value if one else GAP,
                other[1].value if other else GAP,
                other[1].source if other else "",
            )
        )
    return tuple(changes)


def _inputs_of(line: LineCopy | None, text: LineText | None) -> dict[str, tuple[Any, InputText]]:
    """Return a line's inputs by key: what identifies the value, and its words."""
    if line is None or text is None:
        return {}
    raw: list[Mapping[str, Any]] = line.explanation["inputs"]
    return {
        shown.key: ((row["shown"], row["reason"]), shown) for row, shown in zip(raw, text.inputs, strict=True)
    }


def figure_changes(old: Copy, new: Copy, *, with_money: bool) -> list[FigureChange]:
    """Return total, band and multiplier of both copies, and the amounts for those who may see them."""
    difference = ""
    if old.total is not None and new.total is not None and old.total != new.total:
        difference = signed(new.total - old.total)
    found = [
        FigureChange(_("Total"), _points(old.total), _points(new.total), difference),
        FigureChange(_("Band"), _band(old), _band(new)),
        FigureChange(_("Multiplier"), _plain(old.multiplier), _plain(new.multiplier)),
    ]
    if with_money:
        found.append(
            FigureChange(
                pgettext("card", "Performance pay"),
                _amount(old.performance_pay),
                _amount(new.performance_pay),
                _money_difference(old.performance_pay, new.performance_pay),
            )
        )
    return found


def _points(value: Decimal | None) -> str:
    return GAP if value is None else fixed(value)


def _plain(value: Decimal | None) -> str:
    return GAP if value is None else plain(value)


def _band(copy: Copy) -> str:
    if copy.band_at_least is None:
        return GAP
    return _("from %(points)s") % {"points": plain(copy.band_at_least)}


def _amount(value: Decimal | None) -> str:
    return GAP if value is None else grouped(value, 2)


def _money_difference(old: Decimal | None, new: Decimal | None) -> str:
    return signed(new - old) if old is not None and new is not None and old != new else ""
