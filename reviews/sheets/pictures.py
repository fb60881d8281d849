"""Band strip, trend and radar with their words."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

from django.utils import formats
from django.utils.translation import pgettext

from reviews.models import Band, CardLine, PlanVersion
from reviews.scoring.explain import counted_weight
from reviews.scoring.plan import RADAR_NAMES, Radar
from reviews.scoring.rounding import round_half_up
from reviews.scoring.shown import fixed, plain
from reviews.scoring.words import Lang
from reviews.sheet import BandBox, BandStrip, RadarAxis, Trend, TrendMonth
from reviews.sheet import Radar as RadarSheet
from reviews.sheets.rows import Rows
from reviews.trends import TOTAL, PastTotal

ZERO = Decimal(0)
HUNDRED = Decimal(100)
GAP = "–"


def bands(rows: Rows, lang: Lang) -> BandStrip:
    """All bands, the current one marked, the distance to the next, and its proposal."""
    total = rows.version.total
    ladder = list(rows.bands)
    current = [band for band in ladder if total is not None and total >= band.at_least][-1:]
    above = [band for band in ladder if total is not None and band.at_least > total][:1]
    distance = ""
    if above and total is not None:
        distance = pgettext("card", "%(points)s points to the next band") % {
            "points": fixed(above[0].at_least - total)
        }
    advice = _advice(current[0], lang) if current else ""
    return BandStrip(
        caption=pgettext("card", "Bands and multiplier on performance pay (lower bound included)"),
        boxes=tuple(_boxes(ladder, current)),
        distance=distance,
        advice=advice,
        advice_note=_advice_note(rows.segments[-1].plan_version) if advice else "",
        highest=_highest(rows),
    )


def _boxes(ladder: Sequence[Band], current: Sequence[Band]) -> list[BandBox]:
    boxes = []
    for band, higher in pairwise([*ladder, None]):
        if band is None:
            continue
        low = plain(band.at_least)
        if higher is None:
            bounds = f"≥ {low}"
        elif band.at_least:
            bounds = f"{low} – {plain(higher.at_least)}"
        else:
            bounds = f"< {plain(higher.at_least)}"
        boxes.append(
            BandBox(
                at_least=band.at_least,
                bounds=bounds,
                multiplier=f"× {plain(band.multiplier)}",
                current=band in current,
            )
        )
    return boxes


def _advice(band: Band, lang: Lang) -> str:
    return band.advice_zh if lang == "zh" else band.advice_en or band.advice_zh


def _advice_note(plan: PlanVersion) -> str:
    cadence = PlanVersion.Proposals
    return {
        cadence.YEAR_AVERAGE: pgettext("card", "Proposed from the year's average; a person decides."),
        cadence.MONTH: pgettext("card", "Proposed every month; a person decides."),
        cadence.QUARTER: pgettext("card", "Proposed every quarter; a person decides."),
        cadence.STREAK: pgettext("card", "Proposed after %(months)s months in a row; a person decides.")
        % {"months": plan.streak_months},
    }.get(cadence(plan.proposals), "")


def _highest(rows: Rows) -> Decimal:
    """The greatest total the lines can give, in points."""
    if not rows.segments:
        return HUNDRED
    last = rows.segments[-1].pk
    mine = [line for line in rows.lines if line.segment_id == last]
    return sum((line.weight + Decimal(line.explanation["line"]["bonus_limit"]) for line in mine), ZERO)


def trend(rows: Rows) -> Trend:
    """Six months' totals ending with this one, as copied when the version was published."""
    this = rows.team.get(TOTAL)
    team = this.team if this else None
    months = [*rows.past, PastTotal(rows.card.month, rows.version.total, team)]
    return Trend(
        title=pgettext("card", "Totals of six months"),
        caption=pgettext("card", "solid: own, dashed: team"),
        months=tuple(
            TrendMonth(
                label=formats.date_format(one.month, pgettext("month on an axis", "M")),
                own=one.own,
                own_text=GAP if one.own is None else fixed(one.own),
                team=one.team,
            )
            for one in months
        ),
        note=_trend_note(rows, months[-1]),
        bounds=tuple(band.at_least for band in rows.bands),
    )


def _trend_note(rows: Rows, this: PastTotal) -> str:
    if this.own is None:
        return ""
    if rows.paper and TOTAL not in rows.team:
        return pgettext("card", "Earlier months and the team's average are printed after publication.")
    if this.team is None:
        return pgettext("card", "No team average: fewer than five cards, or not yet published.")
    words = {"team": fixed(this.team), "points": fixed(abs(this.own - this.team))}
    if this.own == this.team:
        return pgettext("card", "Team average of this month %(team)s, own total equal") % words
    if this.own > this.team:
        return pgettext("card", "Team average of this month %(team)s, own total %(points)s above") % words
    return pgettext("card", "Team average of this month %(team)s, own total %(points)s below") % words


def percent(value: Decimal | None) -> str:
    """A share in whole percent, – where there is none."""
    return GAP if value is None else f"{value.quantize(Decimal(1), ROUND_HALF_UP)}%"


def own_share(lines: Sequence[CardLine]) -> Decimal | None:
    """Points as percent of weight, parts of a month by their days; None with an open line."""
    earned = weight = Fraction(0)
    for line in lines:
        if line.points is None:
            return None
        days = max(line.segment.days_worked, 1)
        earned += Fraction(line.points) * days
        weight += counted_weight(line.explanation) * days
    return round_half_up(earned / weight * 100, 8) if weight else None


def radar(rows: Rows, lang: Lang) -> RadarSheet:
    """Shares of weight by group of lines, beside the team's averages copied at publishing."""
    axes = []
    people = 0
    for corner in Radar:
        mine = [line for line in rows.lines if line.explanation["line"]["radar"] == corner.value]
        if not mine:
            continue
        own = own_share(mine)
        copied = rows.team.get(corner.value)
        team = copied.team if copied else None
        people = max(people, copied.people if copied and team is not None else 0)
        axes.append(
            RadarAxis(
                name=RADAR_NAMES[corner][0 if lang == "zh" else 1],
                own=own,
                own_text=percent(own),
                team=team,
                team_text=percent(team),
            )
        )
    label = ""
    if people:
        label = pgettext("card", "Team average (people: %(count)s)") % {"count": people}
    return RadarSheet(
        title=pgettext("card", "Share of weight"),
        caption=pgettext("card", "outer ring 100%, centre 40%"),
        axes=tuple(axes),
        team_label=label,
    )
