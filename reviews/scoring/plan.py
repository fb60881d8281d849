"""A plan: lines, bands and vetoes, as data. Nothing here computes a score."""

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from reviews.scoring.rules import Rule

SCHEMA = 1
Data = dict[str, Any]


class Inapplicable(StrEnum):
    """What becomes of a line that does not apply."""

    FULL = "full"  # the line gives its full weight
    SPREAD = "spread"  # its weight goes to the other lines


class GrowthBase(StrEnum):
    """What sales are compared with."""

    PREVIOUS_MONTH = "previous_month"
    SAME_MONTH_LAST_YEAR = "same_month_last_year"
    SHOP_RELATIVE = "shop_relative"


class Cadence(StrEnum):
    """When level changes are proposed."""

    YEAR_AVERAGE = "year_average"
    MONTH = "month"
    QUARTER = "quarter"
    STREAK = "streak"  # so many months in a row


class Group(StrEnum):
    """The two halves of a card."""

    QUANTITATIVE = "quantitative"
    QUALITATIVE = "qualitative"


GROUP_NAMES: dict[Group, tuple[str, str]] = {
    Group.QUANTITATIVE: ("定量指标", "Quantitative"),
    Group.QUALITATIVE: ("定性指标", "Qualitative"),
}


class Radar(StrEnum):
    """The corner of the radar a line counts to; a plan uses what it needs."""

    SALES = "sales"
    CONVERSION = "conversion"
    PRODUCTS = "products"
    AFTER_SALES = "after_sales"
    SERVICE = "service"
    KNOWLEDGE = "knowledge"
    ATTENDANCE = "attendance"


RADAR_NAMES: dict[Radar, tuple[str, str]] = {
    Radar.SALES: ("销售业绩", "Sales"),
    Radar.CONVERSION: ("转化成交", "Conversion"),
    Radar.PRODUCTS: ("主推与咨询", "Products and chats"),
    Radar.AFTER_SALES: ("售后质量", "After-sales"),
    Radar.SERVICE: ("服务表现", "Service"),
    Radar.KNOWLEDGE: ("知识与总结", "Knowledge"),
    Radar.ATTENDANCE: ("出勤", "Attendance"),
}


@dataclass(frozen=True)
class Line:
    """One indicator: a measure, a weight and the rules between them.

    `standard` is the count the measure is divided by, for measures that take
    one. `bonus_limit` is how far the points may exceed the weight. Below
    `small_sample_below` counted cases the rules marked so apply, and only they.
    """

    code: str
    name_zh: str
    name_en: str
    group: Group
    radar: Radar
    measure: str
    weight: Decimal
    rules: tuple[Rule, ...]
    bonus_limit: Decimal = Decimal(0)
    standard: Decimal | None = None
    small_sample_below: Decimal | None = None
    source: str = ""


@dataclass(frozen=True)
class Band:
    """A range of totals from `at_least` to the next band's, and what it brings.

    `level_change` is None where a dismissal is suggested and a person decides;
    `or_none` leaves HR the choice of no change.
    """

    at_least: Decimal
    multiplier: Decimal
    level_change: int | None
    advice_zh: str
    advice_en: str
    name_zh: str = ""
    name_en: str = ""
    or_none: bool = False
    under_observation: bool = False

    @property
    def is_dismissal(self) -> bool:
        """Tell whether this band suggests a dismissal."""
        return self.level_change is None


@dataclass(frozen=True)
class Veto:
    """A confirmed kind of failure that caps the total, counted in one fact."""

    fact: str
    cap: Decimal
    from_count: int = 1


@dataclass(frozen=True)
class Plan:
    """A position's scoring rules, whole. Lines stand in the order they print.

    `adjustment_limit` is how far the adjustment line may go either way; 0 means
    that the plan has none. `cadence_months` belongs to a streak only.
    """

    code: str
    name_zh: str
    name_en: str
    source: str
    lines: tuple[Line, ...]
    bands: tuple[Band, ...]
    vetoes: tuple[Veto, ...] = ()
    inapplicable: Inapplicable = Inapplicable.FULL
    growth_base: GrowthBase = GrowthBase.PREVIOUS_MONTH
    cadence: Cadence = Cadence.YEAR_AVERAGE
    cadence_months: int | None = None
    adjustment_limit: Decimal = Decimal(0)
    measures_used: tuple[str, ...] = field(init=False, compare=False, default=())

    def __post_init__(self) -> None:
        used = tuple(dict.fromkeys(line.measure for line in self.lines))
        object.__setattr__(self, "measures_used", used)

    def line(self, code: str) -> Line:
        """Return the line of a code, or raise KeyError."""
        for line in self.lines:
            if line.code == code:
                return line
        raise KeyError(code)

    def bands_from_top(self) -> tuple[Band, ...]:
        """Return the bands, the highest first."""
        return tuple(sorted(self.bands, key=lambda b: b.at_least, reverse=True))

    def band_for(self, total: Decimal) -> Band:
        """Return the band of a total; a bound belongs to the higher band.

        Totals have two decimals when they come here: rounded first, then banded.
        """
        for band in self.bands_from_top():
            if total >= band.at_least:
                return band
        raise ValueError(f"no band of {self.code} holds {total}")


def canonical_bytes(data: Data) -> bytes:
    """Return one spelling of JSON-able data: the same data, the same bytes."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def digest(data: Data) -> str:
    """Return the SHA-256 of the canonical bytes, as hex."""
    return hashlib.sha256(canonical_bytes(data)).hexdigest()
