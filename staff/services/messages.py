"""Messages are written once, read by their owner alone, and noted as opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.http import url_has_allowed_host_and_scheme

from staff.messages import check
from staff.models import Message

# More than the bell can show is not counted.
MOST_UNREAD = 100


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to be written: to whom, which kind, about what, and where it leads."""

    person_id: int
    kind: str
    key: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)


def tell(
    person_ids: Iterable[int],
    *,
    kind: str,
    key: str,
    path: str,
    at: datetime,
    params: Mapping[str, Any] | None = None,
) -> int:
    """Tell some people the same thing; return how many had not been told it yet."""
    said = [Notice(person, kind, key, path, params or {}) for person in person_ids]
    return len(tell_all(said, at=at))


def tell_all(notices: Sequence[Notice], *, at: datetime) -> list[Notice]:
    """Write messages, each once for a person, kind and key; return those that are new. Two queries.

    Raises ValueError for a kind nobody registered, for anything but month, unit and count in it, and
    for an address outside.
    """
    for notice in notices:
        check(notice.kind, notice.params)
        if not url_has_allowed_host_and_scheme(notice.path, allowed_hosts=None):
            raise ValueError(f"A message leads inside, not to {notice.path!r}.")
    if not notices:
        return []
    wanted = {(one.person_id, one.kind, one.key): one for one in notices}
    said = Message.objects.filter(
        person__in={one.person_id for one in notices},
        kind__in={one.kind for one in notices},
        key__in={one.key for one in notices},
    )
    for known in said.values_list("person_id", "kind", "key"):
        wanted.pop(known, None)
    rows = [
        Message(
            person_id=one.person_id,
            kind=one.kind,
            key=one.key,
            path=one.path,
            params=dict(one.params),
            at=at,
        )
        for one in wanted.values()
    ]
    # Whoever says the same at this moment loses quietly.
    Message.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return list(wanted.values())


def note_opened(message: Message, *, at: datetime) -> bool:
    """Note when a message was first opened; return whether it was now."""
    first = Message.objects.filter(pk=message.pk, opened_at__isnull=True)
    return bool(first.update(opened_at=at))


def note_seen(user: Any, *, path: str, at: datetime) -> int:
    """Note the messages that lead to a page as opened when their reader came to it by another way."""
    unread = Message.objects.visible_to(user).filter(path=path, opened_at__isnull=True)
    return unread.update(opened_at=at)


def note_all_opened(user: Any, *, at: datetime) -> int:
    """Note all messages of a reader as opened; return how many were not."""
    return Message.objects.visible_to(user).filter(opened_at__isnull=True).update(opened_at=at)


def unread_count(user: Any) -> int:
    """Return how many messages a reader has not opened, 100 at most. One query; none without a person."""
    if getattr(user, "person_id", None) is None:
        return 0
    unread = Message.objects.visible_to(user).filter(opened_at__isnull=True)
    return unread[:MOST_UNREAD].count()
