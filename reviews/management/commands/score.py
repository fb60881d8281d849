"""Score one input, or a list of them, and print the cards as JSON."""

import json
import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reviews.measures import score_facts
from reviews.plans import published_plan
from reviews.score_input import (
    Case,
    Complaints,
    InputRefused,
    load,
    read_case,
    refuse_unknown_lines,
)
from reviews.scoring.explain import render_line, sentence
from reviews.scoring.plan import Band, Plan
from reviews.scoring.score import ScoredCard, ScoredLine
from reviews.scoring.shown import fixed, plain
from reviews.scoring.words import Lang
from reviews.shipped import SHIPPED

REFUSED = 2


class Command(BaseCommand):
    """Print scored cards; refuse a faulty input with exit status 2."""

    help = "Score facts from a JSON file and print the card as JSON."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, the plan and the language."""
        parser.add_argument("file", help="JSON file with one input or a list; - reads stdin")
        parser.add_argument("--plan", help="code of a plan, instead of the position's")
        parser.add_argument("--lang", choices=("zh", "en"), default="zh")
        parser.add_argument("--db", action="store_true", help="use this installation's published plans")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, check everything, then score everything."""
        lang = cast("Lang", options["lang"])
        try:
            data = load(_text_of(options["file"]), lang=lang)
            cards = _score_all(data, lang=lang, plan_code=options["plan"], from_db=options["db"])
        except InputRefused as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        text = json.dumps(cards, ensure_ascii=False, indent=2)
        self.stdout.write(text)


def _text_of(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.read()
        return Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name}: {error}", returncode=REFUSED) from error


def _score_all(data: Any, *, lang: Lang, plan_code: str | None, from_db: bool) -> object:
    inputs = data if isinstance(data, list) else [data]
    problems: list[str] = []
    ready: list[tuple[Case, Plan]] = []
    for index, one in enumerate(inputs):
        prefix = f"[{index}]." if isinstance(data, list) else ""
        complaints = Complaints(lang, prefix)
        case = read_case(one, complaints)
        plan = _plan_of(case, one, complaints, plan_code=plan_code, from_db=from_db)
        if plan is not None:
            refuse_unknown_lines(case, plan, complaints)
            ready.append((case, plan))
        problems += complaints.found
    if problems:
        raise InputRefused(problems)
    cards = [_card_data(case, _score(case, plan), lang) for case, plan in ready]
    return cards if isinstance(data, list) else cards[0]


def _plan_of(
    case: Case,
    data: Any,
    complaints: Complaints,
    *,
    plan_code: str | None,
    from_db: bool,
) -> Plan | None:
    """Find the plan by its code; the option wins over the input's position."""
    code = plan_code or case.position
    if code is None:
        if isinstance(data, dict) and data.get("position") is None:
            complaints.add("position", "absent")
        return None
    plan = published_plan(code, on=_day_of(case)) if from_db else SHIPPED.get(code)
    if plan is None:
        key = "--plan" if plan_code else "position"
        complaints.add(f"{key} {code}", "plan")
    return plan


def _day_of(case: Case) -> date:
    if case.month is None:
        return timezone.localdate()
    year, month = case.month.split("-")
    return date(int(year), int(month), 1)


def _score(case: Case, plan: Plan) -> ScoredCard:
    return score_facts(plan, case.facts, level=case.level, waived=case.waived)


def _card_data(case: Case, card: ScoredCard, lang: Lang) -> dict[str, object]:
    """Return the printed form: points and amounts as text, in plan order."""
    return {
        "plan": card.plan.code,
        "month": case.month,
        "lines": [_line_data(line, lang) for line in card.lines],
        "missing": list(card.missing),
        "total_before_cap": _fixed(card.total_before_cap),
        "cap": plain(card.veto.cap) if card.veto else None,
        "total": _fixed(card.total),
        "band": _band_data(card.band),
        "performance_pay": _fixed(card.performance_pay),
    }


def _line_data(line: ScoredLine, lang: Lang) -> dict[str, object]:
    text = render_line(line.explanation, lang)
    return {
        "line": line.line.code,
        "name": text.name,
        "status": line.status.value,
        "value": None if line.value is None else plain(line.value),
        "points": _fixed(line.points),
        "explanation": sentence(line.explanation, lang),
        "rule": text.rule,
        "inputs": [
            {"key": one.key, "name": one.name, "value": one.value, "source": one.source}
            for one in text.inputs
        ],
        "steps": [{"text": step.text, "amount": step.amount} for step in text.steps],
    }


def _band_data(band: Band | None) -> dict[str, object] | None:
    if band is None:
        return None
    return {
        "at_least": plain(band.at_least),
        "multiplier": plain(band.multiplier),
        "level_change": band.level_change,
    }


def _fixed(number: Any) -> str | None:
    return None if number is None else fixed(number)
