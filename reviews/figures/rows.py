"""The rows under a header -> values, each faulty cell named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from reviews.figures import cells, days
from reviews.figures.cells import Fault, Missing
from reviews.figures.columns import (
    ACCOUNT,
    DAY,
    EXAMPLE,
    LAST_DAY,
    NAME,
    SHOP_NAME,
    STAFF_NO,
    Column,
    Kind,
    RateCheck,
    Unit,
)
from reviews.figures.days import Span
from reviews.figures.fields import AGENT_FIELDS, PARTS, SHOP_FIELDS
from reviews.figures.packed import Packed
from staff.sheets.archives import letters

if TYPE_CHECKING:
    from reviews.figures.headers import Header

# What tells two rows of one owner and span apart, beside these two.
TOLD_BY = (SHOP_NAME, "month", "exam", "starts", "event", "order", "story")
ERROR, NOTE = "error", "note"
MAX_ISSUES = 1_000
# Where a sum or an average says that it is one.
LABELS = (ACCOUNT, STAFF_NO, NAME, SHOP_NAME, DAY, "month")
PLAIN = frozenset({int, str, date, Decimal})  # what most cells are: neither missing nor at fault

READERS: Mapping[Unit, Callable[[object], Any]] = {
    Unit.COUNT: cells.read_count,
    Unit.MONEY: cells.read_money,
    Unit.RATE: cells.read_rate,
    Unit.RATIO: cells.read_ratio,
    Unit.SECONDS: cells.read_seconds,
    Unit.MARK: cells.read_mark,
    Unit.DAYS: cells.read_days,
    Unit.TEXT: cells.read_text,
    Unit.DAY: days.read_day,
    Unit.MONTH: days.read_month,
    Unit.CLOCK: days.read_clock,
    Unit.MOMENT: days.read_moment,
}


@dataclass(frozen=True, slots=True)
class Issue:
    """An error or a note: a code for its sentence, where it stands, and what to fill in."""

    severity: str
    code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    letter: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


class Row(Packed):
    """One row as values: whose, which days, and what it fills. A missing figure is not a key."""

    __slots__ = ("account", "flags", "number", "sheet", "span", "staff_no")

    def __init__(
        self,
        sheet: str,
        number: int,
        account: str,
        staff_no: str,
        span: Span | None,
        values: dict[str, Any],
        flags: tuple[str, ...] = (),
    ) -> None:
        """Keep what was read."""
        super().__init__(values)
        self.sheet, self.number, self.account, self.staff_no = sheet, number, account, staff_no
        self.span, self.flags = span, flags


class RowReader:
    """Reads the rows under one header, collecting values and faults."""

    def __init__(self, sheet: str, header: Header, bad: Mapping[tuple[int, str], str]) -> None:
        self.sheet, self.header, self.form, self.bad = sheet, header, header.form, bad
        self.rows: list[Row] = []
        self.issues: list[Issue] = []
        self.faulty: set[int] = set()
        self.not_final: set[int] = set()
        self.stored = {*AGENT_FIELDS, *SHOP_FIELDS, *(part for one in self.form.added for part in one.parts)}
        self.skipped = 0
        self.seen: dict[tuple[object, ...], int] = {}
        self.spans: dict[tuple[date, date], Span] = {}  # one object for the many rows of a day
        self.names: dict[str, str] = {}  # and one for the many of an account
        meanings = {column.meaning for column in header.columns.values()}
        self.told_by = [meaning for meaning in TOLD_BY if meaning in meanings]
        self.plan = [
            (index, letters(index), column, READERS[column.unit])
            for index, column in sorted(header.columns.items())
            if column.meaning
        ]
        self.labels = [(i, c.meaning) for i, _l, c, _r in self.plan if c.meaning in LABELS]
        # The example row of an own sheet says so in the sheet's first column.
        self.first = min(header.names)
        self.last_column = max(header.names)

    def read(self, rows: Iterable[tuple[int, int, list[object]]]) -> None:
        """Read all rows below the header; a sheet of nothing but faults only until they are many."""
        for number, first_column, found in rows:
            if len(self.faulty) >= MAX_ISSUES:
                break
            if number <= self.header.row:
                continue
            line = [""] * first_column + found if first_column else found
            if any(line) or any(cell not in ("", None) for cell in line):
                self._row(number, line)

    def _row(self, number: int, line: list[Any]) -> None:
        if self._skip(line):
            self.skipped += 1
            return
        width = len(line)
        if width > self.last_column + 1 and any(str(cell).strip() for cell in line[self.last_column + 1 :]):
            self._error(number, "more_cells", None, "")
        values: dict[str, Any] = {}
        for index, letter, column, reader in self.plan:
            cell = line[index] if index < width else ""
            if cell == "" and self.bad and (code := self.bad.get((number, letter))):
                self._error(number, code, column, letter)
                continue
            value = reader(cell)
            if value.__class__ in PLAIN and not column.choices:
                values[column.meaning] = value
            else:
                self._cell(number, letter, column, value, values)
        self._finish(number, values, line)

    def _skip(self, line: list[Any]) -> bool:
        """Say whether a row is a sum, an average, or an own sheet's example."""
        if self.form.own and self.first < len(line) and str(line[self.first]).startswith(EXAMPLE):
            return True
        texts = [(line[i], meaning) for i, meaning in self.labels if i < len(line)]
        return any(
            isinstance(text, str) and text and cells.is_summary(text, of_agents=meaning == ACCOUNT)
            for text, meaning in texts
        )

    def _cell(self, number: int, letter: str, column: Column, value: Any, values: dict[str, Any]) -> None:
        if isinstance(value, Fault):
            self._error(number, value.code, column, letter, text=value.text)
        elif isinstance(value, Missing):
            if value.why == cells.NOT_FINAL:
                self._note(number, "not_final", column, letter)
                if column.meaning in self.stored:
                    self.not_final.add(number)
            elif column.meaning == DAY or (
                column.required and column.unit in (Unit.DAY, Unit.MONTH, Unit.TEXT, Unit.CLOCK, Unit.MARK)
            ):
                self._error(number, "empty_cell", column, letter)
        elif column.choices:
            meaning = _choice(column, value)
            if meaning is None:
                words = "、".join(column.choices)
                self._error(number, "unknown_word", column, letter, text=value, words=words)
            else:
                values[column.meaning] = meaning
        else:
            values[column.meaning] = value

    def _finish(self, number: int, values: dict[str, Any], line: list[Any]) -> None:
        account, staff_no = values.pop(ACCOUNT, ""), values.pop(STAFF_NO, "")
        if self.form.any_of == (STAFF_NO, ACCOUNT) and not account and not staff_no:
            self._error(number, "no_owner", None, "")
        span = self._span(number, values)
        flags = self._check(number, values, line)
        if number in self.faulty:
            return
        account = self.names.setdefault(account, account)
        staff_no = self.names.setdefault(staff_no, staff_no)
        whose = (account, staff_no, span, *map(values.get, self.told_by))
        if any(whose) and (first := self.seen.setdefault(whose, number)) != number:
            self._error(number, "row_twice", None, "", first=first)
            return
        self.rows.append(Row(self.sheet, number, account, staff_no, span, values, tuple(flags)))

    def _span(self, number: int, values: dict[str, Any]) -> Span | None:
        """Return the days a row names; sheets of exams and shifts keep their day as a value too."""
        first = values.get(DAY)
        if not isinstance(first, date):
            return None
        last = values.pop(LAST_DAY, None) or first
        span = self.spans.get((first, last))
        if span is None:
            span = self.spans[first, last] = Span(first, last)
        if span.problem:
            self._error(number, span.problem, None, "", span=str(span))
        if self.form.kind in (Kind.AGENT, Kind.SHOP):
            del values[DAY]  # what is left is figures only, and is kept as it is
        return span

    def _check(self, number: int, values: dict[str, Any], line: list[Any]) -> list[str]:
        """Fill what follows from other columns and compare rates with their parts; return flags."""
        for added in self.form.added:
            if all(part in values for part in added.parts):
                values[added.meaning] = sum(values[part] for part in added.parts)
        receptions, unanswered = values.get("receptions"), values.get("unanswered")
        if receptions is not None and unanswered is not None:
            if unanswered > receptions:
                self._error(number, "unanswered_above", None, "", part=unanswered, whole=receptions)
            elif self.form.answered_from_parts:
                values["answered"] = receptions - unanswered
        flags = ["rate_only"] if any(_lacks_parts(rate, values) for rate in PARTS) else []
        differing = [check for check in self.form.checks if self._differs(number, check, values, line)]
        if differing:
            flags.append("parts_differ")
        sales, refunds = values.get("sales"), values.get("refund_amount")
        if sales is not None and refunds is not None and refunds > sales:
            self._note(number, "refunds_above_sales", None, "", refunds=str(refunds), sales=str(sales))
            flags.append("refunds_above_sales")
        if number in self.not_final:
            flags.append("not_final")
        return flags

    def _differs(self, number: int, check: RateCheck, values: dict[str, Any], line: list[Any]) -> bool:
        """Note a printed rate that its parts contradict by more than its last printed digit."""
        rate = values.get(check.rate)
        if rate is None:
            return False
        part, whole = values.get(check.part), values.get(check.whole)
        if part is None or not whole:
            return False
        true = Decimal(part) / Decimal(whole)
        true = 1 - true if check.complement else true
        index, letter, column = next((i, le, c) for i, le, c, _r in self.plan if c.meaning == check.rate)
        if abs(true - rate) <= cells.printed_step(line[index]):
            return False
        params = {"rate": str(line[index]), "true": f"{(true * 100).quantize(Decimal('0.01'))}%"}
        self._note(number, "parts_differ", column, letter, **params)
        values[check.rate] = true.quantize(cells.RATE_PLACES, ROUND_HALF_UP)
        return True

    def _error(self, number: int, code: str, column: Column | None, letter: str, /, **params: object) -> None:
        self.faulty.add(number)
        self._issue(ERROR, number, code, column, letter, params)

    def _note(self, number: int, code: str, column: Column | None, letter: str, /, **params: object) -> None:
        self._issue(NOTE, number, code, column, letter, params)

    def _issue(
        self,
        severity: str,
        number: int,
        code: str,
        column: Column | None,
        letter: str,
        params: Mapping[str, object],
    ) -> None:
        if len(self.issues) < MAX_ISSUES:
            header = self.header.names[_index(letter)] if letter else ""
            self.issues.append(Issue(severity, code, self.sheet, number, header, letter, params))


def _lacks_parts(rate: str, values: Mapping[str, Any]) -> bool:
    return rate in values and any(part not in values for part in PARTS[rate])


def _choice(column: Column, value: str) -> str | None:
    wanted = cells.header_key(value)
    return next((code for word, code in column.choices.items() if cells.header_key(word) == wanted), None)


def _index(letter: str) -> int:
    number = 0
    for character in letter:
        number = number * 26 + ord(character) - 64
    return number - 1
