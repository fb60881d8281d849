"""Unsent forms, kept on the server while somebody types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reviews.models import Draft

# What a form of fifteen reasons of 2,000 characters can hold, and nothing beyond.
MOST_FIELDS = 60
MOST_CHARACTERS = 2000


def keep(*, person_id: int, form: str, content: Mapping[str, str], at: datetime) -> None:
    """Keep the fields of a form as typed; longer texts are cut to what the form takes."""
    fields = dict(list(content.items())[:MOST_FIELDS])
    cut = {name[:80]: text[:MOST_CHARACTERS] for name, text in fields.items()}
    Draft.objects.update_or_create(
        person_id=person_id, form=form[:80], defaults={"content": cut, "saved_at": at}
    )


def of(*, person_id: int, form: str) -> dict[str, str]:
    """Return the fields kept for a form, or none."""
    found = Draft.objects.filter(person=person_id, form=form[:80]).values_list("content", flat=True).first()
    return {str(name): str(text) for name, text in (found or {}).items()}


def drop(*, person_id: int, form: str) -> None:
    """Forget a form that was sent."""
    Draft.objects.filter(person=person_id, form=form[:80]).delete()
