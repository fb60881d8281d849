"""A whole over its parts, to the cent: by weights, round what is kept by hand.

Pure: standard library only. Amounts are CNY with two decimals; weights are any numbers from 0, of which
only the proportions count.

Source: data.md, "Targets".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

KEPT_ABOVE = "kept_above"
KEPT_SHORT = "kept_short"


class CannotSpread(ValueError):
    """The kept parts leave no room, or fill less than the whole and no part is left to take the rest.

    `code` says which; `whole` and `kept` are the two amounts that do not agree.
    """

    def __init__(self, code: str, *, whole: Decimal, kept: Decimal) -> None:
        self.code, self.whole, self.kept = code, whole, kept
        super().__init__(f"{code}: {kept} of {whole}")


def spread(
    whole: Decimal,
    weights: Sequence[Decimal] | Sequence[Fraction] | Sequence[int],
    kept: Mapping[int, Decimal] | None = None,
) -> list[Decimal]:
    """Return the parts of a whole in the order of their weights; they add up to it exactly.

    `kept` are parts that stay, by their place; the rest is shared by the weights of the others, equally
    where these are all 0. Rounding, the only one: each share is cut to the cent, and the cents left over
    go to the largest remainders, of equal ones to the first of the list.

    Raises CannotSpread; ValueError for a negative weight or an amount that is no whole number of cents.
    """
    held = dict(kept or {})
    fixed = sum(held.values(), Decimal(0))
    free = [place for place in range(len(weights)) if place not in held]
    if fixed > whole:
        raise CannotSpread(KEPT_ABOVE, whole=whole, kept=fixed)
    if fixed < whole and not free:
        raise CannotSpread(KEPT_SHORT, whole=whole, kept=fixed)
    shares = _shares(_cents(whole - fixed), [Fraction(weights[place]) for place in free])
    found = {place: Decimal(cents).scaleb(-2) for place, cents in zip(free, shares, strict=True)}
    return [held[place] if place in held else found[place] for place in range(len(weights))]


def _cents(amount: Decimal) -> int:
    cents = amount.scaleb(2)
    if cents != int(cents):
        raise ValueError(f"{amount} is no whole number of cents")
    return int(cents)


def _shares(cents: int, weights: Sequence[Fraction]) -> list[int]:
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative")
    if not any(weights):
        weights = [Fraction(1)] * len(weights)
    total = sum(weights, Fraction(0))
    exact = [cents * weight / total for weight in weights]
    whole = [int(share) for share in exact]
    # sorted() keeps the order of the list among equal remainders.
    by_remainder = sorted(range(len(exact)), key=lambda place: whole[place] - exact[place])
    for place in by_remainder[: cents - sum(whole)]:
        whole[place] += 1
    return whole
