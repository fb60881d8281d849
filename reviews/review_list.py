"""The cards of a review as a workbook, as its reader may see them; texts stay texts, whatever they begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from reviews.access import sees_money
from reviews.models import Review
from reviews.overview_rows import Row
from reviews.scoring import shown
from reviews.sheets.chain import ROLES
from staff.sheets.writing import Cell, xlsx_file

HEADERS = (
    gettext_lazy("Staff number"),
    gettext_lazy("Agent"),
    gettext_lazy("Team"),
    gettext_lazy("State"),
    gettext_lazy("Total"),
    gettext_lazy("Multiplier"),
    gettext_lazy("Against last month"),
    gettext_lazy("Missing"),
    gettext_lazy("Needs eyes"),
    gettext_lazy("Waiting for"),
    gettext_lazy("Due"),
    gettext_lazy("Working days late"),
)
AMOUNTS = (gettext_lazy("base salary"), gettext_lazy("performance pay"))


def workbook(review: Review, rows: Sequence[Row], user: Any, *, on: date) -> bytes:
    """Return the rows as a workbook. Amounts stand in it where the reader may see them, of no trial month."""
    money = {row.card.pk: not review.trial and sees_money(user, row.card, on=on) for row in rows}
    headers = [str(label) for label in (*HEADERS, *(AMOUNTS if any(money.values()) else ()))]
    return xlsx_file(_("Cards"), headers, [_cells(row, money) for row in rows])


def _cells(row: Row, money: Mapping[int, bool]) -> list[Cell]:
    card, version = row.card, row.card.current
    joined = pgettext("between names", ", ").join
    cells: list[Cell] = [
        card.person.staff_no,
        card.person.name,
        card.unit.name,
        str(card.get_state_display()),
        shown.fixed(version.total) if version and version.total is not None else "",
        shown.plain(version.multiplier) if version and version.multiplier is not None else "",
        shown.signed(row.change) if row.change is not None else "",
        joined(gap.name for gap in row.lacks),
        joined(row.flags),
        str(ROLES.get(row.waits_for, row.waits_for)),
        timezone.localdate(row.due.at) if row.due else None,
        str(row.due.late) if row.due and row.due.late else "",
    ]
    if any(money.values()):
        amounts = (version.base_salary, version.performance_pay) if version and money[card.pk] else ()
        cells += [shown.fixed(amount) if amount is not None else "" for amount in amounts] or ["", ""]
    return cells
