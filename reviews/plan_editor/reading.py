"""From a posted form to a state, and from a state to the plan it stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from reviews.fact_keys import CRITICAL_FAILURES
from reviews.measures import MEASURES
from reviews.plan_editor.state import (
    DISMISSAL,
    LEVEL_CHANGES,
    NUMBERS,
    BandState,
    LineState,
    PlanState,
    RuleState,
    TierState,
)
from reviews.scoring import plan as core
from reviews.scoring import rules

Post = Mapping[str, str]
E = TypeVar("E", bound=StrEnum)

MOST_LINES = 40
MOST_RULES = 6
MOST_TIERS = 12
MOST_BANDS = 20
# What the tables hold: digits before the point, and decimals after it.
POINTS = (4, 2)
VALUE = (9, 6)
UNREADABLE = Decimal("NaN")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


def read_state(post: Post) -> PlanState:
    """Return the form as it was posted; nothing is judged here."""

    def text(name: str, default: str = "") -> str:
        return post.get(name, default).strip()

    lines = [_line(post, f"l{i}-") for i in range(MOST_LINES) if f"l{i}-code" in post]
    bands = [_band(post, f"b{i}-") for i in range(MOST_BANDS) if f"b{i}-at_least" in post]
    return PlanState(
        name_zh=text("name_zh"),
        name_en=text("name_en"),
        source=text("source"),
        starts_on=text("starts_on"),
        note=text("note"),
        inapplicable=text("inapplicable", "full"),
        growth_base=text("growth_base", "previous_month"),
        cadence=text("cadence", "year_average"),
        cadence_months=text("cadence_months", "3"),
        adjustment_limit=text("adjustment_limit", "0"),
        veto="veto" in post,
        veto_cap=text("veto_cap"),
        veto_from=text("veto_from"),
        lines=lines,
        bands=bands,
    )


def _line(post: Post, prefix: str) -> LineState:
    names = (
        "code",
        "name_zh",
        "name_en",
        "group",
        "radar",
        "measure",
        "weight",
        "bonus_limit",
        "standard",
        "small_below",
        "source",
    )
    values: dict[str, Any] = {name: post.get(f"{prefix}{name}", "").strip() for name in names}
    made = LineState(**values)
    made.rules = [_rule(post, f"{prefix}r{i}-") for i in range(MOST_RULES) if f"{prefix}r{i}-kind" in post]
    return made


def _rule(post: Post, prefix: str) -> RuleState:
    kind = post[f"{prefix}kind"]
    kind = kind if kind in NUMBERS else "tiers"
    tiers = [
        TierState(
            post.get(f"{prefix}t{i}-operator", "<"),
            post[f"{prefix}t{i}-threshold"].strip(),
            post.get(f"{prefix}t{i}-sign", "-"),
            post.get(f"{prefix}t{i}-effect", "").strip(),
        )
        for i in range(MOST_TIERS)
        if f"{prefix}t{i}-threshold" in post
    ]
    numbers = {name: post.get(f"{prefix}{name}", "").strip() for name in NUMBERS[kind]}
    return RuleState(kind, numbers, tiers, f"{prefix}small" in post, post.get(f"{prefix}sign", "-"))


def _band(post: Post, prefix: str) -> BandState:
    names = ("at_least", "multiplier", "level_change", "name_zh", "name_en", "advice_zh", "advice_en")
    values: dict[str, Any] = {name: post.get(f"{prefix}{name}", "").strip() for name in names}
    made = BandState(**values)
    made.or_none, made.observe = f"{prefix}or_none" in post, f"{prefix}observe" in post
    return made


@dataclass
class Reader:
    """Turns texts into numbers and choices, and keeps what it could not read.

    `errors` maps the name of a field to a sentence. An unreadable number is NaN
    in the plan, which no check lets through.
    """

    errors: dict[str, str] = field(default_factory=dict)

    def number(
        self, name: str, text: str, *, size: tuple[int, int] = POINTS, percent: bool = False
    ) -> Decimal:
        """Read one number that must be there."""
        found = self.number_or_none(name, text, size=size, percent=percent)
        if found is None:
            self.errors[name] = _("Enter a number.")
            return UNREADABLE
        return found

    def number_or_none(
        self, name: str, text: str, *, size: tuple[int, int] = POINTS, percent: bool = False
    ) -> Decimal | None:
        """Read one number; full-width digits, separators and a percent sign are fine."""
        cleaned = unicodedata.normalize("NFKC", text).replace(",", "").replace("−", "-")
        cleaned = cleaned.replace(" ", "").removesuffix("%")
        if not cleaned:
            return None
        if not NUMBER.fullmatch(cleaned) or len(cleaned) > 20:
            self.errors[name] = _("This is not a number.")
            return UNREADABLE
        number = Decimal(cleaned)
        if percent:
            number = number / 100
        if abs(number) >= 10 ** size[0] or number != round(number, size[1]):
            places = size[1] - 2 if percent else size[1]
            self.errors[name] = _("Too large, or more than %(places)s decimals.") % {"places": places}
            return UNREADABLE
        return number

    def whole(self, name: str, text: str, *, least: int = 0, most: int = 32000) -> int:
        """Read a whole number within bounds."""
        number = self.number_or_none(name, text, size=(6, 0))
        if number is None or not number.is_finite() or not least <= number <= most:
            self.errors[name] = _("Enter a whole number from %(least)s to %(most)s.") % {
                "least": least,
                "most": most,
            }
            return least
        return int(number)

    def text(self, name: str, text: str, *, most: int, needed: bool = True) -> str:
        """Read a text within its length."""
        if needed and not text:
            self.errors[name] = _("Fill this in.")
        if len(text) > most:
            self.errors[name] = _("At most %(most)s characters.") % {"most": most}
            return text[:most]
        return text

    def choice(self, name: str, text: str, kind: type[E], default: E) -> E:
        """Read one of a kind's values."""
        if text in {one.value for one in kind}:
            return kind(text)
        self.errors[name] = _("Choose one of the list.")
        return default

    def day(self, name: str, text: str) -> date | None:
        """Read a date."""
        try:
            return date.fromisoformat(unicodedata.normalize("NFKC", text))
        except ValueError:
            self.errors[name] = _("Enter a date such as 2026-12-01.")
            return None


