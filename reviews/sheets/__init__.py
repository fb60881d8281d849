"""Cards as they are read: rows of a version in, one worded `CardSheet` out."""

from reviews.document_codes import document_code
from reviews.sheets.build import sheet_for
from reviews.sheets.rows import CARD_RELATED

__all__ = ["CARD_RELATED", "document_code", "sheet_for"]
