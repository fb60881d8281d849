"""Several finished cards as one file, with a bookmark for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject


@dataclass(frozen=True, slots=True)
class Part:
    """One document and the words of its bookmark."""

    title: str
    content: bytes


def merged(parts: Iterable[Part], *, title: str, language: str) -> bytes:
    """One PDF of all parts in their order; the same parts give the same bytes.

    Each part keeps its own page numbers. All of it is held in memory: about 0.1 MB a card.
    """
    writer = PdfWriter()
    for part in parts:
        writer.append(PdfReader(BytesIO(part.content)), outline_item=part.title, import_outline=False)
    writer.metadata = {"/Title": title, "/Producer": "Keji"}
    writer.root_object[NameObject("/Lang")] = TextStringObject(language)
    target = BytesIO()
    writer.write(target)
    writer.close()
    return target.getvalue()