def plan_of(state: PlanState, *, code: str, reader: Reader) -> core.Plan:
    """Return the plan a state stands for; what cannot be read goes to the reader."""
    cadence = reader.choice("cadence", state.cadence, core.Cadence, core.Cadence.YEAR_AVERAGE)
    streak = cadence is core.Cadence.STREAK
    vetoes: tuple[core.Veto, ...] = ()
    if state.veto:
        cap = reader.number("veto_cap", state.veto_cap)
        from_count = reader.whole("veto_from", state.veto_from, least=1, most=99)
        vetoes = (core.Veto(CRITICAL_FAILURES, cap, from_count),)
    return core.Plan(
        code=code,
        name_zh=reader.text("name_zh", state.name_zh, most=80),
        name_en=reader.text("name_en", state.name_en, most=80, needed=False),
        source=reader.text("source", state.source, most=200),
        lines=tuple(_core_line(line, f"l{i}-", reader) for i, line in enumerate(state.lines)),
        bands=tuple(_core_band(band, f"b{i}-", reader) for i, band in enumerate(state.bands)),
        vetoes=vetoes,
        inapplicable=reader.choice(
            "inapplicable", state.inapplicable, core.Inapplicable, core.Inapplicable.FULL
        ),
        growth_base=reader.choice(
            "growth_base", state.growth_base, core.GrowthBase, core.GrowthBase.PREVIOUS_MONTH
        ),
        cadence=cadence,
        cadence_months=reader.whole("cadence_months", state.cadence_months, least=2, most=24)
        if streak
        else None,
        adjustment_limit=reader.number("adjustment_limit", state.adjustment_limit or "0", size=(3, 2)),
    )


def _core_line(line: LineState, prefix: str, reader: Reader) -> core.Line:
    if line.measure not in MEASURES:
        reader.errors[f"{prefix}measure"] = _("Choose one of the list.")
    below = reader.number_or_none(f"{prefix}small_below", line.small_below, size=(6, 0))
    return core.Line(
        code=reader.text(f"{prefix}code", line.code, most=40),
        name_zh=reader.text(f"{prefix}name_zh", line.name_zh, most=40),
        name_en=reader.text(f"{prefix}name_en", line.name_en, most=60),
        group=reader.choice(f"{prefix}group", line.group, core.Group, core.Group.QUANTITATIVE),
        radar=reader.choice(f"{prefix}radar", line.radar, core.Radar, core.Radar.SALES),
        measure=line.measure,
        weight=reader.number(f"{prefix}weight", line.weight),
        rules=tuple(_core_rule(rule, f"{prefix}r{i}-", line, reader) for i, rule in enumerate(line.rules)),
        bonus_limit=reader.number(f"{prefix}bonus_limit", line.bonus_limit or "0"),
        standard=reader.number_or_none(f"{prefix}standard", line.standard, size=(9, 4)),
        small_sample_below=below,
        source=reader.text(f"{prefix}source", line.source, most=200, needed=False),
    )


