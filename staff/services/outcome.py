"""What a sheet did or would do: counts, every change, every fault with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a sheet: the row as its reader sees it, the column, and what to do in a sentence."""

    where: str
    column: Words
    text: Words


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one person that gets another value; an empty `old` is something new.

    `what` names the field for its reader, `key` for programs.
    """

    where: str
    who: str
    what: Words
    old: str
    new: str
    key: str = ""


@dataclass(slots=True)
class Outcome:
    """Rows by what became of them, and the changes in the order of the rows."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    changes: list[Change] = field(default_factory=list)


class SheetRefused(Exception):
    """A sheet with faults: nothing of it was written. `problems` has all of them, in the order of the rows."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.where} {p.column}: {p.text}" for p in problems[:5]))
        self.problems = list(problems)
