"""The 500 malformed files: the same ones each time, from one seed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from random import Random

from tests.faults.broken_files import broken_files
from tests.faults.broken_tables import broken_cells, broken_headers, broken_rows
from tests.faults.broken_texts import broken_texts
from tests.faults.makers import Case

MANY = 500
SEED = 20261101


def cases(seed: int = SEED) -> Sequence[Case]:
    """Return the files by family; faulty cells, of which there are endless many, fill up the number."""
    chance = Random(seed)
    fixed = [*broken_files(chance), *broken_texts(chance), *broken_headers(chance), *broken_rows(chance)]
    return [*fixed, *islice(broken_cells(chance), MANY - len(fixed))]
