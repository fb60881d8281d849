"""HR's pages of reviews, plans, figures and checks."""

from reviews.admin import checks, figures, plans, profiles, reviews, rows, targets

__all__ = ["checks", "figures", "plans", "profiles", "reviews", "rows", "targets"]