def _core_rule(rule: RuleState, prefix: str, line: LineState, reader: Reader) -> rules.Rule:
    percent = line.is_percent

    def value(name: str) -> Decimal:
        return reader.number(f"{prefix}{name}", rule.numbers.get(name, ""), size=VALUE, percent=percent)

    match rule.kind:
        case "steps":
            return _core_steps(rule, prefix, line, reader)
        case "grades":
            grades = [
                rules.Grade(
                    reader.number(f"{prefix}t{i}-threshold", tier.threshold, size=VALUE, percent=percent),
                    reader.number(f"{prefix}t{i}-effect", tier.effect),
                )
                for i, tier in enumerate(rule.tiers)
            ]
            otherwise = reader.number(f"{prefix}otherwise", rule.numbers.get("otherwise", "") or "0")
            return rules.Grades(tuple(grades), otherwise, rule.small)
        case "linear":
            return rules.Linear(value("worst"), value("best"), rule.small)
        case "events":
            each = reader.number(f"{prefix}each", rule.numbers.get("each", ""))
            return rules.Events(each.copy_abs() if rule.sign == "+" else -each.copy_abs(), rule.small)
        case _:
            return _core_tiers(rule, prefix, reader, percent=percent)


def _core_tiers(rule: RuleState, prefix: str, reader: Reader, *, percent: bool) -> rules.Tiers:
    tiers = []
    for i, tier in enumerate(rule.tiers):
        threshold = reader.number(f"{prefix}t{i}-threshold", tier.threshold, size=VALUE, percent=percent)
        effect = reader.number(f"{prefix}t{i}-effect", tier.effect)
        operator: rules.Operator = next((one for one in rules.OPERATORS if one == tier.operator), "<")
        signed = effect.copy_abs() if tier.sign == "+" else -effect.copy_abs()
        tiers.append(rules.Tier(operator, threshold, signed))
    return rules.Tiers(tuple(tiers), rule.small)


def _core_steps(rule: RuleState, prefix: str, line: LineState, reader: Reader) -> rules.Steps:
    """Read a rule of steps; a step or mark whose two fields are empty is not there."""
    percent = line.is_percent

    def pair(first: str, second: str) -> tuple[Decimal, Decimal] | None:
        texts = rule.numbers.get(first, ""), rule.numbers.get(second, "")
        if not any(texts):
            return None
        return (
            reader.number(f"{prefix}{first}", texts[0], size=VALUE, percent=percent),
            reader.number(f"{prefix}{second}", texts[1]),
        )

    standard = reader.number(
        f"{prefix}standard", rule.numbers.get("standard", ""), size=VALUE, percent=percent
    )
    off, on = pair("off_size", "off_points"), pair("on_size", "on_points")
    once = pair("mark_at", "mark_points")
    return rules.Steps(
        standard,
        rules.Step(*off) if off else None,
        rules.Step(*on) if on else None,
        rules.Mark(*once) if once else None,
        rule.small,
    )


def _core_band(band: BandState, prefix: str, reader: Reader) -> core.Band:
    if band.level_change not in LEVEL_CHANGES:
        reader.errors[f"{prefix}level_change"] = _("Choose one of the list.")
    dismissal = band.level_change == DISMISSAL or band.level_change not in LEVEL_CHANGES
    return core.Band(
        at_least=reader.number(f"{prefix}at_least", band.at_least),
        multiplier=reader.number(f"{prefix}multiplier", band.multiplier, size=(2, 3)),
        level_change=None if dismissal else int(band.level_change),
        advice_zh=reader.text(f"{prefix}advice_zh", band.advice_zh, most=80, needed=False),
        advice_en=reader.text(f"{prefix}advice_en", band.advice_en, most=120, needed=False),
        name_zh=reader.text(f"{prefix}name_zh", band.name_zh, most=40, needed=False),
        name_en=reader.text(f"{prefix}name_en", band.name_en, most=40, needed=False),
        or_none=band.or_none,
        under_observation=band.observe,
    )
