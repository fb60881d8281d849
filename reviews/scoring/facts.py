"""Facts: the inputs of a card, each with its state and where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Self


class State(StrEnum):
    """Whether a figure is there, should be there, or cannot exist."""

    PRESENT = "present"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


class FactKind(StrEnum):
    """What a fact counts, which decides how it is entered, checked and shown."""

    AMOUNT = "amount"  # CNY
    COUNT = "count"
    SECONDS = "seconds"
    RUBRIC = "rubric"  # 0-5, an average of marks
    MARK_5 = "mark_5"  # 0-5, one mark
    MARK_100 = "mark_100"  # 0-100
    RATE = "rate"  # 0-1
    NUMBER = "number"


@dataclass(frozen=True)
class Source:
    """Where a fact was taken from: a kind and its particulars, both plain text.

    The words for a kind are in `explain`; a new kind needs a sentence there.
    """

    kind: str = "none"
    params: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, kind: str, **params: str) -> Self:
        """Build a source from keywords, in a fixed order."""
        return cls(kind, tuple(sorted(params.items())))

    def to_data(self) -> dict[str, str]:
        """Return the JSON form: the kind and its particulars in one object."""
        return {"kind": self.kind, **dict(self.params)}

    @classmethod
    def from_data(cls, data: Mapping[str, str]) -> Self:
        """Rebuild a source from `to_data`."""
        rest = {key: value for key, value in data.items() if key != "kind"}
        return cls.of(data["kind"], **rest)


NO_SOURCE = Source()


@dataclass(frozen=True)
class Fact:
    """One input of a card. A value is there exactly when the state says so.

    `reason` is a code of `explain.REASONS` for a fact that has no value.
    """

    value: Decimal | None
    state: State = State.PRESENT
    reason: str = ""
    source: Source = NO_SOURCE

    def __post_init__(self) -> None:
        if (self.value is None) == (self.state is State.PRESENT):
            raise ValueError(f"a {self.state} fact with the value {self.value}")
        if self.value is not None and not self.value.is_finite():
            raise ValueError(f"a fact that is not a finite number: {self.value}")

    @classmethod
    def present(cls, value: Decimal | int, source: Source = NO_SOURCE) -> Self:
        """Return a fact that is there."""
        return cls(Decimal(value), State.PRESENT, "", source)

    @classmethod
    def missing(cls, reason: str = "", source: Source = NO_SOURCE) -> Self:
        """Return a fact that should be there and is not."""
        return cls(None, State.MISSING, reason, source)

    @classmethod
    def not_applicable(cls, reason: str, source: Source = NO_SOURCE) -> Self:
        """Return a fact that cannot exist for this person and month."""
        return cls(None, State.NOT_APPLICABLE, reason, source)


Facts = Mapping[str, Fact]


@dataclass(frozen=True)
class FactKey:
    """A name under which facts are given, and what its absence means."""

    code: str
    name_zh: str
    name_en: str
    kind: FactKind
    missing_reason: str = "not_imported"
    absent: State = State.MISSING
    absent_reason: str = ""
    # Whether what stands behind the point ("shop_buyers.2") is a number to show.
    numbered: bool = True

    def when_absent(self) -> Fact:
        """Return the fact that stands for a key nobody gave."""
        if self.absent is State.NOT_APPLICABLE:
            return Fact.not_applicable(self.absent_reason)
        return Fact.missing(self.missing_reason)
