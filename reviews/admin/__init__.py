"""HR's pages of reviews, plans, figures and checks."""

from reviews.admin import checks, figures, intraday, plans, refunds, reviews, rows, targets

__all__ = ["checks", "figures", "intraday", "plans", "refunds", "reviews", "rows", "targets"]
