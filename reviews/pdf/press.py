"""The press: WeasyPrint with our fonts and nothing else, one configuration a process.

Loading it costs about a second, so `render` imports it when the first card is printed.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Never

import pydyf
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

HERE = Path(__file__).parent


class ForbiddenResourceError(Exception):
    """A document asked for a resource outside itself; nothing was opened."""


class Refusing(URLFetcher):  # type: ignore[misc]  # the library is untyped
    """Opens nothing and remembers what was asked for.

    A blocked image inside an SVG does not stop the layout, so the memory decides.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self.asked: list[str] = []

    def fetch(self, url: str, _headers: object = None) -> Never:
        """Record the address and refuse it."""
        self.asked.append(url)
        message = f"a document may not fetch {url[:200]}"
        raise ForbiddenResourceError(message)


@cache
def fonts() -> FontConfiguration:
    """The one font configuration of this process."""
    return FontConfiguration()


@cache
def style() -> CSS:
    """The parsed style sheet, with the same refusal as the documents."""
    text = (HERE / "card.css").read_text(encoding="utf-8")
    return CSS(string=text, font_config=fonts(), url_fetcher=Refusing())


def anonymous(_document: Document, pdf: pydyf.PDF) -> None:
    """Name our product and no version as the maker of the file."""
    pdf.info["Producer"] = pydyf.String("Keji")


def draw(html: str) -> bytes:
    """Lay out HTML; raise ForbiddenResourceError if it asked for anything."""
    refusing = Refusing()
    try:
        content: bytes = HTML(string=html, url_fetcher=refusing).write_pdf(
            font_config=fonts(),
            stylesheets=[style()],
            pdf_identifier=sha256(html.encode()).digest()[:16],
            finisher=anonymous,
        )
    except FatalURLFetchingError as error:
        raise ForbiddenResourceError(str(error)) from error
    if refusing.asked:
        message = f"a document may not fetch {refusing.asked[0][:200]}"
        raise ForbiddenResourceError(message)
    return content
