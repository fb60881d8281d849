"""What was done between two hours: differences of cumulative snapshots. Pure: standard library only.

A difference is known only where both snapshots have the figure and it did not fall; otherwise it says
why it is not known. It is never negative and never a zero for something that is missing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

Value = int | Decimal
FELL, NOT_BEFORE, NOT_AFTER = "fell", "not_before", "not_after"
PLACES = 3

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done in a span, or None with the reason; `total` is the cumulative figure at its end.

    `before` is the cumulative figure at the begin, None where it is not there.
    """

    value: Value | None
    total: Value | None
    before: Value | None = None
    why: str = ""


def difference(before: Value | None, after: Value | None) -> Done:
    """Return what was done between two cumulative figures; None stands for one that is not there."""
    if after is None:
        return Done(None, None, before, NOT_AFTER)
    if before is None:
        return Done(None, after, None, NOT_BEFORE)
    if after < before:
        return Done(None, after, before, FELL)
    return Done(after - before, after, before)


def spans(
    series: Mapping[datetime, Mapping[Key, Value]], *, midnight: datetime, at: Sequence[datetime]
) -> list[dict[Key, Done]]:
    """Return for each hour of `at`, in order, what each key did since the hour before it.

    `series` holds the cumulative figures by hour of snapshot; an hour of `at` that has none gives unknown
    figures. Before the first hour stands midnight, when a day has done nothing yet.
    """
    keys = list(dict.fromkeys(key for found in series.values() for key in found))
    done = []
    earlier: Mapping[Key, Value] | None = None
    for hour in at:
        now = series.get(hour, {})
        opening = hour == at[0]
        done.append(
            {
                key: difference(0 if opening else (earlier or {}).get(key), now.get(key))
                for key in keys
                if hour != midnight
            }
        )
        earlier = now
    return done


def places(done: Mapping[Key, Done]) -> dict[Key, int]:
    """Return the first three places of a span: more is better, equals share a place, nothing is no place."""
    values = {key: one.value for key, one in done.items() if one.value}
    ranked = {
        key: 1 + sum(other > value for other in values.values() if other is not None)
        for key, value in values.items()
        if value is not None
    }
    return {key: place for key, place in ranked.items() if place <= PLACES}
