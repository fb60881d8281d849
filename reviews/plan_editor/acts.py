"""What the editor's buttons do to the form: add, remove, move, mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from reviews.measures import MEASURES
from reviews.plan_editor.reading import (
    MOST_BANDS,
    MOST_LINES,
    MOST_RULES,
    MOST_TIERS,
    Reader,
    plan_of,
)
from reviews.plan_editor.state import (
    NUMBERS,
    BandState,
    LineState,
    PlanState,
    RuleState,
    TierState,
    written,
)
from reviews.scoring.checks import check_plan
from reviews.scoring.measure import Measure, Unit
from reviews.scoring.plan import Group, Radar

KNOWLEDGE = ("product_exam", "skills_exam", "work_summary", "check_knowledge")
SERVICE = ("service_attitude", "communication", "follow_up")


def act(state: PlanState, action: str, post: Mapping[str, str]) -> str:
    """Change the form by one button ("add_tier:3:0"); return where to look then.

    An action that names nothing in the form changes nothing.
    """
    name, _colon, rest = action.partition(":")
    at = [int(part) for part in rest.split(":") if part.isdecimal() and len(part) < 6]
    with suppress(IndexError, KeyError):
        return ACTS[name](state, at, post)
    return ""


def _add_line(state: PlanState, at: list[int], post: Mapping[str, str]) -> str:
    group = (Group.QUANTITATIVE, Group.QUALITATIVE)[at[0]].value
    measure = MEASURES.get(post.get(f"new-{group}-measure", ""))
    kind = post.get(f"new-{group}-kind", "")
    if measure is None or kind not in NUMBERS or len(state.lines) >= MOST_LINES:
        return ""
    taken = {line.code for line in state.lines}
    codes = (f"{measure.code}-{n}" if n else measure.code for n in (0, *range(2, MOST_LINES + 2)))
    code = next(one for one in codes if one not in taken)
    line = LineState(
        code=code,
        name_zh=measure.name_zh,
        name_en=measure.name_en,
        group=group,
        radar=_radar(measure).value,
        measure=measure.code,
        weight=post.get(f"new-{group}-weight", "").strip(),
        standard="450" if measure.takes_standard else "",
    )
    line.rules = [new_rule(kind, measure)]
    before = [i for i, one in enumerate(state.lines) if one.group == group]
    place = before[-1] + 1 if before else (0 if at[0] == 0 else len(state.lines))
    state.lines.insert(place, line)
    return f"line-{place}"


def _radar(measure: Measure) -> Radar:
    if measure.code in KNOWLEDGE:
        return Radar.KNOWLEDGE
    if measure.code in SERVICE or measure.unit is Unit.SECONDS:
        return Radar.SERVICE
    return Radar.SALES


def new_rule(kind: str, measure: Measure) -> RuleState:
    """Return a rule of a kind to begin with, filled where the measure says how."""
    rule = RuleState(kind, dict.fromkeys(NUMBERS[kind], ""))
    operator = "<" if measure.higher_is_better else ">"
    match kind:
        case "tiers":
            rule.tiers = [TierState(operator)]
        case "grades":
            rule.tiers = [TierState(effect="100")]
            rule.numbers["otherwise"] = "0"
        case "linear" if measure.most is not None and measure.least is not None:
            ends = written(measure.least), written(measure.most)
            worst, best = ends if measure.higher_is_better else reversed(ends)
            rule.numbers.update(worst=worst, best=best)
    return rule


def _remove_line(state: PlanState, at: list[int], post: Mapping[str, str]) -> str:
    del state.lines[at[0]]
    return ""


def _move(step: int) -> Callable[[PlanState, list[int], Mapping[str, str]], str]:
    def move(state: PlanState, at: list[int], post: Mapping[str, str]) -> str:
        line = state.lines[at[0]]
        order = [i for i, one in enumerate(state.lines) if one.group == line.group]
        place = order.index(at[0]) + step
        if not 0 <= place < len(order):
            return f"line-{at[0]}"
        other = order[place]
        state.lines[at[0]], state.lines[other] = state.lines[other], line
        return f"line-{other}"

    return move


def _add_rule(state: PlanState, at: list[int], post: Mapping[str, str]) -> str:
    line = state.lines[at[0]]
    kind = post.get(f"l{at[0]}-new-kind", "")
    measure = MEASURES.get(line.measure)
    if kind in NUMBERS and measure is not None and len(line.rules) < MOST_RULES:
        line.rules.append(new_rule(kind, measure))
    return f"line-{at[0]}"


def _remove_rule(state: PlanState, at: list[int], post: Mapping[str, str]) -> str:
    del state.lines[at[0]].rules[at[1]]
    return f"line-{at[0]}"


def _add_tier(state: PlanState, at: list[int], post: Mapping[str, str]) -> str:
    rule = state.lines[at[0]].rules[at[1]]
    if len(rule.tiers) < MOST_TIERS:
        last = rule.tiers[-1] if rule.tiers else TierState()
        rule.tiers.append(TierState(last.operator, "", last.sign, ""))
    return f"line-{at[0]}"


def _remove_tier(state: PlanState, at: list[int], post: Mapping[str, str]) -> str:
    del state.lines[at[0]].rules[at[1]].tiers[at[2]]
    return f"line-{at[0]}"


def _add_band(state: PlanState, at: list[int], post: Mapping[str, str]) -> str:
    if len(state.bands) < MOST_BANDS:
        state.bands.append(BandState())
    return "bands"


def _remove_band(state: PlanState, at: list[int], post: Mapping[str, str]) -> str:
    del state.bands[at[0]]
    return "bands"


def _mend(state: PlanState, at: list[int], post: Mapping[str, str]) -> str:
    """Apply the repair that a failed check offers for a line."""
    line = state.lines[at[0]]
    plan = plan_of(state, code="draft", reader=Reader())
    for check in check_plan(plan, MEASURES):
        for problem in check.problems:
            if problem.repair and problem.repair.line == line.code:
                tiers = line.rules[problem.repair.rule].tiers
                for tier, effect in zip(tiers, problem.repair.effects, strict=True):
                    tier.sign = "-" if effect < 0 else "+"
                    tier.effect = written(abs(effect))
                return f"line-{at[0]}"
    return f"line-{at[0]}"


ACTS: dict[str, Callable[[PlanState, list[int], Mapping[str, str]], str]] = {
    "add_line": _add_line,
    "remove_line": _remove_line,
    "up": _move(-1),
    "down": _move(1),
    "add_rule": _add_rule,
    "remove_rule": _remove_rule,
    "add_tier": _add_tier,
    "remove_tier": _remove_tier,
    "add_band": _add_band,
    "remove_band": _remove_band,
    "mend": _mend,
}
