"""What the editor's page shows: lines with chart and sentence, checks, bands, weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from reviews.measures import MEASURES
from reviews.plan_editor.clauses import Sentence
from reviews.plan_editor.fields import Fields
from reviews.plan_editor.inputs import Inputs, band_inputs, line_inputs, rule_inputs
from reviews.plan_editor.reading import Reader, plan_of
from reviews.plan_editor.state import BandState, LineState, PlanState
from reviews.scoring import plan as core
from reviews.scoring.checks import Check, can_publish, check_plan
from reviews.scoring.problems import Place, Problem
from reviews.scoring.rounding import round_half_up
from reviews.scoring.sentences import Wording, rule_sentence
from reviews.scoring.shown import plain
from reviews.scoring.words import Lang
from reviews.scoring_chart import LineChart, band_bar, has_shape, points_over_value, weight_bar


def reader_language() -> Lang:
    """Return the language the core speaks to this reader."""
    return "en" if (get_language() or "").startswith("en") else "zh"


@dataclass(frozen=True)
class SaidProblem:
    """A problem in the reader's language, where to look, and the button that mends it."""

    words: str
    anchor: str
    mend: str


@dataclass(frozen=True)
class SaidCheck:
    """A check in the reader's language."""

    title: str
    detail: str
    passed: bool
    problems: tuple[SaidProblem, ...]


@dataclass(frozen=True)
class RuleView:
    """One rule as the page draws it: what stands around it and its clauses."""

    inputs: Inputs
    clauses: tuple[SafeString, ...]


@dataclass(frozen=True)
class LineView:
    """One line as the page draws it."""

    index: int
    state: LineState
    name: str
    formula: str
    absences: str
    inputs: Inputs
    rules: tuple[RuleView, ...]
    takes_standard: bool
    sentence: str
    chart: LineChart | None
    problems: tuple[SaidProblem, ...]


@dataclass(frozen=True)
class BandView:
    """One band as the page draws it."""

    index: int
    state: BandState
    span: str
    inputs: Inputs


