"""HR's pages of reviews, plans, figures and checks."""

from reviews.admin import checks, plans, reviews

__all__ = ["checks", "plans", "reviews"]
