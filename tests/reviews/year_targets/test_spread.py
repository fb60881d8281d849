"""A whole over its parts: tables of cases and laws, without the database."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.year_targets.spread import KEPT_ABOVE, KEPT_SHORT, CannotSpread, spread
from reviews.year_targets.tree import NO_WEIGHTS, Edit, Part, settle

CENTS = st.integers(0, 10**14).map(lambda cents: D(cents).scaleb(-2))
WEIGHTS = st.lists(
    st.one_of(st.just(D(0)), st.decimals(0, 10**9, places=4, allow_nan=False)), min_size=1, max_size=15
)


@pytest.mark.parametrize(
    ("whole", "weights", "kept", "parts"),
    [
        pytest.param("100", [1, 1, 1], {}, "33.34 33.33 33.33", id="the cent left over goes to the first"),
        pytest.param("0.05", [1, 1, 1], {}, "0.02 0.02 0.01", id="two cents left over"),
        pytest.param("100", [1, 2, 0], {}, "33.33 66.67 0", id="the larger remainder wins, no weight gets nothing"),
        pytest.param("10", [0, 0, 0, 0], {}, "2.5 2.5 2.5 2.5", id="no weights at all: equal"),
        pytest.param("100", [1, 1, 1], {1: D("50.01")}, "25.00 50.01 24.99", id="a kept part stays"),
        pytest.param("100", [5, 0, 0], {0: D(40)}, "40 30 30", id="only untouched weights count"),
        pytest.param("7", [3, 4], {0: D(7)}, "7 0", id="kept parts may fill the whole"),
        pytest.param("7", [3, 4], {0: D(3), 1: D(4)}, "3 4", id="all kept, and they add up"),
        pytest.param("0", [3, 4], {}, "0 0", id="nothing to spread"),
    ],
)  # fmt: skip
def test_parts(whole, weights, kept, parts):
    assert spread(D(whole), weights, kept) == [D(part) for part in parts.split()]


@pytest.mark.parametrize(
    ("kept", "code"),
    [({0: D(60), 1: D("40.01")}, KEPT_ABOVE), ({0: D(60), 1: D(39), 2: D(0)}, KEPT_SHORT)],
    ids=["above the whole", "all kept, and short of it"],
)
def test_kept_parts_that_do_not_fit_are_refused(kept, code):
    with pytest.raises(CannotSpread) as refused:
        spread(D(100), [1, 1, 1], kept)
    assert (refused.value.code, refused.value.whole) == (code, D(100))
    assert refused.value.kept == sum(kept.values())


@pytest.mark.parametrize(
    ("whole", "weights"), [("1.005", [1, 1]), ("1", [1, -1])], ids=["half a cent", "minus"]
)
def test_nonsense_is_refused(whole, weights):
    with pytest.raises(ValueError, match=r"cents|negative"):
        spread(D(whole), weights)


@given(CENTS, WEIGHTS)
def test_parts_add_up_and_follow_their_weights(whole, weights):
    parts = spread(whole, weights)
    assert sum(parts) == whole
    assert all(part >= 0 for part in parts)
    for i, part in enumerate(parts):
        for j, other in enumerate(parts):
            if weights[i] > weights[j]:
                assert part >= other
            if weights[i] == weights[j]:
                assert abs(part - other) <= D("0.01")
                assert i > j or part >= other
    if any(weights):
        exact = [whole * weight / sum(weights) for weight in weights]
        assert all(abs(part - share) < D("0.0101") for part, share in zip(parts, exact, strict=True))


@given(CENTS, WEIGHTS, st.data())
def test_kept_parts_stay_and_the_rest_still_adds_up(whole, weights, data):
    places = data.draw(st.sets(st.integers(0, len(weights) - 1), max_size=len(weights) - 1))
    before = spread(whole, weights)
    kept = {place: before[place] for place in places}
    parts = spread(whole, weights, kept)
    assert sum(parts) == whole
    assert all(parts[place] == amount for place, amount in kept.items())


def plan():
    """120 over two halves of 60, each over two of 30."""

    def half(number):
        leaves = [Part(number * 10 + place, D(30), False, "equal") for place in (1, 2)]
        return Part(number, D(60), False, "equal", leaves)

    return Part(1, D(120), False, "equal", [half(2), half(3)])


def amounts(root):
    return {part.id: str(int(part.amount)) for part in root.walk()}


def equal(part):
    return [D(1)] * len(part.parts)


@pytest.mark.parametrize(
    ("edits", "changed"),
    [
        pytest.param({2: Edit(amount=D(80))}, {2: "80", 3: "40", 21: "40", 22: "40", 31: "20", 32: "20"},
                     id="beside and below follow"),
        pytest.param({21: Edit(amount=D(10))}, {21: "10", 22: "50"}, id="above and the cousins stay"),
        pytest.param({1: Edit(amount=D(240))},
                     {1: "240", 2: "120", 3: "120", 21: "60", 22: "60", 31: "60", 32: "60"}, id="the whole"),
        pytest.param({2: Edit(by_hand=True)}, {}, id="kept as it stands"),
        pytest.param({2: Edit(amount=D(80)), 21: Edit(amount=D(80))},
                     {2: "80", 3: "40", 21: "80", 22: "0", 31: "20", 32: "20"}, id="two levels at once"),
    ],
)  # fmt: skip
def test_a_change_settles_what_it_touches(edits, changed):
    root = plan()
    before = amounts(root)
    assert settle(root, edits, weigh=equal) == []
    assert amounts(root) == before | changed
    for part in root.walk():
        assert not part.parts or sum(one.amount for one in part.parts) == part.amount


def test_a_kept_part_stays_until_it_is_released():
    root = plan()
    settle(root, {21: Edit(amount=D(10))}, weigh=equal)
    settle(root, {1: Edit(amount=D(200))}, weigh=equal)
    assert (amounts(root)[21], amounts(root)[22]) == ("10", "90")
    settle(root, {21: Edit(by_hand=False)}, weigh=equal)
    assert (amounts(root)[21], amounts(root)[22]) == ("50", "50")


def test_an_untouched_level_does_not_move_when_its_weights_did():
    root = plan()
    before = amounts(root)
    assert settle(root, {}, weigh=lambda part: [D(1), D(9)]) == []
    assert amounts(root) == before
    settle(root, {}, weigh=lambda part: [D(1), D(9)], again=[3])
    assert amounts(root) == before | {31: "6", 32: "54"}


def test_every_place_that_cannot_be_settled_is_named():
    root = plan()
    edits = {
        2: Edit(amount=D(100)),
        3: Edit(amount=D(100)),
        31: Edit(amount=D(5)),
        32: Edit(amount=D(5)),
        22: Edit(key="season"),
    }
    found = settle(root, edits, weigh=lambda part: None if part.id == 2 else equal(part))
    assert [(one.part_id, one.code) for one in found] == [(1, KEPT_ABOVE), (2, NO_WEIGHTS), (3, KEPT_SHORT)]
