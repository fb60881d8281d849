"""Bytes -> JSON values, without what JSON readers let pass: doubled keys, NaN, floats taken for decimals."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from reviews.figures.cells import shown
from reviews.figures.posted.problems import Problem, RequestRefused

MAX_DEPTH = 8  # a request is three deep
_TEXTS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")


@dataclass(frozen=True, slots=True)
class Inexact:
    """A number with a fraction or an exponent, NaN or Infinity: kept as written, used as nothing."""

    text: str

    def __str__(self) -> str:
        return self.text


class _Twice(ValueError):
    pass


def load(body: bytes) -> Any:
    """Return the values of a body. Raises RequestRefused (400)."""
    try:
        text = body.decode("utf-8")
        if _depth(text) > MAX_DEPTH:
            raise RequestRefused(400, [Problem("", "too_deep")])
        return json.loads(
            text, parse_float=Inexact, parse_constant=Inexact, parse_int=_whole, object_pairs_hook=_object
        )
    except _Twice as twice:
        raise RequestRefused(400, [Problem("", "key_twice", {"text": shown(str(twice))})]) from None
    except (ValueError, RecursionError):
        raise RequestRefused(400, [Problem("", "not_json")]) from None


def _depth(text: str) -> int:
    """Return how deep the brackets go, those inside texts left out."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_TEXTS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _whole(text: str) -> int | Inexact:
    return int(text) if len(text) <= 40 else Inexact(shown(text))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found
