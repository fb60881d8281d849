"""A line's rules as one sentence, in Chinese or English."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from reviews.scoring.measure import Measure, Unit
from reviews.scoring.plan import Line
from reviews.scoring.rules import Events, Grades, Linear, Rule, Steps, Tiers
from reviews.scoring.shown import mark
from reviews.scoring.words import RULES, THRESHOLDS, UNITS, Lang, say, spaced


@dataclass(frozen=True)
class Wording:
    """How values of one measure are said: unit, counting word and direction."""

    unit: Unit
    higher_is_better: bool
    counter_zh: str = ""
    counter_en: str = ""

    @classmethod
    def of(cls, measure: Measure) -> "Wording":
        """Return the wording of a registered measure."""
        return cls(
            measure.unit,
            measure.higher_is_better,
            measure.counter_zh,
            measure.counter_en,
        )

    def counter(self, lang: Lang) -> str:
        """Return the counting word, in Chinese at least a general one."""
        if lang == "en":
            return self.counter_en
        return self.counter_zh or "次"

    def number(self, text: str, lang: Lang) -> str:
        """Put the unit to a number that is already written."""
        counter = self.counter(lang)
        return say(UNITS[self.unit], lang, n=text, counter=counter).strip()

    def value(self, value: Decimal, lang: Lang) -> str:
        """Write a threshold with its unit."""
        return self.number(mark(value, self.unit), lang)

    def gap(self, text: str, lang: Lang) -> str:
        """Put the unit to a difference: percentage points for ratios."""
        if self.unit is Unit.RATIO:
            return say(UNITS["gap"], lang, n=text)
        return self.number(text, lang)

    def side(self, side: str, lang: Lang) -> str:
        """Say on which side of a standard the worse or better values lie."""
        low = (side == "worse") is self.higher_is_better
        if lang == "zh":
            return "低" if low else "高"
        return "below" if low else "above"

    def reached(self, value: Decimal, lang: Lang) -> str:
        """Say that a value is at least as good as a mark."""
        operator = ">=" if self.higher_is_better else "<="
        return self.threshold(operator, value, lang)

    def threshold(self, operator: str, value: Decimal, lang: Lang) -> str:
        """Say a comparison with a threshold; counts in Chinese say 满 3 起."""
        text = self.value(value, lang)
        if self.unit is Unit.COUNT and operator == "<=" and not value:
            return text
        if self.unit is Unit.COUNT and operator == ">=" and lang == "zh":
            return f"满 {text}"
        text = say(THRESHOLDS[operator], lang, value=text)
        return spaced(text) if lang == "zh" else text


def points_text(points: Decimal, lang: Lang) -> str:
    """Write points with their word, singular or plural."""
    number = mark(abs(points), Unit.NUMBER)
    if lang == "zh":
        return f"{number} 分"
    return f"{number} point" if number == "1" else f"{number} points"


def rule_sentence(line: Line, wording: Wording, lang: Lang) -> str:
    """Say a line's rules as one sentence; what applies to small samples last."""
    normal = [rule for rule in line.rules if not rule.small_sample]
    small = [rule for rule in line.rules if rule.small_sample]
    text = _join(normal, line, wording, lang)
    if small and line.small_sample_below is not None:
        count = mark(line.small_sample_below, Unit.NUMBER)
        said = _join(small, line, wording, lang)
        text += ("" if lang == "zh" else " ") + say(RULES["small"], lang, count=count)
        text += said
    return text


def _join(rules: list[Rule], line: Line, wording: Wording, lang: Lang) -> str:
    clauses = [c for rule in rules for c in _clauses(rule, line, wording, lang)]
    if not clauses:
        return ""
    if lang == "zh":
        return "；".join(clause.strip() for clause in clauses) + "。"
    text = "; ".join(clauses) + "."
    return text[0].upper() + text[1:]


