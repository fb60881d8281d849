"""The `score` command's input: every problem at once, each with its key.

Source: spec/scorecard.md, "Checking a score from the command line".
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from reviews.fact_keys import CRITICAL_FAILURES, FACT_KEYS, PER_SHOP
from reviews.scoring.facts import Fact, FactKey, FactKind, Facts, Source
from reviews.scoring.plan import Plan
from reviews.scoring.score import PayLevel
from reviews.scoring.ways import TYPED
from reviews.scoring.words import Lang, Pair, say

TOP_KEYS = ("position", "month", "facts", "level", "waived", "missing", "shops")
LEVEL_KEYS = ("base_salary", "performance_salary")
SHOP_KEYS = {
    "buyers": "shop_buyers",
    "visitors": "shop_visitors",
    "receptions": "shop_receptions",
}
MOST_DIGITS = 30
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
MOST_OF_KIND = {FactKind.RUBRIC: 5, FactKind.MARK_5: 5, FactKind.MARK_100: 100}
INPUT = Source("input")
# What may be given; a typed value belongs to a shop's way of feeding a line, which a file does not have.
KNOWN = {code: key for code, key in FACT_KEYS.items() if not code.startswith(TYPED)}

SENTENCES: dict[str, Pair] = {
    "json": ("文件不是有效的 JSON：{said}", "The file is not valid JSON: {said}"),
    "unknown": ("没有这个键", "unknown key"),
    "absent": ("缺这个键", "is not there"),
    "object": ("应是对象", "expected an object"),
    "list": ("应是列表", "expected a list"),
    "text": ("应是文字", "expected text"),
    "reason": ("应写明原因", "expected a reason in words"),
    "month": ("应是月份，如 2026-10", "expected a month such as 2026-10"),
    "float": ("带小数的数应写成文字，如 \"12.50\"", "write a number with decimals as text, such as \"12.50\""),
    "number": ("应是数字文字或整数", "expected a number as text or a whole number"),
    "count": ("应是整数", "expected a whole number"),
    "long": ("数字太长", "the number is too long"),
    "negative": ("不能小于 0", "cannot be below 0"),
    "range": ("应在 0 到 {most} 之间", "expected 0 to {most}"),
    "above": ("不能大于 {other}", "cannot be above {other}"),
    "zero": ("不能是 0", "cannot be 0"),
    "line": ("方案里没有这项指标", "the plan has no such line"),
    "both": ("shops 和 {other} 只能给一个", "give either shops or {other}"),
    "given": ("已给了数字，又列为缺", "is given and listed as missing"),
    "never_missing": ("不给就是 0，不能列为缺", "absent means 0; it cannot be missing"),
    "double": ("这个键写了两次", "the key is there twice"),
    "plan": ("没有这个方案", "unknown plan"),
}  # fmt: skip


@dataclass(frozen=True)
class NotExact:
    """A JSON number that is no whole number: 1.5, NaN, Infinity."""

    written: str


@dataclass(frozen=True)
class Twice:
    """A key that one object holds twice."""


class InputRefused(ValueError):
    """The input has problems; `problems` are sentences that name their keys."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass
class Case:
    """One input, read and checked as far as it can be without its plan."""

    position: str | None
    month: str | None
    facts: Facts
    level: PayLevel | None
    waived: Mapping[str, str]


@dataclass
class Complaints:
    """Collects problems, each as "key: sentence" in one language."""

    lang: Lang
    prefix: str = ""
    found: list[str] = field(default_factory=list)

    def add(self, key: str, code: str, **names: str) -> None:
        """Note one problem with a key."""
        where = f"{self.prefix}{key}" if key else self.prefix.rstrip(".")
        sentence = say(SENTENCES[code], self.lang, **names)
        colon = "：" if self.lang == "zh" else ": "
        self.found.append(f"{where}{colon}{sentence}" if where else sentence)


