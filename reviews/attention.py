"""Which cards need eyes before they are passed on, and why, in words.

What is looked at comes with the cards by `marked` or is read for them: four queries, however many cards.
Source: month.md, "In bulk, exceptions first".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reviews import means
from reviews.checking import Coverage
from reviews.means import Apart, Checked
from reviews.models import Band, Card, CardLine, CardSegment, CardVersion, Objection, OpeningMonth
from reviews.models.cards import SEEN_BY_SUBJECT
from reviews.rubrics import versions_for
from reviews.scoring.shown import fixed, plain
from staff.calendar import add_months, last_day_of

NEAR = Decimal("0.5")
FAR = Decimal(10)
# What `marked` puts on each card.
MARKS = ("bound_above", "total_before", "opened_before", "waived", "objections_open", "objections_upheld")


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at on one scored card. Points; `before` is the month before's total, if there is one."""

    total: Decimal
    month: date
    bounds: tuple[Decimal, ...] = ()
    before: Decimal | None = None
    before_cap: Decimal | None = None
    waived: int = 0
    adjusted: bool = False
    estimated: bool = False
    cover: Coverage | None = None
    apart: Apart | None = None
    objections_open: int = 0
    objections_upheld: int = 0


def reasons(looked: Looked) -> list[str]:
    """Return why a card needs eyes, the nearest to pay first; an empty list where it needs none."""
    said = [
        _near(looked.total, looked.bounds),
        _moved(looked.total, looked.before, looked.month),
        _objections(looked.objections_open, looked.objections_upheld),
        _waived_words(looked.waived),
        _few_checks(looked.cover),
        _apart_words(looked.apart),
        _("holds an adjustment line") if looked.adjusted else "",
        _("holds estimated figures") if looked.estimated else "",
        _capped(looked.total, looked.before_cap),
    ]
    return [one for one in said if one]


def reasons_of(
    version: CardVersion,
    *,
    month: date,
    bounds: Sequence[Decimal],
    before: Decimal | None,
    waived: int,
    cover: Coverage | None,
    apart: Apart | None = None,
    objections: tuple[int, int] = (0, 0),
) -> list[str]:
    """Return why one version needs eyes, from what has been read already; one without a total needs none.

    `objections`: how many are open and how many were upheld.
    """
    if version.total is None:
        return []
    return reasons(
        Looked(
            total=version.total,
            month=month,
            bounds=tuple(bounds),
            before=before,
            before_cap=version.total_before_cap,
            waived=waived,
            adjusted=bool(version.adjustment),
            estimated=version.estimated,
            cover=cover,
            apart=apart,
            objections_open=objections[0],
            objections_upheld=objections[1],
        )
    )


def marked(cards: QuerySet[Card], *, month: date) -> QuerySet[Card]:
    """Put on each card of a month what `flags_of` looks at beside its version, within the cards' own query."""
    before = add_months(month, -1)
    own = Card.objects.filter(person=OuterRef("person"), month=before, state__in=SEEN_BY_SUBJECT).order_by()
    opened = OpeningMonth.objects.filter(person=OuterRef("person"), month=before)
    last = CardSegment.objects.filter(version=OuterRef("current")).order_by("-order")
    bands = Band.objects.filter(version=OuterRef("plan_used"), at_least__gt=OuterRef("current__total"))
    waived = CardLine.objects.filter(
        segment__version=OuterRef("current"), status=CardLine.Status.WAIVED
    ).order_by()
    # What was objected to in a version that is gone waits for nobody any more.
    waiting = Objection.objects.filter(version=OuterRef("current"), outcome="").order_by()
    upheld = Objection.objects.filter(
        version__card=OuterRef("pk"), outcome=Objection.Outcome.UPHELD
    ).order_by()
    return cards.annotate(
        plan_used=Subquery(last.values("plan_version")[:1]),
        bound_above=Subquery(bands.order_by("at_least").values("at_least")[:1]),
        total_before=Subquery(own.values("current__total")[:1]),
        opened_before=Subquery(opened.values("total")[:1]),
        waived=_counted(waived, "segment__version"),
        objections_open=_counted(waiting, "version"),
        objections_upheld=_counted(upheld, "version__card"),
    )


def _counted(rows: QuerySet[Any], by: str) -> Subquery:
    return Subquery(rows.values(by).annotate(n=Count("pk")).values("n"), output_field=IntegerField())


