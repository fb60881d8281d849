"""What was answered on a page -> what the services keep: files of a batch, and whose accounts are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.admin.figures.doors import number
from reviews.figures.accounts import OF_NOBODY, Match, Waiting
from reviews.figures.days import Span
from reviews.figures.importing import asked_of
from reviews.figures.planned import FileAnswer
from reviews.figures.preview.files import CELLS, DAYS, MODE, OVERLAP, UNKNOWN
from reviews.models import ImportBatch, ImportFile
from staff.models import Person, PlatformAccount, Shop

Kind = PlatformAccount.Kind
PANELS = (MODE, OVERLAP, DAYS, CELLS, UNKNOWN)
FIRST_YEAR, LAST_YEAR = 2000, 2099
LEAVE, UNDO = "leave", "undo"
WHERE_TO = {
    Kind.SHARED: gettext_lazy("shared: split by the roster, estimated"),
    Kind.ROBOT: gettext_lazy("robot: counts for the shop"),
    Kind.MAIN: gettext_lazy("main account: counts for the shop"),
    Kind.COMPANY: gettext_lazy("company account: counts for the shop"),
}


@dataclass(slots=True)
class Answers:
    """The files' new answers by the name each is kept under, and whether other batches are to be undone."""

    files: dict[str, FileAnswer] = field(default_factory=dict)
    undo: bool = False


def file_answers(batch: ImportBatch, data: QueryDict) -> Answers:
    """Return what a form says about a batch's files. Raises ValidationError."""
    asked = asked_of(batch)
    found = Answers()
    leaves = _leaves(data)
    again = {number(text) for text in data.getlist("again")}
    open_ones = {number(text) for text in data.getlist("overlap-open")}
    for file in batch.files.order_by("pk"):
        before = asked.files.get(file.stored, FileAnswer())
        after = before
        if file.pk in again:
            after = FileAnswer(swapped=before.swapped, errors=before.errors)
        if file.pk in leaves:
            after = replace(after, left_out=leaves[file.pk])
        mode = data.get(f"mode-{file.pk}")
        if mode == LEAVE:
            after = replace(after, left_out=MODE)
        found.undo = found.undo or mode == UNDO
        given = data.get(f"overlap-{file.pk}") or (data.get("overlap-all") if file.pk in open_ones else "")
        if given == LEAVE:
            after = replace(after, left_out=OVERLAP)
        elif given in (ImportBatch.Overlap.KEEP, ImportBatch.Overlap.REPLACE):
            after = replace(after, overlap=given)
        if span := _span(file, data):
            after = replace(after, span=span)
        if after != before:
            found.files[file.stored] = after
    return found


def _leaves(data: QueryDict) -> dict[int, str]:
    """Return the panel in which each file was left out."""
    found = {}
    for text in data.getlist(LEAVE):
        panel, _dash, key = text.partition("-")
        if panel in PANELS:
            found[number(key)] = panel
    return found


def _span(file: ImportFile, data: QueryDict) -> Span | None:
    first, last = data.get(f"first-{file.pk}", ""), data.get(f"last-{file.pk}", "")
    if not first and not last:
        return None
    try:
        return Span(_day(first), _day(last or first))
    except ValueError:
        raise ValidationError(_("%(file)s: give the days as dates.") % {"file": file.name}) from None


@dataclass(frozen=True, slots=True)
class Typed:
    """One row of a table of accounts as it was sent."""

    shop_id: int
    name: str
    whose: str
    starts_on: str


def typed_accounts(data: QueryDict) -> list[Typed]:
    """Return the rows in which something was chosen."""
    rows = zip(
        data.getlist("shop"),
        data.getlist("account"),
        data.getlist("whose"),
        [*data.getlist("starts_on"), *[""] * len(data.getlist("shop"))],
        strict=False,
    )
    return [
        Typed(number(shop), name[:120], whose, starts[:20]) for shop, name, whose, starts in rows if whose
    ]


def matches_of(
    rows: Iterable[Typed], shops: QuerySet[Shop], people: Sequence[Person]
) -> tuple[list[Match], dict[tuple[int, str], str]]:
    """Return the answers about accounts and what is wrong with some. Raises Http404 for foreign shops or people."""
    rows = list(rows)
    known = shops.in_bulk({row.shop_id for row in rows})
    by_key = {person.pk: person for person in people}
    found, problems = [], {}
    for row in rows:
        shop, person = known.get(row.shop_id), by_key.get(number(row.whose))
        if shop is None or (row.whose not in OF_NOBODY and person is None):
            raise Http404
        if not row.name:
            continue
        if row.whose in OF_NOBODY:
            found.append(Match(shop, row.name, kind=row.whose))
            continue
        try:
            found.append(Match(shop, row.name, person, starts_on=_day(row.starts_on)))
        except ValueError:
            problems[shop.pk, row.name] = _("Give the day from which on the person has the account.")
    return found, problems


def _day(text: str) -> date:
    """Return a day of our time. Raises ValueError."""
    day = date.fromisoformat(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(text)
    return day


def keep_typed(
    waiting: Iterable[Waiting], rows: Iterable[Typed], problems: Mapping[tuple[int, str], str]
) -> None:
    """Put what was typed back into the rows, with what is wrong about it."""
    typed = {(row.shop_id, row.name): row for row in rows}
    for one in waiting:
        key = (one.shop.pk, one.name)
        if key in typed:
            one.whose, one.starts_on = typed[key].whose, typed[key].starts_on
        one.problem = problems.get(key, "")


@dataclass(frozen=True, slots=True)
class Choices:
    """The pick list of every account, written once for all rows."""

    people: dict[str, str]
    everybody: SafeString
    nobody: SafeString

    @property
    def kinds(self) -> dict[str, str]:
        """The answers that name no person."""
        return {kind.value: str(words) for kind, words in WHERE_TO.items()}


def choices_of(people: Sequence[Person]) -> Choices:
    """Return the pick list of some people."""
    words = {str(person.pk): f"{person.name} {person.staff_no}" for person in people}
    option = '<option value="{}">{}</option>'
    nobody = [(kind.value, text) for kind, text in WHERE_TO.items()]
    return Choices(
        words,
        format_html_join("", option, words.items()),
        format_html("{}", format_html_join("", option, nobody)),
    )
