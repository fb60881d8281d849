"""HR's pages of reviews, plans, figures and checks."""

from reviews.admin import (
    checks,
    completeness,
    figures,
    intraday,
    matrix,
    plans,
    profiles,
    refunds,
    reviews,
    rows,
    sources,
    succession,
    targets,
    year_plan,
)

__all__ = [
    "checks",
    "completeness",
    "figures",
    "intraday",
    "matrix",
    "plans",
    "profiles",
    "refunds",
    "reviews",
    "rows",
    "sources",
    "succession",
    "targets",
    "year_plan",
]
