"""What Keji says to people: kinds of messages, each one fixed sentence. No clock and no database here.

A kind is registered by the app that says it:

    kind("card_published", gettext_lazy("Your card of %(month)s is published."))

A sentence knows the month, the unit and a count, and nothing else: no name, score, amount or free text
can get into a message or a mail. What is to happen once a mail with a kind was taken over registers too:

    @on_delivered("card_published")
    def record(message: Message, at: datetime) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staff.models import Message

# What a sentence may be filled with, and of which type it is kept.
PLACES: Mapping[str, type] = {"month": str, "unit": str, "count": int}
UNKNOWN = gettext_lazy("There is news for you.")

Hook = Callable[[Message, datetime], None]
KINDS: dict[str, Kind] = {}
HOOKS: dict[str, list[Hook]] = {}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message: its fixed sentences, and the icon beside them in the inbox."""

    code: str
    sentences: tuple[Promise | str, ...]
    icon: str = "info"


def kind(code: str, *sentences: Promise | str, icon: str = "info") -> Kind:
    """Register a kind by its whole sentences; twice under one name is a fault of the program."""
    if code in KINDS:
        raise ValueError(f"The kind {code} is there already.")
    KINDS[code] = Kind(code, sentences, icon)
    return KINDS[code]


def on_delivered(code: str) -> Callable[[Hook], Hook]:
    """Register what follows when the mail server has taken over a message of a kind. It may run twice."""

    def register(function: Hook) -> Hook:
        HOOKS.setdefault(code, []).append(function)
        return function

    return register


def check(code: str, params: Mapping[str, Any]) -> None:
    """Refuse a kind nobody registered, and whatever is no month, unit or count."""
    if code not in KINDS:
        raise ValueError(f"No kind of message is called {code}.")
    for name, value in params.items():
        if type(value) is not PLACES.get(name):
            raise ValueError(f"A message holds month, unit and count, not {name} = {value!r}.")
    if "month" in params:
        date.fromisoformat(f"{params['month']}-01")


def words_of(message: Message) -> str:
    """Say a message in the language of the moment."""
    found = KINDS.get(message.kind)
    if found is None:
        return str(UNKNOWN)
    filled = _filled(message.params)
    # Translators: puts two whole sentences of a message one after the other.
    join = _("%(first)s %(second)s")
    said = ""
    for sentence in found.sentences:
        words = str(sentence % filled)
        said = join % {"first": said, "second": words} if said else words
    return said


def icon_of(message: Message) -> str:
    """Return the icon of a message's kind."""
    found = KINDS.get(message.kind)
    return found.icon if found else "info"


def _filled(params: Mapping[str, Any]) -> dict[str, Any]:
    month = params.get("month")
    return {
        "month": date_format(date.fromisoformat(f"{month}-01"), "YEAR_MONTH_FORMAT") if month else "",
        "unit": params.get("unit", ""),
        "count": params.get("count", 1),
    }
