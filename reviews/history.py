"""The history of a card: entries chained by hash, words kept beside them."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC

from reviews.models import Card, CardEvent, CardNote


def digest_of_note(*, salt: str, text: str) -> str:
    """Return the salted digest that stands in the entry, so that the words can be erased later."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def hash_of(event: CardEvent) -> str:
    """Return the hash over an entry's own columns and the hash of the entry before it."""
    content = [
        event.card_id,
        event.seq,
        event.version_id,
        event.at.astimezone(UTC).isoformat(),
        event.act,
        event.from_state,
        event.to_state,
        event.user_id,
        event.person_id,
        event.subject_id,
        event.for_person_id,
        event.note_digest,
        event.prev_hash,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def append(events: Sequence[CardEvent], *, note: str) -> None:
    """Write entries of several cards, one each, chained to each card's last one. Two queries, three with a note.

    Each card's next number must be set; a number taken meanwhile raises IntegrityError.
    """
    heads = {
        (card, seq): digest
        for card, seq, digest in CardEvent.objects.filter(
            card__in=[event.card_id for event in events], seq__in={event.seq - 1 for event in events}
        ).values_list("card_id", "seq", "hash")
    }
    salts = [secrets.token_hex(16) if note else "" for _event in events]
    for event, salt in zip(events, salts, strict=True):
        event.note_digest = digest_of_note(salt=salt, text=note) if note else ""
        event.prev_hash = heads.get((event.card_id, event.seq - 1), "")
        event.hash = hash_of(event)
    CardEvent.objects.bulk_create(events, batch_size=500)
    if note:
        CardNote.objects.bulk_create(
            [CardNote(event=event, salt=salt, text=note) for event, salt in zip(events, salts, strict=True)],
            batch_size=500,
        )


def entries_of(card: Card) -> list[CardEvent]:
    """Return a card's entries in order, with people and words; read once per card object and last entry."""
    known = known_entries(card)
    if known is None:
        rows = CardEvent.objects.filter(card=card).select_related("person", "for_person", "note")
        known = list(rows.order_by("seq"))
        card.__dict__["_entries"] = (card.seq, known)
    return known


def known_entries(card: Card) -> list[CardEvent] | None:
    """Return the entries of a card if this card object has read them already and has not moved since."""
    seq, entries = card.__dict__.get("_entries", (None, None))
    return entries if seq == card.seq else None


def broken_entries(events: Iterable[CardEvent]) -> list[int]:
    """Return the numbers of the entries of one card that do not fit the chain; none when it is whole.

    Pass all entries of the card in order, with their notes where they still exist.
    """
    broken: list[int] = []
    previous, expected = "", 1
    for event in events:
        note = getattr(event, "note", None)
        text_fits = note is None or event.note_digest == digest_of_note(salt=note.salt, text=note.text)
        in_order = event.seq == expected and event.prev_hash == previous
        if not (in_order and event.hash == hash_of(event) and text_fits):
            broken.append(event.seq)
        previous, expected = event.hash, event.seq + 1
    return broken
