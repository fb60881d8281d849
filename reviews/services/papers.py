"""Whether a paper is genuine: asked by anybody who holds it, answered without saying what stands on it."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

from reviews.document_codes import as_printed
from reviews.models import CardState, Document

DIGEST = re.compile(r"[0-9a-f]{64}")


class Standing(StrEnum):
    """What can be said of a code."""

    GENUINE = "genuine"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


class File(StrEnum):
    """What can be said of a file beside its code."""

    NOT_ASKED = ""
    SAME = "same"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is ever told of a paper. `moved_on`: steps were taken after it was printed."""

    standing: Standing
    moved_on: bool = False
    file: File = File.NOT_ASKED


def look_up(typed: str, *, digest: str = "") -> Answer:
    """Say how a paper stands whose code was typed or scanned; `digest` is the SHA-256 of a file, as hex.

    One query whether or not the code is known, even where it cannot be one: nobody learns anything from
    how long the answer takes.
    """
    columns = (
        "sha256",
        "seq",
        "version",
        "version__card__current",
        "version__card__state",
        "version__card__seq",
    )
    row = Document.objects.filter(code=as_printed(typed)).values_list(*columns).first()
    if row is None:
        return Answer(Standing.UNKNOWN)
    sha256, seq, version, current, state, last = row
    if version != current or state == CardState.DRAFT:
        return Answer(Standing.SUPERSEDED, file=_file(sha256, digest))
    return Answer(Standing.GENUINE, moved_on=last > seq, file=_file(sha256, digest))


def _file(sha256: str, digest: str) -> File:
    asked = digest.strip().lower()
    if not DIGEST.fullmatch(asked):
        return File.NOT_ASKED
    return File.SAME if hmac.compare_digest(sha256, asked) else File.OTHER
