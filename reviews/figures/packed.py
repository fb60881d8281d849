"""Values of a row in little room: a file may have half a million rows, and they are compared all at once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

Layout = tuple[tuple[str, ...], tuple[Callable[[str], Any], ...]]
NUMBERS = frozenset({int, Decimal})


class Packed:
    """Keeps a row's values; where all are numbers, as one text, which takes a tenth of a dict of decimals."""

    __slots__ = ("_kept", "_layout")

    def __init__(self, values: dict[str, Any]) -> None:
        """Keep values by name."""
        self._kept: dict[str, Any] | str = values
        self._layout: Layout = ((), ())
        kinds = tuple(value.__class__ for value in values.values())
        if NUMBERS.issuperset(kinds):
            self._layout = _layout(tuple(values), kinds)
            self._kept = " ".join(map(str, values.values()))

    @property
    def values(self) -> dict[str, Any]:
        """The values by name, made anew whenever they are asked for: ask once."""
        if isinstance(self._kept, dict):
            return dict(self._kept)
        cells = zip(*self._layout, self._kept.split(), strict=True)
        return {name: kind(text) for name, kind, text in cells}


@lru_cache(maxsize=4096)
def _layout(names: tuple[str, ...], kinds: tuple[Callable[[str], Any], ...]) -> Layout:
    """Return names and types as one object for all rows that have the same."""
    return names, kinds
