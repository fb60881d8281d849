"""Lines in words: what each was, what it gave, and how that came about."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby

from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, pgettext

from reviews.models import CardLine, CardSegment, CardVersion
from reviews.scoring.explain import LineText, render_line
from reviews.scoring.plan import GROUP_NAMES, Group
from reviews.scoring.shown import fixed, plain, signed
from reviews.scoring.words import Lang
from reviews.sheet import Equation, Input, LineGroup, Segment, SheetLine, Shortfall, Step
from reviews.sheets.rows import Rows

ZERO = Decimal(0)
HUNDRED = Decimal(100)
UNSAID = frozenset({"value", "start"})
WITHOUT_AMOUNT = frozenset({"way", "linear", "linear_from_zero", "at_least_zero", "at_most"})
# Sources that name people's work; files and batches stand on the page only.
TOLD_ON_PAPER = frozenset({"checks", "exam", "summary", "events", "objection"})


def sheet_line(row: CardLine, lang: Lang) -> SheetLine:
    """One stored line in words; nothing is computed but points − weight."""
    text = render_line(row.explanation, lang)
    rule = row.explanation["line"]
    return SheetLine(
        code=row.code,
        name=text.name or rule["name_zh"],
        status=row.status,
        weight=plain(row.weight),
        standard=text.standard,
        actual=text.value if row.status == CardLine.Status.SCORED else text.status_text,
        points="" if row.points is None else fixed(row.points),
        delta=_delta(row),
        badge=text.verdict if row.points is not None else text.status_text,
        note=_note(row, text, lang),
        rule=text.rule,
        inputs=tuple(Input(label=one.name, value=one.value, source=one.source) for one in text.inputs),
        steps=_steps(row, [(one.text, one.amount) for one in text.steps]),
        weight_value=row.weight,
        points_value=row.points,
        bonus_limit=Decimal(rule["bonus_limit"]),
    )


def _note(row: CardLine, text: LineText, lang: Lang) -> str:
    """The explanation on paper, where nothing opens: what was counted, then what came of it.

    Value and points stand in columns of their own and are not said again.
    """
    if row.status != CardLine.Status.SCORED:
        return text.note.removesuffix("。").removesuffix(".")
    colon, comma, semicolon = ("：", "，", "；") if lang == "zh" else (": ", ", ", "; ")
    said = []
    if row.explanation["working"]:
        # What a formula says about several shops stands after a comma, and on the page.
        said.append(capfirst(text.formula.partition(comma)[0]) + colon + row.explanation["working"])
    if {one["source"]["kind"] for one in row.explanation["inputs"]} & TOLD_ON_PAPER:
        said += [one.source for one in text.inputs if one.source]
    for step in text.steps:
        if step.code == "nothing":
            said.append(pgettext("card", "standard met"))
        elif step.code in WITHOUT_AMOUNT:
            said.append(step.text)
        elif step.code not in UNSAID:
            said.append(f"{step.text}{comma}{step.amount}")
    # A number and its % stay together.
    return capfirst(semicolon.join(said)).replace(" %", "\N{NO-BREAK SPACE}%")


def _delta(row: CardLine) -> str:
    if row.points is None or row.points == row.weight:
        return ""
    return signed(row.points - row.weight)


def _steps(row: CardLine, texts: Sequence[tuple[str, str]]) -> tuple[Step, ...]:
    steps = [Step(label=label, value=amount) for label, amount in texts]
    if row.points is not None:
        result = Step(label=pgettext("card", "Points"), value=fixed(row.points), strong=True)
        steps.append(result)
    return tuple(steps)


def _sum_text(lines: Iterable[SheetLine]) -> str:
    points = [line.points_value for line in lines]
    known = [value for value in points if value is not None]
    return fixed(sum(known, ZERO)) if len(known) == len(points) else ""


def _weight_text(lines: Iterable[SheetLine]) -> str:
    return plain(sum((line.weight_value for line in lines), ZERO))


def line_groups(rows: Sequence[CardLine], lang: Lang) -> tuple[LineGroup, ...]:
    """Lines under their group's heading with subtotals, in the plan's order."""

    def group_of(row: CardLine) -> str:
        return str(row.explanation["line"]["group"])

    groups = []
    order = [group.value for group in Group]
    ordered = sorted(rows, key=lambda row: order.index(group_of(row)))
    for code, members in groupby(ordered, key=group_of):
        lines = tuple(sheet_line(row, lang) for row in members)
        name = GROUP_NAMES[Group(code)][0 if lang == "zh" else 1]
        groups.append(
            LineGroup(
                code=code,
                name=name,
                weight=_weight_text(lines),
                points=_sum_text(lines),
                lines=lines,
            )
        )
    return tuple(groups)


def segments(rows: Rows, lang: Lang) -> tuple[Segment, ...]:
    """Each part of the month with its lines; most cards have one part."""
    made = []
    for place, segment in enumerate(rows.segments, 1):
        mine = [line for line in rows.lines if line.segment_id == segment.pk]
        groups = line_groups(mine, lang)
        lines = [line for group in groups for line in group.lines]
        points = _sum_text(lines)
        weight = sum((line.weight_value for line in lines), ZERO)
        delta = Decimal(points) - weight if points else ZERO
        parts = [f"{group.name} {group.points}" for group in groups if group.points]
        made.append(
            Segment(
                title=_title(place, segment) if len(rows.segments) > 1 else "",
                groups=groups,
                weight=plain(weight),
                points=points,
                delta=signed(delta) if delta else "",
                note=" + ".join(parts) if points and len(parts) > 1 else "",
            )
        )
    return tuple(made)


def _title(place: int, segment: CardSegment) -> str:
    return pgettext("card", "Part %(place)s: %(first)s to %(last)s, days worked: %(days)s, %(plan)s") % {
        "place": place,
        "first": f"{segment.first_day:%m-%d}",
        "last": f"{segment.last_day:%m-%d}",
        "days": segment.days_worked,
        "plan": segment.plan_version,
    }


def equation(version: CardVersion, parts: Sequence[Segment]) -> Equation | None:
    """Full weights − short + extra = total; None with open lines or several parts."""
    if version.total_before_cap is None or len(parts) != 1:
        return None
    lines = [line for group in parts[0].groups for line in group.lines]
    gaps = [line.points_value - line.weight_value for line in lines if line.points_value is not None]
    short = [gap for gap in gaps if gap < 0]
    extra = [gap for gap in gaps if gap > 0]
    words = {"count": len(short)}, {"count": len(extra)}
    return Equation(
        full=fixed(Decimal(parts[0].weight)),
        full_label=pgettext("card", "full weights"),
        short=fixed(-sum(short, ZERO)),
        short_label=ngettext("short on %(count)s line", "short on %(count)s lines", len(short)) % words[0],
        extra=fixed(sum(extra, ZERO)),
        extra_label=ngettext("extra on %(count)s line", "extra on %(count)s lines", len(extra)) % words[1],
        total=fixed(version.total_before_cap),
        total_label=gettext("Total"),
        adjustment=signed(version.adjustment) if version.adjustment else "",
        adjustment_label=_adjustment_label(version) if version.adjustment else "",
    )


def _adjustment_label(version: CardVersion) -> str:
    return pgettext("card", "Adjustment: %(reason)s") % {"reason": version.adjustment_reason}


def shortfalls(parts: Sequence[Segment], rows: Rows, count: int = 3) -> tuple[Shortfall, ...]:
    """The lines that lost most, the worst first, beside the team's average loss."""
    lines = [line for part in parts for group in part.groups for line in group.lines if line.short]
    # What does not apply lost nothing: its weight went to the other lines.
    lines = [line for line in lines if line.status != CardLine.Status.NOT_APPLICABLE]
    lines.sort(key=lambda line: (line.points_value or ZERO) - line.weight_value)
    found = []
    for line in lines[:count]:
        average = rows.team.get(f"line:{line.code}")
        team = ""
        if average is not None and average.team is not None:
            team = pgettext("card", "team average %(points)s") % {
                "points": signed((average.team - HUNDRED) * line.weight_value / HUNDRED)
            }
        found.append(Shortfall(name=line.name, delta=line.delta, team=team))
    return tuple(found)
