"""A stored explanation as sentences, in Chinese or English. Computes nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reviews.scoring.measure import Unit
from reviews.scoring.plan_data import line_from_data
from reviews.scoring.sentences import Wording, rule_sentence, standard_text
from reviews.scoring.ways import NOT_FOR_SHOP
from reviews.scoring.words import (
    NOTES,
    REASONS,
    SOURCES,
    STATUSES,
    STEPS,
    UNITS,
    VERDICTS,
    WAYS,
    Lang,
    say,
)

SENTENCE_END = re.compile(r"[。；;\n]|\.(?=\s|$)")
Explanation = Mapping[str, Any]


@dataclass(frozen=True)
class InputText:
    """One input as it is read: name, figure with unit, source ("" where none)."""

    key: str
    name: str
    value: str
    source: str


@dataclass(frozen=True)
class StepText:
    """One step as it is read, with its points or its result."""

    code: str
    text: str
    amount: str


@dataclass(frozen=True)
class LineText:
    """One line of a card in words. `note` stands where there is no value.

    `difference` is the points against the weight with sign ("−1.00"), "" where
    the line is missing; `verdict` says the same in words.
    """

    code: str
    name: str
    formula: str
    rule: str
    standard: str
    value: str
    weight: str
    points: str
    difference: str
    verdict: str
    status: str
    status_text: str
    note: str
    inputs: tuple[InputText, ...]
    steps: tuple[StepText, ...]
    summary: str


def render_line(explanation: Explanation, lang: Lang) -> LineText:
    """Return the words of one line's stored explanation."""
    line = line_from_data(explanation["line"])
    measure = explanation["measure"]
    wording = Wording(
        Unit(measure["unit"]),
        measure["higher_is_better"],
        measure["counter_zh"],
        measure["counter_en"],
    )
    value = explanation["value"]
    steps = tuple(_steps(explanation, wording, lang))
    note = _note(explanation, lang)
    return LineText(
        code=line.code,
        name=line.name_zh if lang == "zh" else line.name_en,
        formula=measure[f"formula_{lang}"],
        rule=rule_sentence(line, wording, lang),
        standard=standard_text(line, wording, lang),
        value="" if value is None else wording.number(value, lang),
        weight=explanation["weight"],
        points=explanation["points"] or "",
        difference=explanation["difference"] or "",
        verdict=_verdict(explanation, lang),
        status=explanation["status"],
        status_text=say(STATUSES[explanation["status"]], lang),
        note=note,
        inputs=tuple(_input(row, lang) for row in explanation["inputs"]),
        steps=steps,
        summary=_summary(steps, note, lang),
    )


def sentence(explanation: Explanation, lang: Lang) -> str:
    """Return the rule and what came of it as one paragraph."""
    text = render_line(explanation, lang)
    space = "" if lang == "zh" else " "
    return space.join(part for part in (text.rule, text.summary) if part)


def counted_weight(explanation: Explanation) -> Fraction:
    """Return the weight a line's points stand for: its own, grown where others' weight was spread, 0 where its went."""
    weight = Fraction(explanation["weight"])
    if explanation["status"] == "not_applicable" and explanation["policy"] == "spread":
        return Fraction(0) if explanation["points"] == "0.00" else weight
    rest = next((row["rest"] for row in explanation["steps"] if row["code"] == "spread"), None)
    return weight if rest is None else weight * 100 / Fraction(rest)


def source_text(source: Mapping[str, str], lang: Lang) -> str:
    """Say where a fact comes from; "" for an unknown kind of source."""
    names = {key: value for key, value in source.items() if key != "kind"}
    return say(SOURCES.get(source["kind"], ("", "")), lang, **names)


def reason_text(reason: str, lang: Lang) -> str:
    """Say why there is no figure; a reason that is no code stands as written."""
    return say(REASONS[reason], lang) if reason in REASONS else reason


