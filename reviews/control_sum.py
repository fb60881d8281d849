"""The control sum of a hand-over: one digest by which finance sees that nothing was changed on the way.

Whoever holds the exported file can compute it again, from its columns alone:

1. leave out the lines marked as withdrawn and the row of totals;
2. write each line as staff number, total (2 decimals), multiplier (3 decimals, nothing where there is
   none), base salary, performance salary, performance pay (2 decimals each) and the card's digest,
   separated by tabs, with a line feed at the end;
3. put these lines in the order of their bytes in UTF-8;
4. the control sum is the SHA-256 of all of them together, in small hexadecimal letters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class PayLine:
    """One person's pay as it is handed over. Money in CNY; `digest` is the SHA-256 of the card's version."""

    staff_no: str
    total: Decimal
    multiplier: Decimal | None
    base_salary: Decimal
    performance_salary: Decimal
    performance_pay: Decimal
    digest: str

    def canonical(self) -> str:
        r"""Return the line as text, the same for the same values however many zeros they are written with.

        >>> from decimal import Decimal as D
        >>> PayLine("K017", D("94.3"), D("1"), D(3600), D(1800), D(1800), "ab12").canonical()
        'K017\t94.30\t1.000\t3600.00\t1800.00\t1800.00\tab12\n'
        """
        multiplier = "" if self.multiplier is None else f"{self.multiplier:.3f}"
        amounts = (self.base_salary, self.performance_salary, self.performance_pay)
        parts = (
            # A tab or a line's end in a number would make two lines look like one.
            " ".join(self.staff_no.split()),
            f"{self.total:.2f}",
            multiplier,
            *(f"{amount:.2f}" for amount in amounts),
            self.digest,
        )
        return "\t".join(parts) + "\n"


def control_sum(lines: Iterable[PayLine]) -> str:
    """Return the SHA-256 over the lines given, whatever order they come in; see the recipe above."""
    texts = sorted(line.canonical().encode() for line in lines)
    return sha256(b"".join(texts)).hexdigest()
