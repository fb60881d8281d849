"""Checks of the shape: better never scores less, and each band can be reached."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from reviews.scoring.curve import Curve, Sample, curve, points_at
from reviews.scoring.measure import Measure, Unit
from reviews.scoring.plan import Line, Plan
from reviews.scoring.problems import Place, Problem, Repair
from reviews.scoring.rounding import round_points
from reviews.scoring.rules import Events, Rule, Tiers
from reviews.scoring.sentences import Wording, points_text
from reviews.scoring.shown import plain, shown
from reviews.scoring.words import Lang, Pair

Reach = tuple[tuple[Problem, ...], Pair]


def monotone_problems(line: Line, measure: Measure) -> Iterator[Problem]:
    """Yield the first place where a better value scores less, all rules together.

    The points are compared exactly at every edge and on both its sides.
    """
    for small in (False, True):
        rules = tuple(rule for rule in line.rules if rule.small_sample is small)
        if not rules:
            continue
        yield from _falling(line, measure, rules, curve(line, measure, small_sample=small))
        yield from _events_problems(line, measure, rules)


def _falling(line: Line, measure: Measure, rules: tuple[Rule, ...], shape: Curve) -> Iterator[Problem]:
    samples = list(shape.samples)
    if not measure.higher_is_better:
        samples.reverse()
    for index, (worse, better) in enumerate(pairwise(samples)):
        if worse.points > better.points:
            low = _rounder(line, measure, rules, samples[: index + 1], worse)
            high = _rounder(line, measure, rules, samples[index + 1 :], better)
            yield _not_monotone(line, measure, low, high)
            return


def _rounder(
    line: Line,
    measure: Measure,
    rules: tuple[Rule, ...],
    stretch: list[Sample],
    found: Sample,
) -> Sample:
    """Return a value that reads well and scores like the one found.

    Edges have values a billionth away; the middle of the stretch that gives the
    same points says the same in a number people can read.
    """
    same = [sample.value for sample in stretch if sample.points == found.points]
    run = _run_at(same, stretch, found)
    middle = (min(run) + max(run)) / 2
    for places in (0, 1, 2, 3, 4, 6):
        scale = 10**places * (100 if measure.unit is Unit.RATIO else 1)
        value = Fraction(int(middle * scale), scale)
        inside = min(run) <= value <= max(run)
        if inside and points_at(line, measure, rules, value) == found.points:
            return Sample(value, found.points)
    return found


def _run_at(same: list[Fraction], stretch: list[Sample], found: Sample) -> list[Fraction]:
    """Return the values next to the one found that give the same points."""
    start = stretch.index(found)
    run = [found.value]
    for step in (-1, 1):
        index = start + step
        while 0 <= index < len(stretch) and stretch[index].value in same:
            run.append(stretch[index].value)
            index += step
    return run


def _not_monotone(line: Line, measure: Measure, worse: Sample, better: Sample) -> Problem:
    repair = _sorted_tiers(line, measure)
    words = []
    names: tuple[tuple[Lang, str], ...] = (("zh", line.name_zh), ("en", line.name_en))
    for lang, name in names:
        wording = Wording.of(measure)
        low, high = (
            (
                wording.number(shown(one.value, measure.unit), lang),
                points_text(round_points(one.points), lang),
            )
            for one in (worse, better)
        )
        if lang == "zh":
            text = f"{name}：{high[0]} 得 {high[1]}，{low[0]} 得 {low[1]}，更差的值得分更高。"
        else:
            text = f"{name}: {high[0]} gives {high[1]}, {low[0]} gives {low[1]}: the worse value scores more."
        words.append(text + ((repair.words[lang == "en"]) if repair else ""))
    span = (min(worse.value, better.value), max(worse.value, better.value))
    place = Place(line=line.code, rule=repair.rule if repair else None)
    return Problem("not_monotone", (words[0], words[1]), place, repair, span)


def _sorted_tiers(line: Line, measure: Measure) -> Repair | None:
    """Return the repair of the first tiers rule whose effects stand out of order."""
    for index, rule in enumerate(line.rules):
        if not isinstance(rule, Tiers):
            continue
        wanted: dict[int, Decimal] = {}
        for low in (True, False):
            side = rule.side(low=low)
            # Further out means worse on the low side of a measure where more is
            # better, and on the high side of one where less is.
            falls = low is measure.higher_is_better
            effects = sorted((tier.effect for tier in side), reverse=falls)
            for tier, effect in zip(side, effects, strict=True):
                wanted[rule.tiers.index(tier)] = effect
        effects_now = tuple(tier.effect for tier in rule.tiers)
        effects_new = tuple(wanted[i] for i in range(len(rule.tiers)))
        if effects_new != effects_now:
            moved = [i for i, e in enumerate(effects_now) if e != effects_new[i]]
            if len(moved) == 2:
                words = ("建议把两处分数对调。", " Swapping the two would mend it.")
            else:
                words = ("建议按顺序重排。", " Putting them in order would mend it.")
            return Repair(line.code, index, effects_new, words)
    return None


def _events_problems(line: Line, measure: Measure, rules: tuple[Rule, ...]) -> Iterator[Problem]:
    if measure.unit is Unit.COUNT:
        return
    for rule in rules:
        if isinstance(rule, Events) and (rule.points > 0) is not measure.events_good:
            words = (
                f"{line.name_zh}：次数越多越差，却加分。"
                if rule.points > 0
                else f"{line.name_zh}：次数越多越好，却减分。",
                f"{line.name_en}: more events are worse and yet earn points."
                if rule.points > 0
                else f"{line.name_en}: more events are better and yet cost points.",
            )
            yield Problem("not_monotone", words, Place(line=line.code))


def reach_of_bands(plan: Plan, measures: Mapping[str, Measure]) -> Reach:
    """Return the bands no total falls into, and the highest total in words.

    All totals the lines can give together are kept as the bits of one number,
    a bit per 0.01; lines are taken as independent of each other.
    """
    totals = 1
    for line in plan.lines:
        reached = 0
        for cents in _line_cents(line, measures[line.measure]):
            reached |= totals << cents
        totals = reached
    most = Decimal(totals.bit_length() - 1).scaleb(-2)
    problems = []
    upper: Decimal | None = None
    for band in plan.bands_from_top():
        inside = totals >> _cents(band.at_least)
        if upper is not None:
            inside &= (1 << (_cents(upper) - _cents(band.at_least))) - 1
        if not inside:
            problems.append(_unreached(plan, band.at_least, most))
        upper = band.at_least
    said = plain(most)
    return tuple(problems), (f"最高 {said} 分", f"highest total {said}")


def _unreached(plan: Plan, at_least: Decimal, most: Decimal) -> Problem:
    bound, top = plain(at_least), plain(most)
    words = (
        f"{bound} 分起的等级达不到，最高只有 {top} 分。"
        if at_least > most
        else f"{bound} 分起的等级没有总分能落进去。",
        f"The band from {bound} cannot be reached: the highest total is {top}."
        if at_least > most
        else f"No total can fall into the band from {bound}.",
    )
    index = [band.at_least for band in plan.bands].index(at_least)
    return Problem("unreachable", words, Place(band=index, field="at_least"))


def _cents(points: Decimal | Fraction) -> int:
    return int(round_points(points).scaleb(2))


def _line_cents(line: Line, measure: Measure) -> set[int]:
    found: set[int] = set()
    for small in (False, True):
        if small and line.small_sample_below is None:
            continue
        shape = curve(line, measure, small_sample=small)
        found |= {_cents(sample.points) for sample in shape.samples}
        counted = measure.unit is not Unit.COUNT and any(
            isinstance(rule, Events) and rule.small_sample is small for rule in line.rules
        )
        if shape.sloped or counted:
            low = 0 if counted else _cents(shape.least)
            found |= set(range(low, _cents(shape.most) + 1))
    return found
