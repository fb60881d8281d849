"""What an import tells people: one sentence for each code, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.figures.evidence.formats import EVIDENCE_FORMATS
from reviews.figures.fields import LABELS
from reviews.figures.formats import PLATFORM_FORMATS
from reviews.figures.own import OWN_FORMATS
from staff.sheets.refusals import REFUSALS

MODES: dict[str, str | Promise] = {
    "pay_first": _("paying agent first"),
    "order_first": _("ordering agent first"),
}

SENTENCES: dict[str, str | Promise] = REFUSALS | {
    "not_a_number": _("“{text}” is not a number."),
    "negative_count": _("{text}: a count cannot be below 0."),
    "negative_amount": _("{text}: an amount cannot be below 0."),
    "negative_rate": _("{text}: a rate cannot be below 0."),
    "negative_time": _("{text}: a time cannot be below 0."),
    "negative_mark": _("{text}: a mark cannot be below 0."),
    "too_large": _("{text} is too large to be true."),
    "not_whole": _("{text}: a count is a whole number."),
    "below_a_cent": _("{text} has more than two decimals."),
    "rate_above_1": _("{text}: a rate is at most 100%; write 0.45 or 45%."),
    "not_text": _("{text} is not a name or number."),
    "digits_lost": _(
        "{text}: the spreadsheet has lost digits of this number; format the column as text and enter it again."
    ),
    "too_long": _("{text} is too long."),
    "unprintable": _("{text} holds characters that cannot be printed."),
    "not_a_date": _("“{text}” is not a date; write it as 2026-10-01."),
    "no_such_day": _("{text}: there is no such day."),
    "year_out_of_range": _("{text}: the year must be between 2000 and 2099."),
    "not_a_month": _("“{text}” is not a month; write it as 2026-10."),
    "not_a_time": _("“{text}” is not a time of day; write it as 09:00."),
    "unknown_word": _("“{text}” is not one of {words}."),
    "empty_cell": _("This cell must not be empty."),
    "no_owner": _("The row names neither a platform account nor a staff number."),
    "row_twice": _("The same account and days stand in row {first} already."),
    "more_cells": _("The row has more cells than the header; a comma inside a number may not be in quotes."),
    "unanswered_above": _(
        "{part} unanswered of {whole} received: there cannot be more unanswered than received."
    ),
    "span_backwards": _("{span}: the last day is before the first."),
    "span_two_months": _("{span} reaches over a month's end; only a week may. Export each month by itself."),
    "parts_differ": _("{rate} is printed, its parts give {true}; the parts count."),
    "refunds_above_sales": _("Refunds of {refunds} exceed sales of {sales} that day; kept and marked."),
    "not_final": _("Not final on the platform yet: stored as missing, not as 0."),
    "no_header": _("None of the first ten rows is a header that is known."),
    "missing_columns": _("Read as {format}, these columns are missing: {columns}."),
    "doubled_columns": _("These columns stand there more than once: {columns}."),
    "several_formats": _("Its sheets are of different formats: {sheets}. Save each as a file of its own."),
    "several_profiles": _("Several import profiles fit these headers: {names}. Choose one of them."),
    "encoding_unsure": _(
        "The header is plain ASCII, so it does not show the encoding. "
        "Say the encoding in the import profile {format}, or save the file as CSV UTF-8."
    ),
    "unused_columns": _("Columns that are not stored: {columns}."),
    "no_rows": _("There is a header and no row of figures below it."),
    "no_span": _("Neither a column nor the file name says which days these are; name the days."),
    "name_no_such_day": _("{text} in the file name is no day; name the days."),
    "name_several_spans": _("The file name states several spans of days; name the days."),
    "span_differs": _("The file name says {named}, you said {asked}."),
    "mode_differs": _("The file name says {named}, you said {asked}."),
    "snapshot": _(
        "A snapshot of {moment}: kept beside the day and not counted for cards. "
        "If it is the whole day's file, take the hour out of its name."
    ),
    "snapshot_kind": _(
        "Only a platform's file of agents can be a snapshot of an hour; {format} is none. "
        "Import it without the hour."
    ),
    "snapshot_differs": _("The file name says it was taken at {named}, you said {asked}."),
    "snapshot_day": _("A snapshot of {moment} holds figures of that day only; this file says other days."),
    "snapshot_twice": _("{who}: {file} of this batch says something else for the same hour."),
    "mode_mixed": _(
        "{month} of this shop stands under {old} already, this file says {new}. "
        "A shop's month has one mode only: leave the file out or undo the batches before."
    ),
    "overlap": _(
        "{span} of {who} overlaps {others}, which fill {field} already; keep those or replace them."
    ),
    "overlap_in_batch": _(
        "{span} of {who} overlaps {others} of another file of this batch, both fill {field}; "
        "leave one of the files out."
    ),
    "twice_in_batch": _("{who}, {span}: {file} of this batch says something else."),
    "unknown_person": _("Nobody has the staff number {text}."),
    "unknown_unit": _("There is no unit {text}."),
    "unknown_position": _("There is no position {text}."),
    "unknown_level": _("The position has no pay level {text}."),
    "unknown_shift": _("There is no shift type {text}."),
    "mark_above_full": _("{mark} is above the full mark {full}."),
    "not_employed": _("{who} is not employed on {day}."),
    "frozen": _(
        "{count} rows are of months whose cards are submitted: they will stand as late, not counted."
    ),
    "same_file": _("The same file went in on {day}: nothing in it is new."),
    "same_in_batch": _("The same file as {file}; read once."),
    "kept": _("{count} rows are left out, because figures of overlapping days are kept."),
    "twice_owner": _("{who} has an account and a staff number row for {span} from the same source."),
    "unmatched": _(
        "{account}: nobody has this account from {first} to {last}; {rows} rows wait for a match."
    ),
    "only_to_look_at": _(
        "This workbook shows faulty cells and is only to be looked at: rows are left out or buyers are masked. "
        "Correct the original file."
    ),
    "refused_row": "{reason}",
    "more_than_a_day": _("{text}: a day holds at most one day of attendance."),
    "no_attendance": _("{count} rows say nothing of attendance; they are left out."),
    "other_shops": _(
        "{count} rows are of other shops ({names}) and are left out; only those of {shop} count."
    ),
    "shop_named": _("The file calls the shop {named}; it is read as {shop}."),
    "not_this_shop": _("The rows are of {names}, not of {shop}. Choose that shop, or leave the file out."),
    "not_a_moment": _("“{text}” is not a day with its time; write it as 2026-10-01 09:30:00."),
    "no_buyers": _(
        "The file names no buyers: order exports of Qianniu have carried none since 2023. Orders without buyers "
        "cannot be told apart by agent; import the agents' reports of the platform instead."
    ),
    "masked_buyer": _("The buyer is masked; export orders and chats with the buyers' account names."),
    "refund_above_paid": _("More is refunded than was paid for the order."),
    "ends_before_begins": _("The chat ends before it begins."),
    "evidence_twice": _("Row {first} of {file} is the same one and says something else."),
}


def sentence(code: str, params: Mapping[str, object]) -> str:
    """Return the sentence of a code, filled in."""
    return str(SENTENCES[code]).format(**{key: _word(key, value) for key, value in params.items()})


def _word(key: str, value: object) -> object:
    """Return what stands for a code in a sentence: the words of a mode, a format or a field."""
    words: Mapping[str, str | Promise] = WORDS.get(key, {})
    return str(words.get(str(value), value)) if words else value


WORDS: Mapping[str, Mapping[str, str | Promise]] = {
    **dict.fromkeys(("old", "new", "named", "asked"), MODES),
    "format": {form.code: form.title for form in (*PLATFORM_FORMATS, *OWN_FORMATS, *EVIDENCE_FORMATS)},
    "field": LABELS,
}


def place(*, sheet: str, row: int | None, column: str, letter: str) -> str:
    """Return where a cell stands, as a person looks for it."""
    if row is None:
        return ""
    if not column:
        return gettext("row {row}").format(row=row)
    return gettext("row {row}, column {column} ({cell})").format(
        row=row, column=column, cell=f"{letter}{row}"
    )
