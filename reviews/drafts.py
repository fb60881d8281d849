"""Unsent forms, kept on the server while somebody types. A lost connection or an expired log-in costs no words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reviews.models import Draft

# What a form of fifteen lines with reason, figure and pasted text can hold, and nothing beyond.
MOST_FIELDS = 120
MOST_CHARACTERS = 4000
LONGEST_NAME = 80
OLDER = "older"


def keep(*, person_id: int, form: str, content: Mapping[str, str], at: datetime) -> None:
    """Keep the fields of a form as typed; longer texts are cut to what the form takes."""
    fields = dict(list(content.items())[:MOST_FIELDS])
    cut = {name[:LONGEST_NAME]: text[:MOST_CHARACTERS] for name, text in fields.items()}
    Draft.objects.update_or_create(
        person_id=person_id, form=form[:LONGEST_NAME], defaults={"content": cut, "saved_at": at}
    )


def of(*, person_id: int, form: str) -> dict[str, str]:
    """Return the fields kept for a form, or none."""
    rows = Draft.objects.filter(person=person_id, form=form[:LONGEST_NAME])
    return _fields(rows.values_list("content", flat=True).first())


def older(*, person_id: int, about: str, form: str) -> dict[str, str]:
    """Return what was last kept for the same thing as it stood before it changed, or none.

    `about` is the beginning that all forms about the thing share, `form` the one in use now.
    """
    rows = Draft.objects.filter(person=person_id, form__startswith=about).exclude(form=form[:LONGEST_NAME])
    return _fields(rows.order_by("-saved_at").values_list("content", flat=True).first())


def _fields(found: Mapping[str, object] | None) -> dict[str, str]:
    return {str(name): str(text) for name, text in (found or {}).items()}


def drop(*, person_id: int, about: str) -> None:
    """Forget a form that was sent, and what was kept of it before its card changed."""
    Draft.objects.filter(person=person_id, form__startswith=about).delete()
