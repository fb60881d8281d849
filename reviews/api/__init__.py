"""The API's views: cards to read, figures to read and write."""

from reviews.api.cards import CardViewSet
from reviews.api.figures import FiguresViewSet

__all__ = ["CardViewSet", "FiguresViewSet"]