@dataclass(frozen=True)
class Drawing:
    """Everything the page shows about a state of the form."""

    state: PlanState
    plan: core.Plan
    reader: Reader
    fields: Fields
    lang: Lang
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, state: PlanState, *, code: str, plain: bool = False) -> Drawing:
        """Read a state, check it, and make ready to draw it."""
        reader = Reader()
        made = plan_of(state, code=code, reader=reader)
        reader.day("starts_on", state.starts_on)
        fields = Fields(reader.errors, plain=plain)
        return cls(state, made, reader, fields, reader_language(), check_plan(made, MEASURES))

    @property
    def publishable(self) -> bool:
        """Tell whether nothing but the start could be in the way of publishing."""
        return can_publish(self.checks) and not self.reader.errors

    @property
    def failed(self) -> int:
        """Count the checks that fail."""
        return sum(not check.passed for check in self.checks)

    def said_checks(self) -> list[SaidCheck]:
        """Return all checks, the failed ones first."""
        said = [
            SaidCheck(
                self._pick(check.title),
                self._pick(check.detail),
                check.passed,
                tuple(map(self._said, check.problems)),
            )
            for check in self.checks
        ]
        return sorted(said, key=lambda check: check.passed)

    def lines(self, group: str) -> list[LineView]:
        """Return the lines of one group as the page draws them."""
        return [
            self._line(index, line)
            for index, line in enumerate(self.state.lines)
            if self.plan.lines[index].group.value == group
        ]

    def group_weight(self, group: str) -> str:
        """Return the weight of one group, "–" where a number cannot be read."""
        weights = [line.weight for line in self.plan.lines if line.group.value == group]
        if not all(weight.is_finite() for weight in weights):
            return "–"
        return plain(sum(weights, Decimal(0)))

    def total_weight(self) -> str:
        """Return the sum of the weights."""
        weights = [line.weight for line in self.plan.lines]
        if not all(weight.is_finite() for weight in weights):
            return "–"
        return plain(sum(weights, Decimal(0)))

    def weights(self) -> SafeString:
        """Draw the weights in the order of the lines."""
        rows = [
            (Fraction(line.weight), line.group is core.Group.QUANTITATIVE)
            for line in self.plan.lines
            if line.weight.is_finite() and line.weight > 0
        ]
        return weight_bar(rows)

    def bands(self) -> list[BandView]:
        """Return the bands in the form's order with their ranges in words."""
        bounds = sorted(b.at_least for b in self.plan.bands if b.at_least.is_finite())
        return [
            BandView(index, state, _span(band.at_least, bounds), band_inputs(self.fields, index, state))
            for index, (state, band) in enumerate(zip(self.state.bands, self.plan.bands, strict=True))
        ]

    def bar(self) -> SafeString:
        """Draw the ranges of the bands."""
        bounds = sorted({b.at_least for b in self.plan.bands if b.at_least.is_finite() and b.at_least >= 0})
        most = Fraction(110)
        return band_bar([Fraction(bound) for bound in bounds], most)

    def bounds(self) -> list[tuple[str, int]]:
        """Return the bands' bounds and their places, percent from the left in fives."""
        numbers = sorted({b.at_least for b in self.plan.bands if b.at_least.is_finite() and b.at_least >= 0})
        top = max([Decimal(110), *numbers])
        return [(plain(n), int(round_half_up(n * 20 / top, 0)) * 5) for n in numbers]

    def _pick(self, pair: tuple[str, str]) -> str:
        return pair[self.lang == "en"]

    def _said(self, problem: Problem) -> SaidProblem:
        mend = ""
        if problem.repair is not None:
            mend = f"mend:{self._index_of(problem.repair.line)}"
        return SaidProblem(self._pick(problem.words).strip(), self._anchor(problem.place), mend)

    def _index_of(self, code: str) -> int:
        return [line.code for line in self.plan.lines].index(code)

    def _anchor(self, place: Place) -> str:
        if place.line:
            return f"line-{self._index_of(place.line)}"
        if place.band is not None:
            return "bands"
        return "weights" if place.field == "weight" else "settings" if place.field else ""

    def _problems_of(self, line: core.Line) -> list[Problem]:
        return [p for check in self.checks for p in check.problems if p.place.line == line.code]

    def _line(self, index: int, state: LineState) -> LineView:
        line = self.plan.lines[index]
        measure = MEASURES.get(line.measure)
        problems = self._problems_of(line)
        shapes = [p for p in problems if p.code != "not_monotone"]
        chart = None
        if measure is not None and not shapes and has_shape(line):
            span = next((p.span for p in problems if p.span is not None), None)
            chart = points_over_value(line, measure, self.lang, span=span)
        sound = measure is not None and not shapes
        return LineView(
            index,
            state,
            self._pick((line.name_zh, line.name_en)),
            self._pick((measure.formula_zh, measure.formula_en)) if measure else "",
            self._pick((measure.absences_zh, measure.absences_en)) if measure else "",
            line_inputs(self.fields, index, state, self.lang),
            () if self.fields.plain else tuple(self._rules(index, state)),
            measure is not None and measure.takes_standard,
            rule_sentence(line, Wording.of(measure), self.lang) if measure and sound else "",
            chart,
            tuple(map(self._said, problems)),
        )

    def _rules(self, index: int, state: LineState) -> Iterator[RuleView]:
        sentence = Sentence(self.fields, state, f"l{index}-", self.lang)
        for place, rule in enumerate(state.rules):
            yield RuleView(
                rule_inputs(self.fields, index, place, rule, state),
                tuple(sentence.clauses(rule, place)),
            )


def _span(at_least: Decimal, bounds: Sequence[Decimal]) -> str:
    if not at_least.is_finite():
        return "–"
    above = [bound for bound in bounds if bound > at_least]
    if not above:
        return f"≥ {plain(at_least)}"
    if at_least == 0:
        return f"< {plain(above[0])}"
    return f"{plain(at_least)} – < {plain(above[0])}"
