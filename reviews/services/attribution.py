"""From stored orders, chats and refunds to figures: which months, in which job, and who may ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from reviews.figures.days import Span
from reviews.figures.evidence import earning, totals

MODES = (earning.PAY_FIRST, earning.ORDER_FIRST)


def computed(shop: Any, span: Span, *, modes: Sequence[str]) -> dict[str, Any]:
    """Return mode → "account|day" → figures of a span, computed now from what is stored."""
    earning.attribute(shop, *totals.needed_days(span))
    return {mode: totals.as_json(totals.totals_of(shop, span, mode)) for mode in modes}