def _verdict(explanation: Explanation, lang: Lang) -> str:
    difference = explanation["difference"]
    if difference is None:
        return ""
    if explanation["status"] == "not_applicable" and explanation["policy"] == "spread":
        return say(VERDICTS["spread"], lang)
    code = {"+": "extra", "−": "short"}.get(difference[0], "full")
    return say(VERDICTS[code], lang, n=difference[1:])


def _note(explanation: Explanation, lang: Lang) -> str:
    status = explanation["status"]
    if status == "scored":
        return ""
    code = status
    if status == "not_applicable" and explanation["reason"] == NOT_FOR_SHOP and "shop_way" in explanation:
        said = short_reason(explanation["shop_way"]["reason"])
        return say(NOTES[f"{NOT_FOR_SHOP}_{explanation['policy']}"], lang, reason=said)
    if status == "not_applicable":
        code = f"not_applicable_{explanation['policy']}"
    reason = reason_text(explanation["reason"], lang)
    if lang == "en" and explanation["reason"] in REASONS:
        reason = reason[0].lower() + reason[1:]
    return say(NOTES[code], lang, reason=reason)


def short_reason(reason: str) -> str:
    """Return a reason's first sentence, without its end."""
    return SENTENCE_END.split(reason.strip(), maxsplit=1)[0].strip()


def _way(explanation: Explanation, lang: Lang) -> list[StepText]:
    """Say what feeds the line in the shop instead of the plan's own measure; nothing where that does."""
    way = explanation.get("shop_way")
    if way is None or explanation["status"] == "not_applicable":
        return []
    name = explanation["measure"][f"name_{lang}"]
    reason = short_reason(way["reason"])
    text = say(WAYS[way["way"]], lang, name=name, reason=reason)
    return [StepText("way", text, "")]


def _input(row: Mapping[str, Any], lang: Lang) -> InputText:
    name = row[f"name_{lang}"]
    if row["number"]:
        name = f"{name} {row['number']}"
    if row["shown"] is None:
        return InputText(row["key"], name, reason_text(row["reason"], lang), "")
    value = say(UNITS[row["unit"]], lang, n=row["shown"]).strip()
    return InputText(row["key"], name, value, source_text(row["source"], lang))


def _steps(explanation: Explanation, wording: Wording, lang: Lang) -> list[StepText]:
    rows = _way(explanation, lang)
    if explanation["working"] and explanation["value"] is not None:
        amount = wording.number(explanation["value"], lang)
        rows.append(StepText("value", explanation["working"], amount))
    return rows + [_step(row, wording, lang) for row in explanation["steps"]]


def _step(row: Mapping[str, str], wording: Wording, lang: Lang) -> StepText:
    code = row["code"]
    words = {key: text for key, text in row.items() if key != "code"}
    for name in ("mark", "threshold"):
        if name in words:
            words[name] = wording.number(words[name], lang)
    for name in ("gap", "size"):
        if name in words:
            words[name] = wording.gap(words[name], lang)
    if code in ("once", "grade") and not wording.higher_is_better:
        code = f"{code}_low"
    words["worse"] = wording.side("worse", lang)
    words["better"] = wording.side("better", lang)
    return StepText(row["code"], say(STEPS[code], lang, **words), row["amount"])


_EQUATIONS = ("value", "linear", "linear_from_zero")
_ALONE = ("way", "nothing", "at_least_zero", "at_most")


def _summary(steps: tuple[StepText, ...], note: str, lang: Lang) -> str:
    if note:
        return note
    comma = "，" if lang == "zh" else ", "
    shown = []
    for step in steps:
        if step.code in _EQUATIONS:
            shown.append(f"{step.text} = {step.amount}")
        elif step.code in _ALONE:
            shown.append(step.text)
        elif step.code != "start":
            shown.append(f"{step.text}{comma}{step.amount}")
    return ("；".join(shown) + "。") if lang == "zh" else "; ".join(shown) + "."
