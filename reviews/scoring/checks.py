"""What a plan must hold before it is published, each failure in words.

Source: spec/scorecard.md, "The engine's meaning", 6.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from reviews.scoring.check_numbers import line_problems, plan_problems
from reviews.scoring.check_shape import monotone_problems, reach_of_bands
from reviews.scoring.measure import Measure
from reviews.scoring.plan import Plan
from reviews.scoring.problems import Place, Problem
from reviews.scoring.shown import plain
from reviews.scoring.words import Pair

FULL_WEIGHT = Decimal(100)


@dataclass(frozen=True)
class Check:
    """One thing that is always checked, passed when it names no problem.

    `detail` says a figure worth knowing beside a passed check.
    """

    code: str
    title: Pair
    problems: tuple[Problem, ...]
    detail: Pair = ("", "")

    @property
    def passed(self) -> bool:
        """Tell whether nothing is wrong here."""
        return not self.problems


def check_plan(plan: Plan, measures: Mapping[str, Measure]) -> tuple[Check, ...]:
    """Return all checks of a plan, in a fixed order, passed or not."""
    numbers = tuple(plan_problems(plan, measures))
    by_line = {line.code: tuple(line_problems(line, measures.get(line.measure))) for line in plan.lines}
    broken = {code for code, problems in by_line.items() if problems}
    sound = [line for line in plan.lines if line.code not in broken]
    monotone = [problem for line in sound for problem in monotone_problems(line, measures[line.measure])]
    whole = not broken and not numbers and not _band_problems(plan)
    reach, detail = reach_of_bands(plan, measures) if whole else ((), ("", ""))
    return (
        Check(
            "numbers",
            ("每项指标填写完整", "Every line is complete"),
            (*numbers, *(p for problems in by_line.values() for p in problems)),
        ),
        Check("weights", ("权重合计 100", "Weights add up to 100"), _weights(plan)),
        Check(
            "monotone",
            ("每项标准单调：值更好，得分不更低", "A better value never scores less"),
            tuple(monotone),
        ),
        Check(
            "bands",
            ("等级覆盖 0 至无上限", "Bands cover 0 to no limit"),
            _band_problems(plan),
        ),
        Check(
            "multipliers",
            ("系数随总分不升反降：无", "Multipliers never rise as scores fall"),
            tuple(_multiplier_problems(plan)),
        ),
        Check(
            "reachable",
            ("每个等级都能达到", "Each band can be reached"),
            tuple(reach) if whole else _not_yet(),
            detail,
        ),
    )


def can_publish(checks: Iterable[Check]) -> bool:
    """Tell whether every check passed."""
    return all(check.passed for check in checks)


def _not_yet() -> tuple[Problem, ...]:
    return (
        Problem(
            "waits",
            ("先改好别的，再查这一条。", "Waits until the rest is right."),
        ),
    )


def _weights(plan: Plan) -> tuple[Problem, ...]:
    readable = (line.weight for line in plan.lines if line.weight.is_finite())
    total = sum(readable, Decimal(0))
    if total == FULL_WEIGHT:
        return ()
    gap = plain(abs(FULL_WEIGHT - total))
    said = plain(total)
    if total < FULL_WEIGHT:
        words = (
            f"权重合计 {said}，还差 {gap} 分。",
            f"Weights add up to {said}: {gap} short of 100.",
        )
    else:
        words = (
            f"权重合计 {said}，多 {gap} 分。",
            f"Weights add up to {said}: {gap} above 100.",
        )
    return (Problem("weights", words, Place(field="weight")),)


def _band_problems(plan: Plan) -> tuple[Problem, ...]:
    if not plan.bands:
        words = ("还没有等级：0 至无上限是空档。", "No bands yet: 0 to no limit is a gap.")
        return (Problem("band_gap", words, Place(band=0)),)
    found = []
    if not all(band.at_least.is_finite() for band in plan.bands):
        return _not_yet()
    bounds = [band.at_least for band in plan.bands]
    lowest = min(bounds)
    if lowest > 0:
        said = plain(lowest)
        words = (
            f"0 至 {said} 没有等级，是空档。把最低一级改为 0。",
            f"No band from 0 to {said}: a gap. Let the lowest band start at 0.",
        )
        found.append(Problem("band_gap", words, Place(band=bounds.index(lowest))))
    for index, bound in enumerate(bounds):
        if bounds.index(bound) < index:
            said = plain(bound)
            words = (
                f"两个等级都从 {said} 起，重叠。",
                f"Two bands start at {said}: they overlap.",
            )
            found.append(Problem("band_overlap", words, Place(band=index)))
    return tuple(found)


def _multiplier_problems(plan: Plan) -> Iterable[Problem]:
    if not all(band.at_least.is_finite() and band.multiplier.is_finite() for band in plan.bands):
        yield from _not_yet()
        return
    bands = plan.bands_from_top()
    for higher, lower in pairwise(bands):
        if lower.multiplier > higher.multiplier:
            low, high = plain(lower.at_least), plain(higher.at_least)
            a, b = plain(lower.multiplier), plain(higher.multiplier)
            words = (
                f"{low} 分起的系数 {a} 高于 {high} 分起的 {b}：总分更低，系数更高。",
                f"From {low} the multiplier is {a}, from {high} only {b}: the lower total earns more.",
            )
            place = Place(band=plan.bands.index(lower), field="multiplier")
            yield Problem("multiplier_rises", words, place)
