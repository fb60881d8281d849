"""HR's pages of reviews, plans, figures and checks."""

from reviews.admin import checks, figures, plans, reviews, rows, sources, targets

__all__ = ["checks", "figures", "plans", "reviews", "rows", "sources", "targets"]
