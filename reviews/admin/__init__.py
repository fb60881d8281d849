"""HR's pages of reviews, plans, figures and checks."""

from reviews.admin import checks, completeness, figures, plans, reviews, rows, targets

__all__ = ["checks", "completeness", "figures", "plans", "reviews", "rows", "targets"]
