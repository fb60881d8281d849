"""Several finished cards as one file, with a bookmark for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO


@dataclass(frozen=True, slots=True)
class Part:
    """One document and the words of its bookmark."""

    title: str
    content: bytes


def merged(parts: Iterable[Part], *, title: str, language: str) -> bytes:
    """One PDF of all parts in their order; the same parts give the same bytes.

    Each part keeps its own page numbers. All of it is held in memory: about 0.1 MB a card.
    """
    # Loaded where it is used: only the worker that merges needs it.
    pypdf, generic = import_module("pypdf"), import_module("pypdf.generic")
    writer = pypdf.PdfWriter()
    for part in parts:
        writer.append(pypdf.PdfReader(BytesIO(part.content)), outline_item=part.title, import_outline=False)
    writer.metadata = {"/Title": title, "/Producer": "Keji"}
    writer.root_object[generic.NameObject("/Lang")] = generic.TextStringObject(language)
    target = BytesIO()
    writer.write(target)
    writer.close()
    return target.getvalue()
