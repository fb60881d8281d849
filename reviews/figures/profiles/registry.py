"""Profiles as formats: the same objects that the shipped tables are, made from rows.

Each function asks the database once; whoever reads many files or rows calls it once for all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.functional import Promise

from reviews.figures.formats import (
    ACCOUNT,
    LAST_DAY,
    OWN,
    SOURCE_LABELS,
    SOURCE_NAMES,
    STAFF_NO,
    Column,
    Format,
    Kind,
    Unit,
)
from reviews.figures.reading import FORMAT_BY_CODE, FORMATS
from reviews.models import ImportProfile
from reviews.models.profiles import PREFIX

OWNERS = (STAFF_NO, ACCOUNT)


def format_from(
    *, code: str, name: str, kind: str, columns: Iterable[tuple[str, str, str]], encoding: str = ""
) -> Format:
    """Return a format from (header, meaning, unit) triples.

    Every column that is stored must be there, because a figure whose column is gone would be missing
    unnoticed. Only the last day may be absent, and one of the two that say whose a row is.
    """
    given = list(columns)
    both = {meaning for _h, meaning, _u in given} >= set(OWNERS)
    optional = {LAST_DAY, *(OWNERS if both else ())}
    return Format(
        code,
        name,
        Kind(kind),
        tuple(
            Column(header, meaning, Unit(unit), required=bool(meaning) and meaning not in optional)
            for header, meaning, unit in given
        ),
        title=name,
        any_of=OWNERS if both else (),
        source=code,
        profile=True,
        encoding=encoding,
    )


def format_of(profile: ImportProfile) -> Format:
    """Return a profile, with its columns prefetched, as a format."""
    return format_from(
        code=profile.code,
        name=profile.name,
        kind=profile.kind,
        columns=[(c.header, c.meaning, c.unit) for c in profile.columns.all()],
        encoding=profile.encoding,
    )


def profile_formats(*, active: bool | None = None) -> list[Format]:
    """Return profiles as formats, oldest first; `active` keeps those in use or those retired."""
    found = ImportProfile.objects.prefetch_related("columns").order_by("pk")
    return [format_of(one) for one in (found if active is None else found.filter(active=active))]


def known_formats() -> tuple[Format, ...]:
    """Return every format that a new file may be of: the shipped ones, then profiles in use."""
    return (*FORMATS, *profile_formats(active=True))


def chosen_formats(keys: Collection[int]) -> dict[int, tuple[Format, ...]]:
    """Return, by its key, each profile that a person chose for a file, retired or not."""
    if not keys:
        return {}
    by_code = {form.code: form for form in profile_formats()}
    return {key: (by_code[code],) for key in keys if (code := f"{PREFIX}{key}") in by_code}


def formats_by_code(codes: Iterable[str]) -> dict[str, Format]:
    """Return the formats of some files; the database is asked only where one of them is a profile."""
    found = FORMAT_BY_CODE
    if any(code.startswith(PREFIX) for code in codes):
        found = found | {form.code: form for form in profile_formats()}
    return found


def hold(codes: Iterable[str]) -> None:
    """Keep the profiles of some files as they are until the transaction ends."""
    keys = [int(code.removeprefix(PREFIX)) for code in set(codes) if code.startswith(PREFIX)]
    if keys:
        list(ImportProfile.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


def digest_of(forms: Iterable[Format | None]) -> str:
    """Return a digest of the profiles among some formats: a mapping that changed reads otherwise."""
    mapped = {
        (form.code, tuple((c.header, c.meaning, c.unit.value) for c in form.columns))
        for form in forms
        if form is not None and form.profile
    }
    return hashlib.sha256(repr(sorted(mapped)).encode()).hexdigest() if mapped else ""


def names_of_profiles() -> dict[str, str]:
    """Return every profile's name by its source, oldest first."""
    found = ImportProfile.objects.order_by("pk").values_list("pk", "name")
    return {f"{PREFIX}{pk}": name for pk, name in found}


def in_order(shipped: Sequence[str]) -> tuple[str, ...]:
    """Return the shipped order of sources with the profiles, oldest first, right before the own template."""
    at = shipped.index(OWN) if OWN in shipped else len(shipped)
    return (*shipped[:at], *names_of_profiles(), *shipped[at:])


def source_names() -> dict[str, str]:
    """Return what an export calls each source."""
    return SOURCE_NAMES | names_of_profiles()


def source_labels() -> dict[str, str | Promise]:
    """Return each source in the reader's words."""
    return SOURCE_LABELS | names_of_profiles()


def labels_of(sources: Iterable[str]) -> Mapping[str, str | Promise]:
    """Return some sources in the reader's words; the database is asked only where one is a profile's."""
    return source_labels() if any(source.startswith(PREFIX) for source in sources) else SOURCE_LABELS


def with_profile_name(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add the profile's name to rows with a source, as `profile_name`; none where it is no profile's."""
    sources = ImportProfile.objects.annotate(own_source=Concat(Value(PREFIX), Cast("pk", CharField())))
    name = sources.filter(own_source=OuterRef("source")).values("name")[:1]
    named: QuerySet[Any] = rows.annotate(profile_name=Subquery(name))
    return named
