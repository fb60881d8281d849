"""The parts of the editor's page, drawn together or one by one for the live preview."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviews import plans
from reviews.models import PlanVersion
from reviews.plan_editor.drawing import Drawing
from reviews.plan_editor.inputs import new_line_inputs, plan_inputs
from reviews.scoring.plan import GROUP_NAMES, Group

FOLDER = "admin/reviews/plan"


def context_of(version: PlanVersion, drawing: Drawing, *, today: Any) -> dict[str, Any]:
    """Return everything the page's templates need."""
    refusal = "" if drawing.fields.plain else publish_refusal(version, drawing, today=today)
    return {
        "version": version,
        "drawing": drawing,
        "state": drawing.state,
        "fields": drawing.fields,
        "errors": drawing.reader.errors,
        "groups": [_group(group, drawing) for group in Group],
        "checks": drawing.said_checks(),
        "bands": drawing.bands(),
        "refusal": refusal,
        "inputs": plan_inputs(drawing.fields, drawing.state),
        "named": version.plan.versions.published().exists(),
    }


def publish_refusal(version: PlanVersion, drawing: Drawing, *, today: Any) -> str:
    """Say why a draft cannot be published as it stands, "" where it can."""
    if drawing.reader.errors:
        return _("Some fields need your attention.")
    if drawing.failed:
        said = ngettext("%(count)s check fails.", "%(count)s checks fail.", drawing.failed)
        return said % {"count": drawing.failed}
    starts_on = drawing.reader.day("starts_on", drawing.state.starts_on)
    if starts_on is None:
        return _("The start is not a date.")
    version.starts_on = starts_on
    return plans.start_refusal(version, on=today)


def _group(group: Group, drawing: Drawing) -> dict[str, Any]:
    zh, en = GROUP_NAMES[group]
    return {
        "code": group.value,
        "index": list(Group).index(group),
        "name": en if drawing.lang == "en" else zh,
        "weight": drawing.group_weight(group.value),
        "lines": drawing.lines(group.value),
        "new": new_line_inputs(drawing.fields, group.value, list(Group).index(group), drawing.lang),
    }


def parts_of(request: HttpRequest, drawing: Drawing, context: dict[str, Any]) -> dict[str, str]:
    """Return the parts that change while somebody types, by the id they replace."""

    def part(name: str, **more: Any) -> str:
        return render_to_string(f"{FOLDER}/{name}.html", {**context, **more}, request)

    parts = {
        "plan-checks": part("checks"),
        "plan-weights": part("weights"),
        "plan-bandbar": part("bandbar"),
        "plan-act": part("act"),
    }
    for group in context["groups"]:
        parts[f"group-weight-{group['code']}"] = group["weight"]
        for line in group["lines"]:
            parts[f"chart-{line.index}"] = part("chart", line=line)
            parts[f"said-{line.index}"] = part("said", line=line)
            parts[f"sentence-{line.index}"] = conditional_escape(line.sentence or "–")
    for band in context["bands"]:
        parts[f"span-{band.index}"] = band.span
    return parts


NOT_SAVED = gettext_lazy("Nothing is saved yet: some fields need your attention.")
