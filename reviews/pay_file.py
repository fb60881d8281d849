"""A hand-over as a workbook for the pay office: one row per person, totals, and a sheet about itself.

The same export gives the same bytes. Withdrawn lines are not among the rows; the second sheet names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reviews.models import HandOver, HandOverExport, HandOverLine
from staff.sheets.writing import Amount, Sheet, xlsx_book

ZERO = Decimal(0)
PAY_WIDTHS = (14, 16, 20, 16, 16, 10, 10, 16, 16, 16, 16, 68)
ABOUT_WIDTHS = (28, 100)


def pay_file(export: HandOverExport, lines: Sequence[HandOverLine]) -> bytes:
    """Return the workbook of one export; the lines need `version` selected and come in their order."""
    made = export.hand_over
    counted = [line for line in lines if line.withdrawn_at is None]
    withdrawn = [line for line in lines if line.withdrawn_at is not None]
    pay = Sheet(
        _titled(made, _("Pay")),
        _headers(),
        [_row(line) for line in counted],
        totals=[_totals(made, counted)],
        widths=PAY_WIDTHS,
    )
    rows = [*_about(export), *_withdrawn(withdrawn), *_recipe()]
    return xlsx_book([pay, Sheet(_titled(made, _("About")), (), rows, widths=ABOUT_WIDTHS)])


def file_name(export: HandOverExport) -> str:
    """Name the file by what it is: review, hand-over, original or copy."""
    made = export.hand_over
    parts = [
        *([_("Trial month")] if made.review.trial else []),
        _("Pay"),
        made.review.unit.name,
        f"{made.review.month:%Y-%m}",
        number_words(made),
        copy_words(export),
    ]
    name = " ".join(parts)
    return "".join("-" if sign in '\\/:*?"<>|' else sign for sign in name) + ".xlsx"


def number_words(made: HandOver) -> str:
    """Name a hand-over: the month's, or which supplementary one."""
    if made.number == 1:
        return _("Hand-over 1 (month)")
    return _("Hand-over %(number)s (supplementary)") % {"number": made.number}


def copy_words(export: HandOverExport) -> str:
    """Say whether an export is the original or which copy."""
    if export.number == 1:
        return _("original")
    return _("copy %(number)s") % {"number": export.number - 1}


def _titled(made: HandOver, title: str) -> str:
    return f"{_('Trial month')} {title}" if made.review.trial else title


def _headers() -> list[str]:
    return [
        _("Staff number"),
        _("Name"),
        _("Unit"),
        _("Position"),
        _("Level"),
        _("Total"),
        _("Multiplier"),
        _("Base salary"),
        _("Performance salary"),
        pgettext("pay file", "Performance pay"),
        _("Sum (CNY)"),
        _("Digest of the card"),
    ]


def _row(line: HandOverLine) -> list[Amount]:
    base, earned = line.base_salary or ZERO, line.performance_pay or ZERO
    return [
        line.staff_no,
        line.name,
        line.unit_name,
        line.position_name,
        line.level_name,
        line.total,
        line.multiplier,
        base,
        line.performance_salary or ZERO,
        earned,
        base + earned,
        line.version.sha256,
    ]


def _totals(made: HandOver, lines: Sequence[HandOverLine]) -> list[Amount]:
    standard = sum((line.performance_salary or ZERO for line in lines), ZERO)
    base, earned = made.base_sum or ZERO, made.performance_sum or ZERO
    count = ngettext("%(count)s person", "%(count)s people", made.cards) % {"count": made.cards}
    return [_("Sums"), count, None, None, None, None, None, base, standard, earned, base + earned, None]


def _about(export: HandOverExport) -> list[list[Amount]]:
    made = export.hand_over
    base, earned = made.base_sum or ZERO, made.performance_sum or ZERO
    month = date_format(made.review.month, "YEAR_MONTH_FORMAT")
    rows: list[list[Amount]] = [
        [_("Review"), f"{made.review.unit.name} {month}"],
        [_("Hand-over"), number_words(made)],
        [_("This file"), copy_words(export)],
        [_("Handed over by"), by_words(made)],
        [_("Handed over"), _minute(made.made_at)],
        [_("Exported by"), export.by.person.name if export.by.person else export.by.get_username()],
        [_("Exported"), _minute(export.at)],
        [_("Number of people"), made.cards],
        [_("Sum of base salaries (CNY)"), base],
        [_("Sum of performance pay (CNY)"), earned],
        [_("Sum of both (CNY)"), base + earned],
        [_("Control sum"), export.control_sum],
        [_("Not in it"), _("Commission and rewards stand on the pay statement.")],
    ]
    if made.review.trial:
        rows.insert(0, [_("Trial month"), _("A trial month creates no pay. Do not pay by this file.")])
    return rows


def by_words(made: HandOver) -> str:
    """Name who handed over, and for whom."""
    if made.for_person is None:
        return made.made_by.name
    words = {"who": made.made_by.name, "holder": made.for_person.name}
    return _("%(who)s on behalf of %(holder)s") % words


def _minute(at: object) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"  # type: ignore[arg-type]


def _withdrawn(lines: Sequence[HandOverLine]) -> list[list[Amount]]:
    return [
        [
            _("Withdrawn, not in the sums"),
            _("%(who)s (%(number)s), returned on %(when)s")
            % {"who": line.name, "number": line.staff_no, "when": _minute(line.withdrawn_at)},
        ]
        for line in lines
    ]


def _recipe() -> list[list[Amount]]:
    """Say how the control sum is computed again from the first sheet."""
    steps = (
        _("Leave out the headings and the row of sums."),
        _(
            "Write each row as staff number, total (2 decimals), multiplier (3 decimals, nothing where there "
            "is none), base salary, performance salary, performance pay (2 decimals each) and the digest of "
            "the card, separated by tabs, with a line feed at the end."
        ),
        _("Put these rows in the order of their bytes in UTF-8."),
        _("The control sum is the SHA-256 of all of them together, in small hexadecimal letters."),
    )
    title = _("How to check the control sum")
    return [
        [title if number == 1 else None, f"{number}. {step}"] for number, step in enumerate(steps, start=1)
    ]
