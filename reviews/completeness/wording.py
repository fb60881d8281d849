"""The calendar in words: names of sources, what a cell says, how a row ends."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from reviews.completeness.grid import ATTENDANCE, SHOP_DAYS, Cell, Row, State
from reviews.figures.formats import SOURCE_LABELS
from reviews.figures.profiles.registry import labels_of

LABELS: dict[str, str | Promise] = SOURCE_LABELS | {
    SHOP_DAYS: gettext_lazy("Shop days"),
    ATTENDANCE: gettext_lazy("Attendance"),
}
WORDS: dict[State, str | Promise] = {
    State.COMPLETE: pgettext_lazy("figures", "complete"),
    State.MISSING: gettext_lazy("nothing at all"),
    State.WAITING: gettext_lazy("not final on the platform"),
    State.EXCUSED: gettext_lazy("rightly absent"),
    State.NOT_EXPECTED: gettext_lazy("not expected"),
}


# From Monday, as short as a column is narrow.
WEEKDAYS: tuple[str | Promise, ...] = (
    pgettext_lazy("weekday", "Mo"),
    pgettext_lazy("weekday", "Tu"),
    pgettext_lazy("weekday", "We"),
    pgettext_lazy("weekday", "Th"),
    pgettext_lazy("weekday", "Fr"),
    pgettext_lazy("weekday", "Sa"),
    pgettext_lazy("weekday", "Su"),
)


def source_name(source: str) -> str:
    """Return a source in the reader's language; an import profile's name is asked for."""
    return str(LABELS.get(source) or labels_of([source]).get(source, source))


def said(cell: Cell) -> str:
    """Return what a cell says to those who do not see it."""
    if cell.state is State.PARTIAL:
        count = len(cell.missing)
        text = ngettext("{count} person is missing", "{count} people are missing", count).format(count=count)
    else:
        text = str(WORDS.get(cell.state, ""))
    if cell.differs:
        text = _("{state}; sources differ").format(state=text)
    return _("{state}; a row of several days").format(state=text) if cell.spans else text


def row_end(row: Row) -> tuple[str, str]:
    """Return how a row stands in words, and its tone: bad, warn, quiet."""
    missing, partial, waiting = (row.count(s) for s in (State.MISSING, State.PARTIAL, State.WAITING))
    if missing and partial:
        return _("missing {missing}, partial {partial}").format(missing=missing, partial=partial), "bad"
    if missing:
        return ngettext("missing {count} day", "missing {count} days", missing).format(count=missing), "bad"
    if partial:
        return ngettext("partial {count} day", "partial {count} days", partial).format(count=partial), "warn"
    if waiting:
        return ngettext("platform {count} day", "platform {count} days", waiting).format(
            count=waiting
        ), "wait"
    if any(cell.state in (State.COMPLETE, State.EXCUSED) for cell in row.cells):
        return pgettext("figures", "complete"), "quiet"
    return "–", "quiet"


def names_in_short(names: Iterable[str], *, most: int = 6) -> str:
    """Return some names, and how many more there are."""
    found = list(names)
    text = "、".join(found[:most])
    if len(found) <= most:
        return text
    return _("{names} and {count} more").format(names=text, count=len(found) - most)
