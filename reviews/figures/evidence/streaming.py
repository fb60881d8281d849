"""The rows of orders, chats and refunds one by one: checked, never held together, never quoted.

Messages name row and column only: what a cell says may be a buyer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from reviews.figures import cells
from reviews.figures.cells import MISSING_BLANK, Missing
from reviews.figures.evidence.buyers import is_masked
from reviews.figures.evidence.formats import BUYER, SUCCEEDED
from reviews.figures.formats import ACCOUNT, Column, Kind
from reviews.figures.rows import Row, RowReader
from staff.sheets.tables import Rows

if TYPE_CHECKING:
    from reviews.figures.headers import Header

LONGEST = {ACCOUNT: 120, "number": 40, "order_number": 40, "reason": 100, "responsible": 40, "status": 30}
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[A-Za-z]|[^\x00-\x7f]")


class EvidenceReader(RowReader):
    """Reads rows under a header of evidence and hands them on one at a time."""

    def __init__(self, sheet: str, header: Header, bad: Mapping[tuple[int, str], str]) -> None:
        super().__init__(sheet, header, bad)
        self.named = self.nameless = 0
        self.where = {column.meaning: (letter, column) for _i, letter, column, _r in self.plan}
        self.plan = [
            (index, letter, column, _is_filled if column.meaning == "presale" else reader)
            for index, letter, column, reader in self.plan
        ]
        self.state = next((index for index, _l, column, _r in self.plan if column.meaning == "state"), None)

    def stream(self, rows: Rows) -> Iterator[Row]:
        """Yield each good row below the header; faults gather in `issues`. Raises Refused for a damaged file."""
        for number, first_column, found in rows:
            if number <= self.header.row:
                continue
            line = [""] * first_column + found if first_column else found
            if any(cell not in ("", None) for cell in line):
                self._row(number, line)
                if self.rows:
                    yield self.rows.pop()

    def _skip(self, line: list[Any]) -> bool:
        if self.form.kind is Kind.REFUNDS and self.state is not None and self.state < len(line):
            state = cells.read_text(line[self.state])
            if isinstance(state, str) and state != SUCCEEDED:
                return True
        return super()._skip(line)

    def _finish(self, number: int, values: dict[str, Any], line: list[Any]) -> None:
        CHECKS[self.form.kind](self, number, values)
        for meaning, longest in LONGEST.items():
            if len(values.get(meaning, "")) > longest:
                self.fault(number, "too_long", meaning, text="…")
        if number not in self.faulty:
            self.rows.append(Row(self.sheet, number, "", "", None, values))

    def fault(self, number: int, code: str, meaning: str, **params: object) -> None:
        """Note what is wrong with the cell of a meaning."""
        letter, column = self.where.get(meaning, ("", None))
        self._error(number, code, column, letter, **params)

    def _issue(
        self,
        severity: str,
        number: int,
        code: str,
        column: Column | None,
        letter: str,
        params: Mapping[str, object],
    ) -> None:
        hidden = {key: hide(value) if isinstance(value, str) else value for key, value in params.items()}
        super()._issue(severity, number, code, column, letter, hidden)


def hide(text: str) -> str:
    """Return the shape of a cell without what it says: it may be somebody's name or number."""
    return _LETTER.sub("*", _DIGIT.sub("#", text))


def _is_filled(value: object) -> bool | Missing:
    if isinstance(value, str):
        return MISSING_BLANK if cells.missing_word(cells.clean(value)) else True
    return MISSING_BLANK if value is None else True


def _check_order(reader: EvidenceReader, number: int, values: dict[str, Any]) -> None:
    buyer = values.get(BUYER, "")
    if buyer and not is_masked(buyer):
        reader.named += 1
    else:
        reader.nameless += 1
        reader.fault(number, "masked_buyer" if buyer else "empty_cell", BUYER)
    if "created" not in values:
        _require(reader, number, "created")
    if "paid" in values and "amount" not in values:
        _require(reader, number, "amount")
    refund = values.get("refund_amount")
    if refund and refund > values.get("amount", 0):
        reader.fault(number, "refund_above_paid", "refund_amount")


def _check_chat(reader: EvidenceReader, number: int, values: dict[str, Any]) -> None:
    if is_masked(values.get(BUYER, "")):
        reader.fault(number, "masked_buyer", BUYER)
    for meaning in ("begins", "ends"):
        if meaning not in values:
            _require(reader, number, meaning)
    if number not in reader.faulty and values["ends"] < values["begins"]:
        reader.fault(number, "ends_before_begins", "ends")


def _check_refund(reader: EvidenceReader, number: int, values: dict[str, Any]) -> None:
    for meaning in ("completed", "amount"):
        if meaning not in values:
            _require(reader, number, meaning)
    paid = values.get("paid_amount")
    if paid is not None and values.get("amount", 0) > paid:
        reader.fault(number, "refund_above_paid", "amount")


def _require(reader: EvidenceReader, number: int, meaning: str) -> None:
    """Refuse a row without what it must have, unless the cell is named already."""
    if number not in reader.faulty:
        reader.fault(number, "empty_cell", meaning)


CHECKS = {Kind.ORDERS: _check_order, Kind.CHATS: _check_chat, Kind.REFUNDS: _check_refund}
