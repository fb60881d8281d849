"""A rule as its own sentence whose numbers are the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.measures import MEASURES
from reviews.plan_editor.fields import Fields
from reviews.plan_editor.state import LineState, RuleState, TierState
from reviews.scoring.measure import Unit
from reviews.scoring.sentences import Wording
from reviews.scoring.words import RULES, UNITS, Lang, Pair

OPERATORS = (
    ("<", gettext_lazy("below")),
    ("<=", gettext_lazy("at most")),
    (">=", gettext_lazy("at least")),
    (">", gettext_lazy("above")),
)
SIGNS = (("-", gettext_lazy("costs")), ("+", gettext_lazy("earns")))
POINTS: Pair = ("{n} 分", "{n} points")
PERCENT: Pair = ("{n} %", "{n} %")
LESS: Pair = ("不超过 ", "at most ")
MORE: Pair = ("达到 ", "at least ")


@dataclass(frozen=True)
class Sentence:
    """Writes the clauses of one line's rules in one language."""

    fields: Fields
    line: LineState
    prefix: str
    lang: Lang

    @property
    def wording(self) -> Wording:
        """How the line's values are said; a general way where no measure is chosen."""
        known = MEASURES.get(self.line.measure)
        return Wording.of(known) if known else Wording(Unit.NUMBER, higher_is_better=True)

    def clauses(self, rule: RuleState, place: int) -> Iterator[SafeString]:
        """Yield the clauses of a rule, each a piece of HTML."""
        at = f"{self.prefix}r{place}-"
        match rule.kind:
            case "steps":
                yield from self._steps(rule, at)
            case "grades":
                yield from self._grades(rule, at, place)
            case "linear":
                worst = self._value(f"{at}worst", rule.numbers.get("worst", ""), _("worst value"))
                best = self._value(f"{at}best", rule.numbers.get("best", ""), _("best value"))
                yield self._say("linear_input", worst=worst, best=best)
            case "events":
                sign = self.fields.choice(f"{at}sign", rule.sign, SIGNS, _("on or off"))
                each = self._points(f"{at}each", rule.numbers.get("each", ""))
                yield self._say(
                    "event_input", sign=sign, points=each, counter=self.wording.counter(self.lang)
                )
            case _:
                yield from self._tiers(rule, at, place)

    def _pick(self, pair: Pair) -> str:
        return pair[0] if self.lang == "zh" else pair[1]

    def _say(self, code: str, **names: object) -> SafeString:
        pair = INPUT_RULES.get(code) or RULES[code]
        return format_html(self._pick(pair), **names)

    def _value(self, name: str, value: str, label: str, *, gap: bool = False) -> SafeString:
        field = self.fields.number(name, value, label)
        unit = "gap" if gap and self.line.is_percent else self.wording.unit.value
        counter = self.wording.counter(self.lang)
        return format_html(self._pick(UNITS[unit]), n=field, counter=counter)

    def _points(self, name: str, value: str) -> SafeString:
        return format_html(self._pick(POINTS), n=self.fields.number(name, value, _("points")))

    def _steps(self, rule: RuleState, at: str) -> Iterator[SafeString]:
        numbers = rule.numbers
        standard = self._value(f"{at}standard", numbers.get("standard", ""), _("standard"))
        yield self._say("standard", standard=standard)
        for code in ("off", "on"):
            if self.fields.plain and not numbers.get(f"{code}_size"):
                continue
            size = self._value(
                f"{at}{code}_size", numbers.get(f"{code}_size", ""), _("size of a step"), gap=True
            )
            yield self._say(
                code,
                size=format_html("{} ", size) if self.lang == "zh" else size,
                points=self._points(f"{at}{code}_points", numbers.get(f"{code}_points", "")),
                worse=self.wording.side("worse", self.lang),
                better=self.wording.side("better", self.lang),
            )
        if self.fields.plain and not numbers.get("mark_at"):
            return
        mark = self._value(f"{at}mark_at", numbers.get("mark_at", ""), _("mark"))
        yield format_html(
            self._pick(INPUT_RULES["once_input"]),
            reached=self._pick(MORE if self.wording.higher_is_better else LESS),
            mark=mark,
            points=self._points(f"{at}mark_points", numbers.get("mark_points", "")),
        )

    def _tiers(self, rule: RuleState, at: str, place: int) -> Iterator[SafeString]:
        for index, tier in enumerate(rule.tiers):
            name = f"{at}t{index}-"
            yield format_html(
                "{} {} {} {}{}",
                self.fields.choice(f"{name}operator", tier.operator, OPERATORS, _("comparison")),
                self._value(f"{name}threshold", tier.threshold, _("threshold")),
                self.fields.choice(f"{name}sign", tier.sign, SIGNS, _("on or off")),
                self._points(f"{name}effect", tier.effect),
                self._remove_tier(place, index, tier),
            )

    def _grades(self, rule: RuleState, at: str, place: int) -> Iterator[SafeString]:
        for index, tier in enumerate(rule.tiers):
            name = f"{at}t{index}-"
            percent = self.fields.number(f"{name}effect", tier.effect, _("percent of the weight"))
            yield format_html(
                self._pick(INPUT_RULES["grade_input"]) + "{cross}",
                reached=self._pick(MORE if self.wording.higher_is_better else LESS),
                mark=self._value(f"{name}threshold", tier.threshold, _("mark")),
                percent=percent,
                cross=self._remove_tier(place, index, tier),
            )
        rest = self.fields.number(
            f"{at}otherwise", rule.numbers.get("otherwise", ""), _("percent of the weight")
        )
        yield self._say("otherwise", percent=rest)

    def _remove_tier(self, place: int, index: int, tier: TierState) -> SafeString:
        line = self.prefix.strip("l-")
        return self.fields.remove(f"remove_tier:{line}:{place}:{index}", tier.threshold or _("threshold"))


INPUT_RULES: dict[str, Pair] = {
    "linear_input": ("从 {worst} 到 {best} 按比例计分", "In proportion from {worst} to {best}"),
    "event_input": ("每{counter} {sign} {points}", "each one {sign} {points}"),
    "once_input": ("{reached}{mark} 一次加 {points}", "{reached}{mark} earns {points} once"),
    "grade_input": (
        "{reached}{mark} 得权重的 {percent} %",
        "{reached}{mark} gives {percent} % of the weight",
    ),
}