def flags_of(
    cards: Sequence[Card],
    *,
    checks: Mapping[int, Checked] | None = None,
    cover: Mapping[int, Coverage] | None = None,
) -> dict[int, list[str]]:
    """Return for each card that needs eyes the reasons, by card id; cards that need none are left out.

    The cards need `current` and `position` selected and are of one month. Pass all cards the reader sees of
    the review: they say whose means may be compared. `checks` are `means.checked` and `cover` is
    `coverage_of`, where they are read already.
    """
    scored = [card for card in cards if card.current is not None and card.current.total is not None]
    if not scored:
        return {}
    month = scored[0].month
    marks = _marks_of(scored, month)
    people = means.checked(month) if checks is None else checks
    cover = coverage_of(scored, people, month=month) if cover is None else cover
    apart = means.apart_by_assessor(
        people,
        reviews={card.review_id for card in scored},
        seen={card.person_id for card in cards},
    )
    found: dict[int, list[str]] = {}
    for card in scored:
        stands = apart.get((card.review_id, card.assessor_id)) if card.person_id in people else None
        if said := _reasons(card, marks[card.pk], cover=cover.get(card.person_id), stands=stands):
            found[card.pk] = said
    return found


def coverage_of(
    cards: Collection[Card], people: Mapping[int, Checked], *, month: date
) -> dict[int, Coverage]:
    """Return per agent how many chats of a month were checked, against the rubric's quota. One query."""
    agents = {card.person_id: card.position_id for card in cards if card.position.subject_kind == "agent"}
    versions = versions_for(agents.values(), on=last_day_of(month)) if agents else {}
    found = {}
    for person, position in agents.items():
        version, made = versions.get(position), people.get(person)
        quota = (version.quota, version.quota_sold, version.quota_unsold) if version else (0, 0, 0)
        found[person] = Coverage(made.sold if made else 0, made.unsold if made else 0, *quota)
    return found


def _marks_of(cards: Sequence[Card], month: date) -> dict[int, Mapping[str, Any]]:
    if all("bound_above" in card.__dict__ for card in cards):
        return {card.pk: card.__dict__ for card in cards}
    rows = marked(Card.objects.filter(pk__in=[card.pk for card in cards]), month=month).order_by()
    return {row["pk"]: row for row in rows.values("pk", *MARKS)}


def _reasons(
    card: Card, marks: Mapping[str, Any], *, cover: Coverage | None, stands: Apart | None
) -> list[str]:
    version = card.current
    if version is None:
        return []
    before = marks["total_before"]
    return reasons_of(
        version,
        month=card.month,
        bounds=[bound for bound in (version.band_at_least, marks["bound_above"]) if bound],
        before=marks["opened_before"] if before is None else before,
        waived=marks["waived"] or 0,
        cover=cover,
        apart=stands,
        objections=(marks["objections_open"] or 0, marks["objections_upheld"] or 0),
    )


def _near(total: Decimal, bounds: Sequence[Decimal]) -> str:
    nearest = min(bounds, key=lambda bound: abs(bound - total), default=None)
    if nearest is None or abs(nearest - total) > NEAR:
        return ""
    words = {"bound": plain(nearest), "points": fixed(abs(nearest - total))}
    if total < nearest:
        return _("%(points)s below the %(bound)s band") % words
    return _("%(points)s above the bound of the %(bound)s band") % words


def _moved(total: Decimal, before: Decimal | None, month: date) -> str:
    if before is None or abs(total - before) <= FAR:
        return ""
    words = {
        "points": fixed(abs(total - before)),
        "month": date_format(add_months(month, -1), pgettext("date format of a month's name", "F")),
    }
    if total > before:
        return _("%(points)s above %(month)s") % words
    return _("%(points)s below %(month)s") % words


def _waived_words(count: int) -> str:
    return (
        ngettext("%(count)s line waived", "%(count)s lines waived", count) % {"count": count} if count else ""
    )


def _few_checks(cover: Coverage | None) -> str:
    # A quota not reached is a reason to look, not a missing line.
    if cover is None or not cover.short:
        return ""
    return _("spot checks: %(done)s of %(quota)s") % {"done": cover.done, "quota": cover.quota}


def _apart_words(stands: Apart | None) -> str:
    if stands is None:
        return ""
    words = {"own": fixed(stands.own), "others": fixed(stands.others)}
    return _("spot-check mean %(own)s, other supervisors %(others)s") % words


def _objections(waiting: int, upheld: int) -> str:
    if waiting:
        said = ngettext("%(count)s objection open", "%(count)s objections open", waiting)
        return said % {"count": waiting}
    if upheld:
        said = ngettext(
            "%(count)s objection upheld this month", "%(count)s objections upheld this month", upheld
        )
        return said % {"count": upheld}
    return ""


def _capped(total: Decimal, before_cap: Decimal | None) -> str:
    if before_cap is None or before_cap == total:
        return ""
    return _("the total is capped by a veto")
