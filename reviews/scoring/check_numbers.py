"""Checks of a plan's numbers and of each line by itself."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

from reviews.scoring.measure import Measure, Unit
from reviews.scoring.plan import Cadence, Line, Plan
from reviews.scoring.problems import Place, Problem
from reviews.scoring.rules import (
    MOST_EDGES,
    OPERATORS,
    SETTING_KINDS,
    Events,
    Grades,
    Linear,
    Rule,
    Steps,
    Tiers,
)
from reviews.scoring.words import Pair

CENT = Decimal("0.01")
MOST_POINTS = Decimal(100)


def plan_problems(plan: Plan, measures: Mapping[str, Measure]) -> Iterator[Problem]:
    """Yield what is wrong with the plan outside its lines."""
    if not plan.lines:
        yield Problem("no_lines", ("还没有指标。", "There are no lines yet."))
    for code, count in Counter(line.code for line in plan.lines).items():
        if count > 1:
            words = (f"指标 {code} 有 {count} 个。", f"The line {code} is there {count} times.")
            yield Problem("double_line", words, Place(line=code, field="code"))
    for index, band in enumerate(plan.bands):
        for field, number in (("at_least", band.at_least), ("multiplier", band.multiplier)):
            if not number.is_finite() or number < 0:
                words = (f"等级的数字不能是 {number}。", f"A band's number cannot be {number}.")
                yield Problem("band_number", words, Place(band=index, field=field))
    for veto in plan.vetoes:
        if not veto.cap.is_finite() or veto.cap < 0 or veto.from_count < 1:
            words = (
                "一票否决的上限不能小于 0，次数从 1 起。",
                "A veto needs a cap of 0 or more and a count from 1.",
            )
            yield Problem("veto_number", words, Place(field="veto"))
    limit = plan.adjustment_limit
    if not limit.is_finite() or limit < 0:
        words = ("调整分的上限不能小于 0。", "The adjustment limit cannot be below 0.")
        yield Problem("adjustment", words, Place(field="adjustment_limit"))
    if plan.cadence is Cadence.STREAK and (plan.cadence_months or 0) < 2:
        words = ("请填连续几个月（2 以上）。", "Say how many months in a row (2 or more).")
        yield Problem("cadence", words, Place(field="cadence_months"))


def line_problems(line: Line, measure: Measure | None) -> Iterator[Problem]:
    """Yield what is wrong with one line's numbers and the kinds of its rules."""
    if measure is None:
        said = line.measure or "–"
        words = (f"没有口径 {said}。", f"There is no measure {said}.")
        yield _problem(line, "unknown_measure", words, field="measure")
        return
    yield from _weight_problems(line)
    standard = line.standard
    if measure.takes_standard and (standard is None or not standard.is_finite() or standard <= 0):
        words = ("请填标准人数，大于 0。", "Needs a standard count above 0.")
        yield _problem(line, "standard", words, field="standard")
    if not [rule for rule in line.rules if not rule.small_sample]:
        words = ("还没有评分标准。", "There is no rule yet.")
        yield _problem(line, "no_rule", words, field="rules")
    yield from _small_sample_problems(line, measure)
    yield from _setting_problems(line)
    for index, rule in enumerate(line.rules):
        for code, words in _rule_problems(rule, measure):
            yield _problem(line, code, words, rule=index)


def _problem(line: Line, code: str, words: Pair, *, rule: int | None = None, field: str = "") -> Problem:
    zh, en = words
    said = (f"{line.name_zh}：{zh}", f"{line.name_en}: {en}")
    return Problem(code, said, Place(line=line.code, rule=rule, field=field))


def _weight_problems(line: Line) -> Iterator[Problem]:
    weight, bonus = line.weight, line.bonus_limit
    if not weight.is_finite() or not 0 < weight <= MOST_POINTS or weight % CENT:
        words = (
            f"权重不能是 {weight}，应大于 0，最多 100，两位小数。",
            f"The weight cannot be {weight}: above 0, at most 100, two decimals.",
        )
        yield _problem(line, "weight", words, field="weight")
    if not bonus.is_finite() or not 0 <= bonus <= MOST_POINTS or bonus % CENT:
        words = (
            f"加分上限不能是 {bonus}，应在 0 到 100 之间，两位小数。",
            f"The bonus limit cannot be {bonus}: 0 to 100, two decimals.",
        )
        yield _problem(line, "bonus_limit", words, field="bonus_limit")


