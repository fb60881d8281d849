"""What a cell of the calendar says, as a table of days: two people, one shop, no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.completeness.grid import ATTENDANCE, OPEN, SHOP_DAYS, Facts, Grid, Held, State, Stored

SHOP, LI, WANG, ROBOT = 1, 11, 12, 99
RESULTS, SERVICE = "qianniu_results", "qianniu_service"
DAYS = [date(2026, 10, 1) + timedelta(days=n) for n in range(31)]
DAY = date(2026, 10, 18)
BOTH = (Held(1, SHOP, LI, DAYS[0], None, own=True), Held(2, SHOP, WANG, DAYS[0], None, own=True))
FACTS = Facts(
    days=DAYS,
    today=date(2026, 11, 5),
    shop_ids=[SHOP],
    sources=(RESULTS, SERVICE, SHOP_DAYS, ATTENDANCE),
    held=BOTH,
    employed={LI: [(DAYS[0], DAYS[-1])], WANG: [(DAYS[0], DAYS[-1])]},
    before=frozenset({(SHOP, RESULTS), (SHOP, SERVICE)}),
)


def of(account: int | None, source: str = SERVICE, day: date = DAY, **more) -> Stored:
    return Stored(SHOP, source, day, more.pop("last", day), 7, account_id=account, **more)


def cell(source: str = SERVICE, day: date = DAY, **facts):
    grid = Grid(replace(FACTS, **facts))
    return next(grid.cells(SHOP, source, [day]))


SEEN = [of(1, RESULTS), of(2, RESULTS)]
ROSTER = frozenset({(LI, DAY), (WANG, DAY)})
EXCUSED = {(SHOP, SERVICE, DAY): frozenset({None})}


@pytest.mark.parametrize(
    ("facts", "state", "missing"),
    [
        pytest.param({"rows": [of(1), of(2)]}, State.COMPLETE, (), id="both there, nothing else known"),
        pytest.param({"rows": [of(1), *SEEN]}, State.PARTIAL, (WANG,), id="one missing who is seen elsewhere"),
        pytest.param({"rows": [of(1)], "rostered": ROSTER}, State.PARTIAL, (WANG,), id="one missing who had a shift"),
        pytest.param({"rows": [of(1)], "rostered": {(LI, DAY)}}, State.COMPLETE, (), id="the other had no shift"),
        pytest.param({"rows": [of(1), *SEEN], "away": {(WANG, DAY)}}, State.COMPLETE, (), id="the other on leave"),
        pytest.param(
            {"rows": [of(1), *SEEN], "employed": {LI: [(DAYS[0], DAYS[-1])]}}, State.COMPLETE, (), id="the other left"
        ),
        pytest.param({"rows": SEEN}, State.MISSING, (LI, WANG), id="nothing, others are there"),
        pytest.param({"rows": []}, State.MISSING, (), id="nothing at all, no roster"),
        pytest.param({"rows": [], "rostered": {(LI, DAYS[0])}}, State.NOT_EXPECTED, (), id="nobody was rostered"),
        pytest.param({"rows": SEEN, "excused": EXCUSED}, State.EXCUSED, (), id="the day is excused"),
        pytest.param(
            {"rows": [of(1), *SEEN], "excused": {(SHOP, SERVICE, DAY): frozenset({2})}},
            State.COMPLETE,
            (),
            id="the missing one is excused",
        ),
        pytest.param(
            {"rows": SEEN, "excused": {(SHOP, SERVICE, DAY): frozenset({1, 2})}}, State.EXCUSED, (), id="both are"
        ),
        pytest.param(
            {"rows": SEEN, "excused": {(SHOP, SERVICE, DAY): frozenset({1})}}, State.MISSING, (WANG,), id="one of both"
        ),
        pytest.param({"rows": [of(1, final=False), of(2)]}, State.WAITING, (), id="the platform is not ready"),
        pytest.param({"rows": [], "today": DAY}, State.FUTURE, (), id="today, nothing yet"),
        pytest.param({"rows": [of(1), of(2)], "today": DAY}, State.COMPLETE, (), id="today, there already"),
        pytest.param({"rows": [], "today": DAYS[0]}, State.FUTURE, (), id="a day to come is not a gap"),
        pytest.param({"rows": [], "before": frozenset()}, State.NOT_EXPECTED, (), id="a shop without figures"),
        pytest.param(
            {"rows": [of(1, day=DAY + timedelta(days=1))], "before": frozenset()},
            State.NOT_EXPECTED,
            (),
            id="the day before the source appeared",
        ),
        pytest.param(
            {"rows": [of(1, day=DAY - timedelta(days=1))], "before": frozenset()},
            State.MISSING,
            (),
            id="the day after it did",
        ),
        pytest.param(
            {"rows": [of(1, day=DAYS[14], last=DAYS[20]), of(2), *SEEN]}, State.COMPLETE, (), id="a week holds the day"
        ),
        pytest.param(
            {"rows": [Stored(SHOP, SERVICE, DAY, DAY, 7, person_id=LI), of(2), *SEEN]},
            State.COMPLETE,
            (),
            id="a row by staff number",
        ),
    ],
)  # fmt: skip
def test_a_cell_says_what_is_there(facts, state, missing):
    for name in ("rostered", "away"):
        if name in facts:
            facts[name] = frozenset(facts[name])
    found = cell(**facts)
    assert (found.state, found.missing) == (state, missing)


def test_a_robots_account_owes_nothing_and_its_rows_are_nobodys():
    held = (*BOTH, Held(3, SHOP, ROBOT, DAYS[0], None, own=False))
    found = cell(
        held=held, rows=[of(1), of(2), of(3, RESULTS)], employed=FACTS.employed | {ROBOT: [(DAYS[0], DAY)]}
    )
    assert (found.state, found.missing) == (State.COMPLETE, ())


def test_a_moved_account_is_its_holders_of_the_day():
    held = (Held(1, SHOP, LI, DAYS[0], DAYS[9], own=True), Held(1, SHOP, WANG, DAYS[10], None, own=True))
    rows = [of(1, RESULTS, DAYS[9]), of(1, RESULTS, DAYS[10])]
    missing = [cell(day=DAYS[n], held=held, rows=rows).missing for n in (9, 10)]
    assert missing == [(LI,), (WANG,)]


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        pytest.param({"attended": frozenset({(LI, DAY), (WANG, DAY)})}, State.COMPLETE, id="both have a row"),
        pytest.param({"attended": frozenset({(LI, DAY)})}, State.PARTIAL, id="one has none"),
        pytest.param({}, State.MISSING, id="nobody has one"),
        pytest.param({"rows": [of(1, day=DAYS[0])]}, State.NOT_EXPECTED, id="nobody worked that day"),
    ],
)
def test_attendance_is_owed_by_those_seen_or_rostered(facts, state):
    assert cell(ATTENDANCE, **({"rows": [of(1), of(2)]} | facts)).state == state


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        pytest.param([of(None, SHOP_DAYS)], State.COMPLETE, id="there"),
        pytest.param([of(1)], State.MISSING, id="only agents' figures"),
        pytest.param([of(None, SHOP_DAYS, final=False)], State.WAITING, id="not final"),
    ],
)
def test_a_shops_day(rows, state):
    assert cell(SHOP_DAYS, rows=rows).state == state


def test_sources_that_disagree_and_spans_are_marked():
    rows = [
        of(1, values={"receptions": 5, "sales": 1}),
        of(1, RESULTS, values={"receptions": 6}),
        of(2, RESULTS, DAYS[20], last=DAYS[22], values={"receptions": 6}),
    ]
    assert cell(rows=rows).differs
    assert cell(RESULTS, rows=rows).differs
    assert not cell(RESULTS, DAYS[21], rows=rows).differs
    assert cell(RESULTS, DAYS[21], rows=rows).spans
    assert not cell(rows=[of(1, values={"sales": 1}), of(1, RESULTS, values={"receptions": 6})]).differs


def test_a_shop_is_expected_to_have_its_sources_its_days_and_attendance():
    assert Grid(replace(FACTS, before=frozenset({(SHOP, RESULTS)}))).sources_of(SHOP) == [
        RESULTS,
        SHOP_DAYS,
        ATTENDANCE,
    ]


@given(
    there=st.sets(
        st.sampled_from([(a, s, d) for a in (1, 2) for s in (RESULTS, SERVICE) for d in (DAYS[3], DAY)])
    ),
    roster=st.frozensets(st.sampled_from([(p, d) for p in (LI, WANG) for d in (DAYS[3], DAY)])),
    away=st.frozensets(st.sampled_from([(p, d) for p in (LI, WANG) for d in (DAYS[3], DAY)])),
)
def test_nobody_is_missing_who_is_there_and_every_gap_names_somebody_or_the_day(there, roster, away):
    facts = replace(FACTS, rows=[of(a, s, d) for a, s, d in there], rostered=roster, away=away)
    accounts = {LI: 1, WANG: 2}
    for row in Grid(facts).rows():
        for one in row.cells:
            assert all((accounts[person], row.source, one.day) not in there for person in one.missing)
            assert not {(person, one.day) for person in one.missing} & away
            assert (one.state is State.PARTIAL) <= bool(one.missing)
            assert one.state in OPEN or not one.missing