def load(text: str, *, lang: Lang) -> Any:
    """Parse JSON so that nothing is lost: no floats, no key twice."""

    def pairs(rows: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in rows:
            found[key] = Twice() if key in found else value
        return found

    try:
        return json.loads(
            text,
            parse_float=NotExact,
            parse_constant=NotExact,
            object_pairs_hook=pairs,
        )
    except (ValueError, RecursionError) as error:
        said = str(error) or type(error).__name__
        raise InputRefused([say(SENTENCES["json"], lang, said=said)]) from error


def read_case(data: object, complaints: Complaints) -> Case:
    """Read one input; problems go to `complaints`, what is left is usable."""
    if not isinstance(data, dict):
        complaints.add("", "object")
        return Case(None, None, {}, None, {})
    _refuse_unknown(data, TOP_KEYS, "", complaints)
    position, month = _text(data, "position", complaints), _month(data, complaints)
    given = data.get("facts")
    if given is None:
        complaints.add("facts", "absent")
    raw = _object(given, "facts", complaints)
    shops = data.get("shops")
    if "shops" in raw:
        shops = raw.pop("shops") if shops is None else shops
    facts = _facts(raw, complaints)
    facts |= _shops(shops, raw, complaints)
    facts |= _missing(data.get("missing"), facts, complaints)
    _refuse_contradictions(facts, complaints)
    return Case(
        position,
        month,
        facts,
        _level(data.get("level"), complaints),
        _waived(data.get("waived"), complaints),
    )


def refuse_unknown_lines(case: Case, plan: Plan, complaints: Complaints) -> None:
    """Complain about waived lines that the plan does not have."""
    codes = {line.code for line in plan.lines}
    for code in case.waived:
        if code not in codes:
            complaints.add(f"waived.{code}", "line")


def _refuse_unknown(
    data: Mapping[str, Any], known: Iterable[str], where: str, complaints: Complaints
) -> None:
    for key, value in data.items():
        if key not in known:
            complaints.add(f"{where}{key}", "unknown")
        elif isinstance(value, Twice):
            complaints.add(f"{where}{key}", "double")


def _object(value: Any, key: str, complaints: Complaints) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        complaints.add(key, "object")
        return {}
    return dict(value)


def _text(data: Mapping[str, Any], key: str, complaints: Complaints) -> str | None:
    value = data.get(key)
    if value is None or isinstance(value, Twice):
        return None
    if not isinstance(value, str) or not value:
        complaints.add(key, "text")
        return None
    return value


def _month(data: Mapping[str, Any], complaints: Complaints) -> str | None:
    value = data.get("month")
    if value is None or isinstance(value, Twice):
        return None
    if not isinstance(value, str) or not MONTH.fullmatch(value) or value < "0001":
        complaints.add("month", "month")
        return None
    return value


def _facts(raw: Mapping[str, Any], complaints: Complaints) -> dict[str, Fact]:
    known = [key for key in KNOWN if key != "shop_receptions"]
    _refuse_unknown(raw, known, "facts.", complaints)
    facts = {}
    for code, value in raw.items():
        if code not in known or value is None or isinstance(value, Twice):
            continue
        number = _figure(value, FACT_KEYS[code], f"facts.{code}", complaints)
        if number is not None:
            facts[code] = Fact.present(number, INPUT)
    return facts


def _figure(value: Any, key: FactKey, where: str, complaints: Complaints) -> Decimal | None:
    """Read one figure of a key's kind, or complain and return None."""
    whole = key.kind is FactKind.COUNT or key.code == "team_headcount"
    number = _number(value, where, complaints, whole=whole)
    if number is None:
        return None
    if number < 0:
        complaints.add(where, "negative")
        return None
    most = MOST_OF_KIND.get(key.kind)
    if most is not None and number > most:
        complaints.add(where, "range", most=str(most))
        return None
    return number


def _number(value: Any, where: str, complaints: Complaints, *, whole: bool = False) -> Decimal | None:
    if isinstance(value, NotExact):
        finite = value.written not in ("NaN", "Infinity", "-Infinity")
        code = "count" if whole else "float" if finite else "number"
        complaints.add(where, code)
        return None
    text = str(value) if isinstance(value, int) else value
    allowed = (int,) if whole else (int, str)
    if isinstance(value, bool) or not isinstance(value, allowed):
        complaints.add(where, "count" if whole else "number")
        return None
    if not isinstance(text, str) or not NUMBER.fullmatch(text):
        complaints.add(where, "number")
        return None
    if len(text) > MOST_DIGITS:
        complaints.add(where, "long")
        return None
    return Decimal(text) + 0


def _shops(shops: Any, raw: Mapping[str, Any], complaints: Complaints) -> dict[str, Fact]:
    if shops is None:
        return {}
    if not isinstance(shops, list):
        complaints.add("shops", "list")
        return {}
    facts: dict[str, Fact] = {}
    for index, shop in enumerate(shops):
        where = f"shops[{index}]"
        if not isinstance(shop, dict):
            complaints.add(where, "object")
            continue
        _refuse_unknown(shop, SHOP_KEYS, f"{where}.", complaints)
        for name, code in SHOP_KEYS.items():
            value = shop.get(name)
            key, numbered = FACT_KEYS[code], f"{code}.{index + 1}"
            number = None
            if value is not None and not isinstance(value, Twice):
                number = _figure(value, key, f"{where}.{name}", complaints)
            facts[numbered] = key.when_absent() if number is None else Fact.present(number, INPUT)
    for code in PER_SHOP[:2]:
        if shops and raw.get(code) is not None:
            complaints.add(f"facts.{code}", "both", other=code)
    return facts


def _missing(codes: Any, facts: Mapping[str, Fact], complaints: Complaints) -> dict[str, Fact]:
    if codes is None:
        return {}
    if not isinstance(codes, list):
        complaints.add("missing", "list")
        return {}
    found = {}
    for index, code in enumerate(codes):
        where = f"missing[{index}]"
        if not isinstance(code, str):
            complaints.add(where, "text")
        elif code not in KNOWN:
            complaints.add(f"{where} {code}", "unknown")
        elif code == CRITICAL_FAILURES:
            complaints.add(f"{where} {code}", "never_missing")
        elif code in facts:
            complaints.add(f"{where} {code}", "given")
        else:
            found[code] = Fact.missing(FACT_KEYS[code].missing_reason, INPUT)
    return found


def _refuse_contradictions(facts: Mapping[str, Fact], complaints: Complaints) -> None:
    for part, whole in (("refunded_orders", "orders"), ("unanswered", "receptions")):
        few, many = (facts[key].value if key in facts else None for key in (part, whole))
        if few is not None and many is not None and few > many:
            complaints.add(f"facts.{part}", "above", other=whole)
    heads = facts.get("team_headcount")
    if heads is not None and heads.value == 0:
        complaints.add("facts.team_headcount", "zero")


def _level(value: Any, complaints: Complaints) -> PayLevel | None:
    if value is None:
        return None
    level = _object(value, "level", complaints)
    _refuse_unknown(level, LEVEL_KEYS, "level.", complaints)
    amounts: list[Decimal | None] = []
    for key in LEVEL_KEYS:
        given, number = level.get(key), None
        if given is not None and not isinstance(given, Twice):
            number = _number(given, f"level.{key}", complaints)
            if number is not None and number < 0:
                complaints.add(f"level.{key}", "negative")
        amounts.append(number)
    return PayLevel(amounts[0], amounts[1])


def _waived(value: Any, complaints: Complaints) -> dict[str, str]:
    waived = _object(value, "waived", complaints)
    found = {}
    for code, reason in waived.items():
        if isinstance(reason, Twice):
            complaints.add(f"waived.{code}", "double")
        elif not isinstance(reason, str) or not reason.strip():
            complaints.add(f"waived.{code}", "reason")
        else:
            found[code] = reason.strip()
    return found
