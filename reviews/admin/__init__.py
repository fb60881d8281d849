"""HR's pages of reviews, plans, figures and checks."""

from reviews.admin import (
    checks,
    completeness,
    figures,
    matrix,
    plans,
    profiles,
    reviews,
    rows,
    sources,
    targets,
    year_plan,
)

__all__ = [
    "checks",
    "completeness",
    "figures",
    "matrix",
    "plans",
    "profiles",
    "reviews",
    "rows",
    "sources",
    "targets",
    "year_plan",
]
