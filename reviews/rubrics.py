"""Rubrics: loading the shipped one, and finding the one that governs a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from reviews import shipped_rubric as shipped
from reviews.models.rubrics import FULL_HALVES, RootCause, Rubric, RubricItem, RubricMark, RubricVersion

FROM_THE_START = date(2020, 1, 1)


@transaction.atomic
def load_rubric(*, starts_on: date = FROM_THE_START) -> RubricVersion:
    """Create the shipped rubric unless it is there; harmless when run again. Return its newest version."""
    rubric, _ = Rubric.objects.get_or_create(
        code=shipped.CODE, defaults={"name_zh": shipped.NAME[0], "name_en": shipped.NAME[1]}
    )
    newest = rubric.versions.order_by("number").last()
    if newest is not None:
        return newest
    version = RubricVersion.objects.create(
        rubric=rubric, number=1, starts_on=starts_on, source="spec/spot-checks.md, Rubric"
    )
    causes = {
        code: RootCause.objects.get_or_create(code=code, defaults={"name_zh": zh, "name_en": en})[0]
        for code, (zh, en) in shipped.CAUSES.items()
    }
    for order, given in enumerate(shipped.ITEMS, start=1):
        item = RubricItem.objects.create(
            version=version,
            code=given.code,
            name_zh=given.name[0],
            name_en=given.name[1],
            short_zh=given.short[0],
            short_en=given.short[1],
            order=order,
            critical=given.critical,
            measure=given.measure,
        )
        item.causes.set(causes[code] for code in given.causes)
        RubricMark.objects.bulk_create(
            RubricMark(item=item, halves=FULL_HALVES - 2 * step, meaning_zh=zh, meaning_en=en)
            for step, (zh, en) in enumerate(given.meanings)
        )
    return version


def versions_for(position_ids: Iterable[int], *, on: date) -> dict[int, RubricVersion]:
    """Return per position the rubric version in force on a day: its own, else the one for all. One query.

    A position for which none has begun is left out.
    """
    wanted = set(position_ids)
    found: dict[int | None, RubricVersion] = {}
    rows = RubricVersion.objects.filter(starts_on__lte=on).select_related("rubric")
    for version in rows.order_by("starts_on", "number"):
        found[version.rubric.position_id] = version
    general = found.get(None)
    chosen = {position: found.get(position, general) for position in wanted}
    return {position: version for position, version in chosen.items() if version is not None}