def _clauses(rule: Rule, line: Line, wording: Wording, lang: Lang) -> Iterator[str]:
    match rule:
        case Steps():
            yield from _steps(rule, line, wording, lang)
        case Tiers():
            for low in (False, True):
                for tier in rule.side(low=low):
                    said = wording.threshold(tier.operator, tier.threshold, lang)
                    code = "plus" if tier.effect > 0 else "minus" if tier.effect else "even"
                    points = points_text(tier.effect, lang)
                    yield say(RULES[code], lang, mark=said, points=points)
        case Grades():
            ordered = rule.ordered(higher_is_better=wording.higher_is_better)
            for index, grade in enumerate(ordered):
                said = wording.reached(grade.threshold, lang)
                percent = mark(grade.percent, Unit.NUMBER)
                first = say(RULES["grades"], lang) if index == 0 else ""
                yield first + say(RULES["grade"], lang, mark=said, percent=percent)
            percent = mark(rule.otherwise, Unit.NUMBER)
            yield say(RULES["otherwise"], lang, percent=percent)
        case Linear():
            worst, best = (wording.value(v, lang) for v in (rule.worst, rule.best))
            if lang == "zh":
                worst, best = spaced(worst), spaced(best)
            yield say(RULES["linear"], lang, worst=worst, best=best)
        case Events():
            code = "event_on" if rule.points > 0 else "event_off"
            points = points_text(rule.points, lang)
            yield say(RULES[code], lang, counter=wording.counter(lang), points=points)


def _steps(rule: Steps, line: Line, wording: Wording, lang: Lang) -> Iterator[str]:
    yield say(RULES["standard"], lang, standard=wording.value(rule.standard, lang))
    for code, step in (("off", rule.off), ("on", rule.on)):
        if step is None:
            continue
        size = wording.gap(mark(step.size, wording.unit), lang)
        text = say(
            RULES[code],
            lang,
            size=spaced(size) if lang == "zh" else size,
            points=points_text(step.points, lang),
            worse=wording.side("worse", lang),
            better=wording.side("better", lang),
        )
        if code == "on" and line.bonus_limit > 0:
            limit = points_text(line.bonus_limit, lang)
            text += say(RULES["bonus_limit"], lang, points=limit)
        yield text
    if rule.once:
        said = wording.reached(rule.once.at, lang)
        yield say(RULES["once"], lang, mark=said, points=points_text(rule.once.points, lang))


@dataclass(frozen=True)
class Standard:
    """What a line asks for at full weight: an operator and a value."""

    operator: str
    value: Decimal


def line_standard(line: Line, wording: Wording) -> Standard | None:
    """Return the standard a line is read against, None where it has none.

    Tiers ask for the near side of their first deduction; where they only add,
    for the first addition.
    """
    at_least = ">=" if wording.higher_is_better else "<="
    for rule in line.rules:
        match rule:
            case Steps():
                return Standard(at_least, rule.standard)
            case Grades() if rule.grades:
                first = rule.ordered(higher_is_better=wording.higher_is_better)[0]
                return Standard(at_least, first.threshold)
            case Linear():
                return Standard("", rule.best)
            case Events():
                return Standard("", Decimal(0))
            case Tiers():
                return _tier_standard(rule)
    return None


_OPPOSITE = {"<": ">=", "<=": ">", ">=": "<", ">": "<="}


def _tier_standard(rule: Tiers) -> Standard | None:
    for low in (True, False):
        for tier in rule.side(low=low):
            if tier.effect < 0:
                return Standard(_OPPOSITE[tier.operator], tier.threshold)
    for tier in rule.tiers:
        return Standard(tier.operator, tier.threshold)
    return None


_SIGNS = {"<": "< ", "<=": "≤ ", ">=": "≥ ", ">": "> ", "": ""}


def standard_text(line: Line, wording: Wording, lang: Lang) -> str:
    """Write a line's standard for a narrow column ("≥ 1.5 %"), "" where none."""
    standard = line_standard(line, wording)
    if standard is None:
        return ""
    none = (Standard("<", Decimal(1)), Standard("<=", Decimal(0)))
    if wording.unit is Unit.COUNT and standard in none:
        standard = Standard("", Decimal(0))
    return _SIGNS[standard.operator] + wording.value(standard.value, lang)
