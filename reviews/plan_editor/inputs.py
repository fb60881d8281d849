"""The fields of a line, a band and the plan itself, by name, ready for the templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reviews.measures import MEASURES
from reviews.models import PlanVersion
from reviews.plan_editor.fields import Choice, Fields
from reviews.plan_editor.state import (
    DISMISSAL,
    LEVEL_CHANGES,
    BandState,
    LineState,
    PlanState,
    RuleState,
)
from reviews.scoring.plan import GROUP_NAMES, RADAR_NAMES
from reviews.scoring.words import Lang, Pair

Inputs = dict[str, SafeString]


def change_choices() -> list[Choice]:
    """Return the level changes a band can suggest."""
    words = {
        "3": _("up 3 levels"),
        "2": _("up 2 levels"),
        "1": _("up 1 level"),
        "0": _("no change"),
        "-1": _("down 1 level"),
        "-2": _("down 2 levels"),
        "-3": _("down 3 levels"),
        DISMISSAL: _("dismissal suggested, a person decides"),
    }
    return [(code, words[code]) for code in LEVEL_CHANGES]


def kind_choices() -> list[Choice]:
    """Return the kinds of rule."""
    return [
        ("steps", _("steps from a standard")),
        ("tiers", _("thresholds with points")),
        ("grades", _("marks with a share of the weight")),
        ("linear", _("straight from worst to best")),
        ("events", _("points for each event")),
    ]


def measure_choices(lang: Lang) -> list[Choice]:
    """Return the registered measures by their names."""
    return [(code, m.name_en if lang == "en" else m.name_zh) for code, m in MEASURES.items()]


def _named(pairs: Mapping[Any, Pair], lang: Lang) -> list[Choice]:
    return [(code.value, pair[lang == "en"]) for code, pair in pairs.items()]


def line_inputs(fields: Fields, index: int, state: LineState, lang: Lang) -> Inputs:
    """Return the fields of one line outside its sentence."""
    at = f"l{index}-"
    name = state.name_en if lang == "en" else state.name_zh

    def number(field: str, value: str, label: str) -> SafeString:
        return fields.number(f"{at}{field}", value, f"{name}: {label}")

    return {
        "code": format_html('<input type="hidden" name="{}code" value="{}">', at, state.code),
        "weight": fields.number(f"{at}weight", state.weight, f"{name}: {_('weight')}", wide=True),
        "bonus_limit": number("bonus_limit", state.bonus_limit, _("bonus at most")),
        "standard": number("standard", state.standard, _("count standard")),
        "small_below": number("small_below", state.small_below, _("small sample below")),
        "name_zh": fields.text(f"{at}name_zh", state.name_zh, _("Chinese name"), most=40),
        "name_en": fields.text(f"{at}name_en", state.name_en, _("English name"), most=60),
        "source": fields.text(f"{at}source", state.source, _("policy and clause"), most=200),
        "measure": fields.choice(f"{at}measure", state.measure, measure_choices(lang), _("measure")),
        "group": fields.choice(f"{at}group", state.group, _named(GROUP_NAMES, lang), _("group")),
        "radar": fields.choice(
            f"{at}radar", state.radar, _named(RADAR_NAMES, lang), _("corner of the radar")
        ),
        "up": fields.button(f"up:{index}", "↑", _("Move up")),
        "down": fields.button(f"down:{index}", "↓", _("Move down")),
        "remove": fields.button(f"remove_line:{index}", _("Remove this line")),
        "new_kind": fields.choice(f"{at}new-kind", "tiers", kind_choices(), _("kind of rule")),
        "add_rule": fields.button(f"add_rule:{index}", _("Add a rule")),
    }


def rule_inputs(fields: Fields, index: int, place: int, rule: RuleState, line: LineState) -> Inputs:
    """Return what stands around a rule's sentence."""
    at = f"l{index}-r{place}-"
    made = {
        "kind": format_html('<input type="hidden" name="{}kind" value="{}">', at, rule.kind),
        "remove": SafeString(""),
        "add": SafeString(""),
        "small": SafeString(""),
    }
    if len(line.rules) > 1:
        made["remove"] = fields.remove(f"remove_rule:{index}:{place}", _("rule"))
    if rule.kind in ("tiers", "grades"):
        made["add"] = fields.button(f"add_tier:{index}:{place}", "+", _("Add a threshold"))
    if line.small_below or rule.small:
        made["small"] = fields.tick(f"{at}small", _("for small samples"), on=rule.small)
    return made


def band_inputs(fields: Fields, index: int, state: BandState) -> Inputs:
    """Return the fields of one band."""
    at = f"b{index}-"
    return {
        "at_least": fields.number(f"{at}at_least", state.at_least, _("from total")),
        "multiplier": fields.number(f"{at}multiplier", state.multiplier, _("multiplier"), wide=True),
        "change": fields.choice(f"{at}level_change", state.level_change, change_choices(), _("level change")),
        "or_none": fields.tick(f"{at}or_none", _("or none, HR picks"), on=state.or_none),
        "observe": fields.tick(f"{at}observe", _("under observation"), on=state.observe),
        "advice_zh": fields.text(f"{at}advice_zh", state.advice_zh, _("Chinese advice"), most=80),
        "advice_en": fields.text(f"{at}advice_en", state.advice_en, _("English advice"), most=120),
        "name_zh": fields.text(f"{at}name_zh", state.name_zh, _("Chinese name"), most=40),
        "name_en": fields.text(f"{at}name_en", state.name_en, _("English name"), most=40),
        "remove": fields.remove(f"remove_band:{index}", state.at_least or _("band")),
    }


def plan_inputs(fields: Fields, state: PlanState) -> Inputs:
    """Return the fields of the plan itself."""
    return {
        "name_zh": fields.text("name_zh", state.name_zh, _("Chinese name"), most=80),
        "name_en": fields.text("name_en", state.name_en, _("English name"), most=80),
        "source": fields.text("source", state.source, _("policy and clause"), most=200),
        "starts_on": fields.text("starts_on", state.starts_on, _("in force from"), most=10),
        "note": fields.text("note", state.note, _("what changed"), most=400),
        "inapplicable": fields.choice(
            "inapplicable",
            state.inapplicable,
            PlanVersion.Inapplicable.choices,
            _("lines that do not apply"),
        ),
        "growth_base": fields.choice(
            "growth_base", state.growth_base, PlanVersion.GrowthBase.choices, _("growth against")
        ),
        "cadence": fields.choice(
            "cadence", state.cadence, PlanVersion.Proposals.choices, _("level changes are proposed")
        ),
        "cadence_months": fields.number("cadence_months", state.cadence_months, _("months in a row")),
        "adjustment_limit": fields.number(
            "adjustment_limit", state.adjustment_limit, _("adjustment line, at most ±")
        ),
        "veto": fields.tick("veto", _("A critical failure caps the total"), on=state.veto),
        "veto_cap": fields.number("veto_cap", state.veto_cap, _("total at most")),
        "veto_from": fields.number("veto_from", state.veto_from, _("failures needed")),
        "add_band": fields.button("add_band", _("Add a band")),
    }


def new_line_inputs(fields: Fields, group: str, index: int, lang: Lang) -> Inputs:
    """Return the fields that add a line to a group."""
    return {
        "measure": fields.choice(f"new-{group}-measure", "", measure_choices(lang), _("measure")),
        "weight": fields.number(f"new-{group}-weight", "", _("weight"), wide=True),
        "kind": fields.choice(f"new-{group}-kind", "tiers", kind_choices(), _("kind of rule")),
        "add": fields.button(f"add_line:{index}", _("Add a line")),
    }
