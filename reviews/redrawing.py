"""Pictures as they are kept: read by their content, drawn anew, never stored as they came.

Pillow only; no Django. Everything a file carries beside its pixels (place, camera, texts, code) stays behind.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageOps

# As uploaded.
LARGEST = 5 * 1024 * 1024
# Longest side as kept.
MOST_PIXELS_A_SIDE = 2000
# Told by the head of the file, before anything is unpacked.
MOST_PIXELS = 40_000_000
# Shrunk to the longest side, what is longer than this many times its width cannot be read any more.
LONGEST_SHAPE = 4
# A photograph saved as PNG is kept as JPEG.
LARGEST_PNG = 2 * 1024 * 1024
QUALITY = 85
PNG, JPEG = "image/png", "image/jpeg"
FORMATS = {"PNG": PNG, "JPEG": JPEG}


class Why(StrEnum):
    """Why a picture is not taken."""

    TOO_HEAVY = "too_heavy"
    NO_PICTURE = "no_picture"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"


class BadPicture(Exception):
    """A file that is not kept; `why` says which sentence is due."""

    def __init__(self, why: Why) -> None:
        """Keep the reason."""
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A picture as it is kept."""

    content: bytes
    media_type: str


def redraw(raw: bytes) -> Redrawn:
    """Return a PNG or JPEG drawn anew: upright, at most 2,000 px on a side, without metadata.

    Raises BadPicture. The name and the claimed type of the file count for nothing.
    """
    if len(raw) > LARGEST:
        raise BadPicture(Why.TOO_HEAVY)
    try:
        with warnings.catch_warnings():
            # The size is judged below, in our own words.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(raw), formats=tuple(FORMATS))
        _judge(picture)
        if not _whole(raw, picture.format or ""):
            raise BadPicture(Why.NO_PICTURE)
        return _kept(picture)
    except Image.DecompressionBombError:
        raise BadPicture(Why.TOO_LARGE) from None
    # What broken files make the decoders raise; a wrong picture is the sender's to mend, not ours.
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, MemoryError):
        raise BadPicture(Why.NO_PICTURE) from None


def _whole(raw: bytes, form: str) -> bool:
    """Whether a file has its end. Not left to Pillow: the PDF engine tells it to be content with half a picture."""
    if form == "PNG":
        return b"IEND" in raw
    return raw.rfind(b"\xff\xd9") > raw.rfind(b"\xff\xda")


def _judge(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise BadPicture(Why.TOO_LARGE)
    shape = max(width, height) / max(min(width, height), 1)
    if max(width, height) > MOST_PIXELS_A_SIDE and shape > LONGEST_SHAPE:
        raise BadPicture(Why.TOO_LONG)


def _kept(picture: Image.Image) -> Redrawn:
    media_type = FORMATS[picture.format or ""]
    # A JPEG is unpacked no larger than it is needed.
    picture.draft("RGB", (MOST_PIXELS_A_SIDE, MOST_PIXELS_A_SIDE))
    drawn = ImageOps.exif_transpose(picture)
    drawn.thumbnail((MOST_PIXELS_A_SIDE, MOST_PIXELS_A_SIDE))
    drawn = _pixels(drawn)
    if media_type == PNG:
        content = _saved(drawn, "PNG")
        if len(content) <= LARGEST_PNG:
            return Redrawn(content, PNG)
    return Redrawn(_saved(drawn, "JPEG"), JPEG)


def _pixels(picture: Image.Image) -> Image.Image:
    """Return nothing but the pixels, on white where the picture was clear."""
    solid = Image.new("RGB", picture.size, "white")
    if "A" in picture.getbands() or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        solid.paste(clear, mask=clear.getchannel("A"))
    else:
        solid.paste(picture.convert("RGB"))
    return solid


def _saved(picture: Image.Image, form: str) -> bytes:
    into = io.BytesIO()
    picture.save(into, form, optimize=True, quality=QUALITY)
    return into.getvalue()
