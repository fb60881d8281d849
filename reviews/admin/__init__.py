"""HR's pages of reviews, plans, figures and checks."""

from reviews.admin import (
    checks,
    completeness,
    figures,
    hand_overs,
    intraday,
    matrix,
    plans,
    procedures,
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
    "hand_overs",
    "intraday",
    "matrix",
    "plans",
    "procedures",
    "profiles",
    "refunds",
    "reviews",
    "rows",
    "sources",
    "succession",
    "targets",
    "year_plan",
]
