"""A row's values come out of their packing as they went in."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.figures.packed import Packed

NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)


@given(st.dictionaries(st.sampled_from(["sales", "orders", "reply_rate", "items"]), NUMBERS))
def test_numbers_come_out_as_they_went_in(values):
    found = Packed(values).values
    assert found == values
    assert [(type(one), str(one)) for one in found.values()] == [
        (type(one), str(one)) for one in values.values()
    ]


@pytest.mark.parametrize("values", [{"name": "甲 乙"}, {"day": date(2026, 10, 1), "sales": Decimal("1.50")}])
def test_other_values_are_kept_as_they_are(values):
    assert Packed(values).values == values
