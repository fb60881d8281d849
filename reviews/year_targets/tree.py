"""A plan's tree of parts, changed in some places and settled again everywhere below and beside them.

Pure: standard library only; amounts in CNY.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from reviews.year_targets.spread import CannotSpread, spread

NO_WEIGHTS = "no_weights"


@dataclass(slots=True)
class Part:
    """A part of the plan, or the whole, with the parts it is spread over by its key."""

    id: int
    amount: Decimal
    by_hand: bool
    key: str
    parts: list[Part] = field(default_factory=list)

    def walk(self) -> Iterator[Part]:
        """Return the part and everything below it, from the top, in the order of the list."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody changed about one part; None is as it was. A typed amount is kept from then on."""

    amount: Decimal | None = None
    by_hand: bool | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the parts of one part do not add up to it; where there are no weights, `whole` and `kept` are None."""

    part_id: int
    code: str
    whole: Decimal | None = None
    kept: Decimal | None = None


# The weights of a part's parts in their order, None where they are not known.
Weigh = Callable[[Part], Sequence[Decimal] | Sequence[Fraction] | None]


def settle(
    root: Part, edits: Mapping[int, Edit], *, weigh: Weigh, again: Collection[int] = ()
) -> list[Problem]:
    """Put the edits into the tree and spread again what they touch; return why some of it cannot be.

    Spread are the parts of: what has a new amount or key, what has a part that was changed or released,
    and what `again` names. A level in which nothing was touched stays as it is, so that an unchanged plan
    never moves because last year's figures did. With problems the tree is of no use.
    """
    touched = set(again)
    for parent in root.walk():
        if _edited(parent, edits.get(parent.id), is_root=parent is root):
            touched.add(parent.id)
        if any(_moves(part, edits.get(part.id)) for part in parent.parts):
            touched.add(parent.id)
    return _spread_below(root, touched, weigh)


def _edited(part: Part, edit: Edit | None, *, is_root: bool) -> bool:
    """Put an edit into its part; return whether the parts below follow."""
    if edit is None:
        return False
    before = part.amount, part.key
    if edit.key is not None:
        part.key = edit.key
    if edit.amount is not None:
        part.amount = edit.amount
        part.by_hand = not is_root
    elif edit.by_hand is not None and not is_root:
        part.by_hand = edit.by_hand
    return (part.amount, part.key) != before


def _moves(part: Part, edit: Edit | None) -> bool:
    """Whether an edit of a part changes what is left for the parts beside it."""
    return edit is not None and (edit.amount is not None or (edit.by_hand is False and part.by_hand))


def _spread_below(part: Part, touched: set[int], weigh: Weigh) -> list[Problem]:
    problems = []
    if part.parts and part.id in touched:
        kept = {place: one.amount for place, one in enumerate(part.parts) if one.by_hand}
        weights = weigh(part)
        if weights is None:
            problems.append(Problem(part.id, NO_WEIGHTS))
        else:
            try:
                amounts = spread(part.amount, weights, kept)
            except CannotSpread as reason:
                problems.append(Problem(part.id, reason.code, reason.whole, reason.kept))
            else:
                for one, amount in zip(part.parts, amounts, strict=True):
                    if one.amount != amount:
                        one.amount = amount
                        touched.add(one.id)
    for one in part.parts:
        problems += _spread_below(one, touched, weigh)
    return problems
