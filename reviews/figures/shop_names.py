"""Rows that name their shop: another shop's are never counted for the one that was chosen.

A group's export holds several shops. Rows of others are left out and said; a file that names one shop only,
and none that is known here, is taken for the chosen one under another name, and that is said too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reviews.figures.cells import header_key
from reviews.figures.columns import SHOP_NAME
from reviews.figures.planned import PlannedFile
from reviews.figures.rows import ERROR, NOTE
from staff.models import Shop

NAMED = 5


def keep_own_rows(files: Sequence[PlannedFile], shop: Shop) -> None:
    """Leave out rows of other shops, or refuse the file where none is of this shop; one query at most."""
    naming = [
        file
        for file in files
        if file.read.form
        and any(column.meaning == SHOP_NAME for column in file.read.form.columns)
        and any(row.values.get(SHOP_NAME) for row in file.read.rows)
    ]
    if not naming:
        return
    others = {header_key(name) for name in Shop.objects.exclude(pk=shop.pk).values_list("name", flat=True)}
    own = header_key(shop.name)
    for file in naming:
        names = Counter(row.values[SHOP_NAME] for row in file.read.rows if row.values.get(SHOP_NAME))
        foreign = [name for name in names if header_key(name) != own]
        if not foreign:
            continue
        shown = "、".join(foreign[:NAMED])
        if len(foreign) < len(names):
            _leave_out(file, own)
            count = sum(names[name] for name in foreign)
            file.note(NOTE, "other_shops", count=count, names=shown, shop=shop.name)
        elif len(foreign) == 1 and header_key(foreign[0]) not in others:
            file.note(NOTE, "shop_named", named=shown, shop=shop.name)
        else:
            file.note(ERROR, "not_this_shop", names=shown, shop=shop.name)


def _leave_out(file: PlannedFile, own: str) -> None:
    rows = file.read.rows
    file.read.rows = [row for row in rows if header_key(row.values.get(SHOP_NAME) or own) == own]
    file.read.skipped += len(rows) - len(file.read.rows)
