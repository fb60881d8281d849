"""A chat as its page shows it: bubbles, and the wait before each reply in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from reviews import chats
from reviews.chats import Message, Side, Waits
from reviews.models import RubricVersion, SpotCheck

MINUTE = 60
_COVERED = re.compile("(" + "|".join(re.escape(cover) for cover in chats.COVERS) + ")")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message: words, or what stands where something was covered."""

    text: str
    covered: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message with what stands above it: a new day, the wait before a reply and how slow it was."""

    side: Side
    clock: str
    parts: tuple[Part, ...]
    day: date | None
    wait: str
    pace: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A read chat: its bubbles and its four figures in words (empty without times)."""

    bubbles: tuple[Bubble, ...]
    first: str
    average: str
    longest: str
    replies: int


def seconds_in_words(seconds: int) -> str:
    """Return `18 s` or `1 min 52 s` in the reader's language."""
    if seconds < MINUTE:
        return _("%(seconds)s s") % {"seconds": seconds}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": seconds // MINUTE, "seconds": seconds % MINUTE}


def _wait_in_words(seconds: int, version: RubricVersion) -> tuple[str, str]:
    words = {"wait": seconds_in_words(seconds)}
    if seconds > version.very_slow_seconds:
        words["limit"] = str(version.very_slow_seconds)
        return _("Reply after %(wait)s, over %(limit)s s") % words, "very"
    if seconds > version.slow_seconds:
        words["limit"] = str(version.slow_seconds)
        return _("Reply after %(wait)s, over %(limit)s s") % words, "slow"
    return _("Reply after %(wait)s") % words, "ok"


def chat_of(messages: Sequence[Message], version: RubricVersion) -> Chat:
    """Return a read chat in words. `version` holds the limits of a slow reply."""
    waits = chats.waits(messages)
    bubbles = []
    last_day = None
    for number, message in enumerate(messages):
        day = message.at.date() if message.at else None
        wait = pace = ""
        if number in waits.by_message:
            wait, pace = _wait_in_words(waits.by_message[number], version)
        bubbles.append(
            Bubble(
                side=message.side,
                clock=f"{message.at:%H:%M:%S}" if message.at else "",
                parts=_parts(message.text),
                day=day if day != last_day else None,
                wait=wait,
                pace=pace,
            )
        )
        last_day = day or last_day
    return Chat(tuple(bubbles), *_figures(waits))


def _parts(text: str) -> tuple[Part, ...]:
    """Split a message at what is covered, and say in the reader's language what was there."""
    covers = {
        chats.PHONE: _("phone number covered"),
        chats.ADDRESS: _("address covered"),
        chats.NUMBER: _("order number covered"),
        chats.MAIL: _("e-mail address covered"),
    }
    pieces = [piece for piece in _COVERED.split(text) if piece]
    return tuple(Part(covers.get(piece, piece), piece in covers) for piece in pieces)


def _figures(waits: Waits) -> tuple[str, str, str, int]:
    if waits.first is None or waits.longest is None:
        return "", "", "", 0
    average = _("%(seconds)s s") % {"seconds": waits.average}
    return seconds_in_words(waits.first), average, seconds_in_words(waits.longest), waits.replies


def chat_of_check(check: SpotCheck) -> Chat:
    """Return a kept check's chat in words."""
    return chat_of(chats.read(check.transcript, on=check.chat_on), check.version)
