"""Pasted chats: who said what when, how long the buyer waited, and what must not be kept.

Standard library only. What is kept is always the masked text in one written form, which is read back the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

PHONE, ADDRESS, NUMBER, MAIL = "[手机号已遮盖]", "[地址已遮盖]", "[单号已遮盖]", "[邮箱已遮盖]"
COVERS = (PHONE, ADDRESS, NUMBER, MAIL)
STARS = "**"
LONGEST = 20_000

_ADMIN = "省|自治区|自治州|市|区|县|旗|镇|乡|街道|村"
_STREET = "大道|路|街|巷|弄|胡同|小区|花园|家园|新村|公寓|大厦|广场|苑|庄|府|城"
_PLACE = "号|栋|幢|座|单元|室|楼|层|弄|组|队"
_HAN = "[\u4e00-\u9fff]"
# The rest of an address: up to a break, spaces around numbers included.
_REST = rf"(?:[^\s，。,;；？?！!\n]|\s(?=\d|{_PLACE}))*"
_START = rf"(?![是在到寄发改成为我住]){_HAN}"
_ADDRESSES = (
    # What somebody calls an address.
    re.compile(rf"(?<=地址)(?:是|为|改成|换成|写|填|：|:)\s?(?!\[)[^\s，。,;；？?！!\n]{{4,60}}{_REST}"),
    # Province, city, district one after another, with whatever follows up to a break.
    re.compile(rf"{_START}{{1}}{_HAN}{{1,5}}?(?:省|自治区|市){_HAN}{{1,8}}?(?:{_ADMIN}){_REST}"),
    # A street or estate with a number: 文三路 12 号, 翠苑小区3栋501.
    re.compile(rf"{_START}{_HAN}{{0,15}}?(?:{_STREET})\s?\d+\s?(?:{_PLACE}|-\d){_REST}"),
    # A building and a room: 3栋2单元501室.
    re.compile(r"\d+\s?(?:栋|幢|座|号楼)\s?\d*\s?(?:单元)?\s?\d+\s?(?:室|号)?"),
)
_ADDRESS_WORD = re.compile(r"^(?:是|为|改成|换成|写|填|：|:)\s?")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+", re.ASCII)
_PHONE = re.compile(
    r"(?<!\d)(?:(?:\+|00)?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)|(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)"
)
_LONG_NUMBER = re.compile(r"(?<![A-Za-z\d])[A-Za-z]{0,4}(?:\d{10,}|\d{4,6}(?:[ -]\d{4,6}){2,}\d*)[Xx]?(?!\d)")
_FULL_WIDTH = str.maketrans({chr(0xFF10 + n): str(n) for n in range(10)})

_DATE = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
_TIME = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
_WHO = r"[^\s:：(（\[【][^\n(（]{0,60}?"
_HEADERS = (
    re.compile(
        rf"^[\[【(]?(?:(?P<day>{_DATE})\s+)?(?P<time>{_TIME})[\]】)]?\s+(?P<who>{_WHO})\s*[:：]\s*(?P<rest>.*)$"
    ),
    re.compile(
        rf"^(?P<who>{_WHO})[\s(（]+(?:(?P<day>{_DATE})\s+)?(?P<time>{_TIME})[)）]?\s*[:：]?\s*(?P<rest>.*)$"
    ),
)
_UNTIMED = re.compile(r"^(?P<who>买家|客服|顾客|卖家|Buyer|Agent)\s*[:：]\s*(?P<rest>.*)$", re.IGNORECASE)
_AGENT_WORDS = ("客服", "卖家", "agent", "seller")
_BUYER_WORDS = ("买家", "顾客", "buyer", "customer")


class Side(StrEnum):
    """Who speaks."""

    BUYER = "buyer"
    AGENT = "agent"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `at` is the company's local time, None where the paste has none."""

    side: Side
    at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the buyer waited for each reply, whole seconds, by the number of the replying message."""

    by_message: dict[int, int]

    @property
    def total(self) -> int:
        """All waits together, seconds."""
        return sum(self.by_message.values())

    @property
    def replies(self) -> int:
        """How many replies had a time."""
        return len(self.by_message)

    @property
    def first(self) -> int | None:
        """The wait for the first reply, seconds."""
        return next(iter(self.by_message.values()), None)

    @property
    def longest(self) -> int | None:
        """The longest wait, seconds."""
        return max(self.by_message.values(), default=None)

    @property
    def average(self) -> Decimal | None:
        """The mean wait in seconds, half-up to 0.1 for showing."""
        return mean_seconds(self.total, self.replies)


def mean_seconds(total: int, replies: int) -> Decimal | None:
    """Return the mean in seconds, half-up to 0.1; None without a reply. For showing, not for scoring."""
    return (Decimal(total) / replies).quantize(Decimal("0.1"), ROUND_HALF_UP) if replies else None


def mask_buyer(name: str) -> str:
    """Return a nickname as it is kept: 小明同学8 becomes 小**8; a masked one stays as it is."""
    plain = "".join(char for char in name.strip() if char.isprintable())
    if not plain:
        return ""
    if STARS in plain and len(plain) <= len(STARS) + 2:
        return plain
    letters = plain.replace("*", "")
    if not letters:
        return STARS
    return letters[0] + STARS + (letters[-1] if len(letters) > 2 else "")


def mask_text(text: str) -> str:
    """Return text with mail addresses, postal addresses, phone and order numbers covered. Twice is once."""
    masked = "".join(c for c in text if c.isprintable() or c in "\n\t").translate(_FULL_WIDTH)
    masked = _MAIL.sub(MAIL, masked)
    masked = _PHONE.sub(PHONE, masked)
    masked = _LONG_NUMBER.sub(NUMBER, masked)
    for pattern in _ADDRESSES:
        masked = pattern.sub(_cover_address, masked)
    return masked


def _cover_address(found: re.Match[str]) -> str:
    word = _ADDRESS_WORD.match(found[0])
    return (word[0] if word else "") + ADDRESS


def read(text: str, *, on: date, buyer: str = "", accounts: Collection[str] = ()) -> list[Message]:
    """Read a pasted chat into messages in the order of the paste.

    `on` is the day of times without a date; a time earlier than the one before is the next day's.
    Names of `accounts`, with a colon (a sub-account) or 客服 are the agent's side, others the buyer's; without
    either the first to speak is the buyer. Lines before the first header belong to nobody.
    """
    heads: list[tuple[str, datetime | None, list[str]]] = []
    day, last = on, None
    for line in text[:LONGEST].splitlines():
        head = _head(line)
        if head is None:
            if line.strip():
                if not heads:
                    heads.append(("", None, []))
                heads[-1][2].append(line.rstrip())
            continue
        who, written, clock, rest = head
        if written is not None:
            day = written
        elif clock is not None and last is not None and clock < last:
            day += timedelta(days=1)
        last = clock if clock is not None else last
        heads.append((who, datetime.combine(day, clock) if clock else None, [rest] if rest else []))
    sides = _sides([who for who, _, _ in heads if who], buyer=buyer, accounts=accounts)
    return [
        Message(sides.get(who, Side.NOBODY), at, mask_text("\n".join(lines)))
        for who, at, lines in heads
        if lines
    ]


def _head(line: str) -> tuple[str, date | None, time | None, str] | None:
    """Return name, day, time and the rest of a line that opens a message, or None."""
    stripped = line.strip()
    for pattern in _HEADERS:
        if found := pattern.match(stripped):
            clock, day = _clock(found["time"]), _day(found["day"])
            if clock is None or (found["day"] and day is None):
                continue
            return found["who"].strip(), day, clock, found["rest"] or ""
    if found := _UNTIMED.match(stripped):
        return found["who"], None, None, found["rest"]
    return None


def _clock(written: str) -> time | None:
    try:
        hour, minute, *second = (int(part) for part in re.split("[:：]", written))
        return time(hour, minute, second[0] if second else 0)
    except ValueError:
        return None


def _day(written: str | None) -> date | None:
    if not written:
        return None
    try:
        year, month, day = (int(part) for part in re.findall(r"\d+", written))
        return date(year, month, day)
    except ValueError:
        return None


def _sides(names: Sequence[str], *, buyer: str, accounts: Collection[str]) -> dict[str, Side]:
    sides: dict[str, Side] = {}
    for name in dict.fromkeys(names):
        lower = name.lower()
        if name == buyer or mask_buyer(name) == mask_buyer(buyer) or lower.startswith(_BUYER_WORDS):
            sides[name] = Side.BUYER
        elif name in accounts or ":" in name or "：" in name or lower.startswith(_AGENT_WORDS):
            sides[name] = Side.AGENT
    unknown = [name for name in dict.fromkeys(names) if name not in sides]
    if unknown and Side.BUYER not in sides.values():
        sides[unknown.pop(0)] = Side.BUYER
    for name in unknown:
        sides[name] = Side.BUYER if Side.AGENT in sides.values() else Side.AGENT
    return sides


def written(messages: Iterable[Message]) -> str:
    """Return the one written form in which a chat is kept; `read` gives the same messages back."""
    parts = []
    for message in messages:
        if message.side is Side.NOBODY:
            parts.append(message.text)
            continue
        name = "买家" if message.side is Side.BUYER else "客服"
        when = f" {message.at:%Y-%m-%d %H:%M:%S}" if message.at else "："
        parts.append(f"{name}{when}\n{message.text}")
    return "\n".join(parts)


def waits(messages: Sequence[Message]) -> Waits:
    """Return the wait before each reply: from the first message the buyer has no reply to yet."""
    found: dict[int, int] = {}
    waiting: datetime | None = None
    for number, message in enumerate(messages):
        if message.side is Side.BUYER:
            waiting = waiting or message.at
        elif message.side is Side.AGENT and waiting and message.at and message.at >= waiting:
            found[number] = int((message.at - waiting).total_seconds())
            waiting = None
    return Waits(found)
