"""One card as it is read: every word in one language, every number for the charts.

The PDF and the portal's card page draw the same `CardSheet`; drawing it computes
nothing and translates nothing but fixed labels. Standard library only.

Units: points and totals are Decimal points (a plan's weights add up to 100), money
is worded in CNY, shares are Decimal percent of a weight (103 = 103 %). Texts that
do not apply are empty strings, numbers that do not exist are None: an unknown is
never a zero.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One label and its value in the card's head (name, number, level, plan)."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """What the total is made of: full weights, what is short, what is extra.

    The three amounts and the total are texts with two decimals and no sign; the
    labels say how many lines are short or extra. Lines + `adjustment` (signed,
    empty without one) add up to the total before a veto's cap.
    """

    full: str
    full_label: str
    short: str
    short_label: str
    extra: str
    extra_label: str
    total: str
    total_label: str
    adjustment: str = ""
    adjustment_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BandBox:
    """One band of the plan: its bounds and multiplier in words, lowest first."""

    at_least: Decimal
    bounds: str
    multiplier: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BandStrip:
    """All bands with the current one marked, and what the band proposes.

    `distance` words the points to the next band (empty at the top or without a
    total); `advice` is a proposal and `advice_note` says when it is made and who
    decides. `highest` is the greatest total the plan can give, in points.
    """

    caption: str
    boxes: tuple[BandBox, ...]
    distance: str
    advice: str
    advice_note: str
    highest: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One figure a line was computed from, with where it came from."""

    label: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a line's computation and its result, `strong` for the last."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One line of the plan as scored on this card.

    `status` is scored, not_applicable, missing or waived; `points` and `delta` are
    texts (points − weight, signed, empty when zero or open), `weight_value`,
    `points_value` and `bonus_limit` the same as points for the ruler. `badge` says
    short, extra or full in words; `note` is the one-line explanation of the paper;
    `rule`, `inputs` and `steps` open the number on the page.
    """

    code: str
    name: str
    status: str
    weight: str
    standard: str
    actual: str
    points: str
    delta: str
    badge: str
    note: str
    rule: str
    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]
    weight_value: Decimal
    points_value: Decimal | None
    bonus_limit: Decimal

    @property
    def short(self) -> bool:
        """Whether points are missing to the line's full weight."""
        return self.points_value is not None and self.points_value < self.weight_value

    @property
    def extra(self) -> bool:
        """Whether the line earned more than its weight."""
        return self.points_value is not None and self.points_value > self.weight_value


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGroup:
    """Lines under one heading with their subtotal; `points` is empty when open."""

    code: str
    name: str
    weight: str
    points: str
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The lines of one part of the month, under the plan in force in it.

    A month without a change has one segment and an empty title; of several, each
    title names days worked and plan, and `points` is that part's own sum.
    """

    title: str
    groups: tuple[LineGroup, ...]
    weight: str
    points: str
    delta: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendMonth:
    """One month of the trend; own or team None is a gap, never a zero."""

    label: str
    own: Decimal | None
    own_text: str
    team: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The last six months ending with this card's, oldest first.

    `bounds` are the plan's band bounds in points, for the axis.
    """

    title: str
    caption: str
    months: tuple[TrendMonth, ...]
    note: str
    bounds: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarAxis:
    """One group of lines: points as percent of its weight, own and team.

    `team` is None below five cards in the team, own included.
    """

    name: str
    own: Decimal | None
    own_text: str
    team: Decimal | None
    team_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Radar:
    """Shares of weight by group, clockwise from the top."""

    title: str
    caption: str
    axes: tuple[RadarAxis, ...]
    team_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRow:
    """One amount on the card, in CNY with two decimals, and what it is made of."""

    label: str
    detail: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Base salary and performance salary × multiplier, and their sum.

    Present only for those who may see this person's pay.
    """

    title: str
    rows: tuple[MoneyRow, ...]
    total: MoneyRow
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """One of the three lines that lost most, beside the team's average loss."""

    name: str
    delta: str
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """The assessor's comment on the month."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetObjection:
    """An agent's objection to one line, its answer and what became of the points.

    `outcome` words the points ("1.00 → 3.00", "4.20 unchanged"); `reply` is what
    the agent said to the answer. Heads carry name and time. `key` is the objection's
    random id, by which the page finds its evidence; it is never shown.
    """

    number: int
    line: str
    reason_head: str
    reason: str
    evidence: str
    answer_head: str
    answer: str
    outcome: str
    reply: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One step of the chain: who took it and when, or who has to by when.

    `open` steps have not happened: `name` then says what is awaited and `when` the
    deadline. `when` may have several rows (delivery, hour it ended, silence).
    """

    label: str
    name: str
    when: tuple[str, ...]
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSheet:
    """Everything one reader may see of one card version, in one language.

    `language` is zh-hans or en. `total_value` and `total_note` go with `total`:
    without a total it reads "not yet known" and the note names what is open; under
    a veto the note keeps the total before the cap. `person_number`, `month` and
    `card_number` identify the paper in its foot; `notes` close it (version, edition,
    frozen figures). `banner` is the grey strip of a trial month or old version.
    `late_note` is for the page only: late figures come without a history entry, and a
    document never changes without one. `verify_at` is the address that tells whether the
    paper is genuine; a sheet without it is drawn without a QR code.
    """

    language: str
    title: str
    place: str
    month: str
    month_key: str
    person: str
    person_number: str
    card_number: str
    facts: tuple[Fact, ...]
    state: str
    state_text: str
    banner: str
    total: str
    total_label: str
    total_value: Decimal | None
    total_note: str
    equation: Equation | None
    bands: BandStrip
    segments: tuple[Segment, ...]
    trend: Trend
    radar: Radar
    money: Money | None
    shortfalls: tuple[Shortfall, ...]
    comment: Comment | None
    objections: tuple[SheetObjection, ...]
    signatures: tuple[Signature, ...]
    notes: tuple[str, ...]
    late_note: str = ""
    verify_at: str = ""