def _small_sample_problems(line: Line, measure: Measure) -> Iterator[Problem]:
    small = [rule for rule in line.rules if rule.small_sample]
    below = line.small_sample_below
    wrong = below is not None and (not below.is_finite() or below <= 0)
    if bool(small) != (below is not None) or wrong:
        words = (
            "小样本标准和样本数要一起填。",
            "A small-sample rule and its number of cases belong together.",
        )
        yield _problem(line, "small_sample", words, field="small_sample_below")
    elif below is not None and not measure.base_key:
        words = (
            "这个口径没有样本数，不能用小样本标准。",
            "This measure has no count of cases for a small-sample rule.",
        )
        yield _problem(line, "small_sample", words, field="small_sample_below")


def _setting_problems(line: Line) -> Iterator[Problem]:
    """Grades and slopes set the points: one of them, and beside it only bonuses."""
    for small in (False, True):
        rules = [rule for rule in line.rules if rule.small_sample is small]
        setting = [rule for rule in rules if isinstance(rule, SETTING_KINDS)]
        others = [rule for rule in rules if not isinstance(rule, SETTING_KINDS)]
        if len(setting) > 1 or (setting and not all(map(_only_adds, others))):
            words = (
                "分档或按比例的标准只能有一个，旁边只能有加分。",
                "Grades or a slope stand alone on a line; only bonuses may follow.",
            )
            yield _problem(line, "setting_rule", words, field="rules")


def _only_adds(rule: Rule) -> bool:
    match rule:
        case Steps():
            return rule.off is None
        case Tiers():
            return all(tier.effect >= 0 for tier in rule.tiers)
        case Events():
            return rule.points >= 0
    return False


def _rule_problems(rule: Rule, measure: Measure) -> Iterator[tuple[str, Pair]]:
    match rule:
        case Steps():
            yield from _steps_problems(rule)
        case Tiers():
            yield from _tiers_problems(rule)
        case Grades():
            yield from _grades_problems(rule)
        case Linear():
            if not (rule.worst.is_finite() and rule.best.is_finite()) or (rule.worst == rule.best):
                yield (
                    "linear",
                    (
                        "最差值和最好值不能相同。",
                        "The worst and the best value must differ.",
                    ),
                )
        case Events():
            if not rule.points.is_finite() or not rule.points:
                yield "events", ("每次的分数不能是 0。", "The points per event cannot be 0.")
            elif not measure.events_key and measure.unit is not Unit.COUNT:
                yield (
                    "events",
                    (
                        "这个口径不计次数，不能按次计分。",
                        "This measure counts no events.",
                    ),
                )


def _steps_problems(rule: Steps) -> Iterator[tuple[str, Pair]]:
    steps = [step for step in (rule.off, rule.on) if step is not None]
    numbers = [rule.standard]
    numbers += [number for step in steps for number in (step.size, step.points)]
    numbers += [rule.once.at, rule.once.points] if rule.once else []
    if not all(number.is_finite() for number in numbers):
        yield "steps", ("数字不完整。", "A number is not complete.")
        return
    if not steps and rule.once is None:
        yield "steps", ("请填每档加减多少分。", "Say what a step earns or costs.")
    for step in steps:
        if step.size <= 0 or step.points <= 0:
            yield (
                "steps",
                (
                    "每档的大小和分数都要大于 0。",
                    "A step's size and points must be above 0.",
                ),
            )
        elif MOST_POINTS / step.points > MOST_EDGES:
            yield "steps", ("每档的分数太小。", "A step's points are too small.")


def _tiers_problems(rule: Tiers) -> Iterator[tuple[str, Pair]]:
    if not rule.tiers:
        yield "tiers", ("请至少填一个界限。", "Needs at least one threshold.")
    for tier in rule.tiers:
        if not (tier.threshold.is_finite() and tier.effect.is_finite()):
            yield "tiers", ("数字不完整。", "A number is not complete.")
        if tier.operator not in OPERATORS:
            yield "tiers", ("比较方式不对。", "The comparison is not known.")
    places = Counter((tier.operator, tier.threshold) for tier in rule.tiers)
    if max(places.values(), default=0) > 1:
        yield "tiers", ("同一个界限写了两次。", "A threshold is there twice.")


def _grades_problems(rule: Grades) -> Iterator[tuple[str, Pair]]:
    if not rule.grades:
        yield "grades", ("请至少填一档。", "Needs at least one grade.")
    percents = [grade.percent for grade in rule.grades] + [rule.otherwise]
    marks = [grade.threshold for grade in rule.grades]
    if not all(number.is_finite() for number in percents + marks):
        yield "grades", ("数字不完整。", "A number is not complete.")
        return
    if any(not 0 <= percent <= MOST_POINTS * 2 for percent in percents):
        yield "grades", ("百分比应在 0 到 200 之间。", "Percentages go from 0 to 200.")
    if len(set(marks)) < len(marks):
        yield "grades", ("同一个界限写了两次。", "A threshold is there twice.")
