"""Accounts that are not one person's: shared ones are divided by the roster, others stay with the shop."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.facts.totals import person_totals, response
from reviews.figures import applying, counting, importing
from reviews.figures.exporting import exported_rows
from reviews.figures.holders import moment, split_amount, split_count
from reviews.figures.importing import Asked, Upload
from staff.models import AccountHolder, PlatformAccount, Shift
from tests import factories
from tests.reviews.figures.sheets import RESULTS, SERVICE, result, service, xlsx

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
ACCOUNT = "示例旗舰店:小雅"
OCTOBER = date(2026, 10, 1)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_parts_add_up_and_are_within_one_of_their_share(whole, weights):
    parts = split_count(whole, weights)
    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - D(whole) * weight / sum(weights)) < 1
        assert part == 0 or weight
    amount = D(whole).scaleb(-2)
    assert sum(split_amount(amount, weights)) == amount


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        pytest.param(10, [1, 1, 1], [4, 3, 3], id="of equal remainders the first"),
        pytest.param(139, [9, 3], [104, 35], id="the larger remainder"),
        pytest.param(0, [1, 2], [0, 0], id="nothing"),
        pytest.param(5, [0, 7], [0, 5], id="one had no hours"),
    ],
)
def test_largest_remainder(whole, weights, parts):
    assert split_count(whole, weights) == parts


@pytest.fixture
def shop(db):
    return factories.shop()


@pytest.fixture
def shared(shop):
    account = factories.account(ACCOUNT, shop=shop)
    PlatformAccount.objects.update(kind="shared")
    return account


@pytest.fixture
def lin(shop):
    return factories.person("林雅", staff_no="0017")


@pytest.fixture
def pan(shop):
    return factories.person("潘雪", staff_no="0018")


def holds(account, person, since="2026-09-01 00:00", until=None):
    zone = moment(OCTOBER).tzinfo
    starts = datetime.fromisoformat(since).replace(tzinfo=zone)
    ends = datetime.fromisoformat(until).replace(tzinfo=zone) if until else None
    AccountHolder.objects.create(account=account, person=person, starts_at=starts, ends_at=ends)


def works(person, starts, ends, *, published=True):
    zone = moment(OCTOBER).tzinfo
    begin, end = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (starts, ends))
    Shift.objects.create(person=person, starts_at=begin, ends_at=end, published_at=AT if published else None)


def imported(shop, *paths):
    batch = importing.receive([Upload(p, p.name) for p in paths], shop=shop, by=None, asked=Asked())
    importing.stage(batch)
    applying.apply(batch, by=None, at=AT)
    return batch


def day(tmp_path, name="a_20261001.xlsx", **values):
    return xlsx(tmp_path / name, SERVICE, service(ACCOUNT, **values))


def counted(**kwargs):
    rows = counting.counted_agent_figures(first_day=OCTOBER, last_day=date(2026, 10, 31), **kwargs)
    return {row.person_id: row for row in rows}


def receptions(**kwargs):
    return {person: row.value("receptions") for person, row in counted(**kwargs).items() if person}


def test_a_day_is_divided_by_rostered_hours_and_marked_as_estimated(shop, shared, lin, pan, tmp_path):
    for person in (lin, pan):
        holds(shared, person)
    works(lin, "2026-10-01 09:00", "2026-10-01 18:00")
    works(pan, "2026-10-01 18:00", "2026-10-01 21:00")
    imported(shop, day(tmp_path, 接待人数=139), xlsx(tmp_path / "b_20261001.xlsx", RESULTS, result(ACCOUNT)))
    rows = counted()
    assert receptions() == {lin.pk: 104, pan.pk: 35}
    assert [rows[p.pk].value("sales") for p in (lin, pan)] == [D("1978.26"), D("659.42")]
    assert all(one.estimated for p in (lin, pan) for one in rows[p.pk].fields.values())
    assert rows[lin.pk].fields.keys() & {"average_response_seconds", "answer_ratio"} == set()
    assert rows[None].value("average_response_seconds") == D("33.46")
    assert receptions(person_ids=[pan.pk]) == {pan.pk: 35}


@pytest.mark.parametrize(
    ("spans", "shifts", "parts"),
    [
        pytest.param([(), ()], [], (70, 69), id="no roster: half each"),
        pytest.param([(), ()], [(1, "09:00", "17:00")], (None, 139), id="only one was rostered"),
        pytest.param(
            [("2026-09-01 00:00", "2026-10-01 18:00"), ("2026-10-01 18:00",)],
            [],
            (104, 35),
            id="handed over at 18",
        ),
        pytest.param(
            [("2026-09-01 00:00", "2026-10-01 12:00"), ("2026-10-01 12:00",)],
            [(0, "09:00", "18:00"), (1, "09:00", "18:00")],
            (46, 93),
            id="hours outside the holding do not count",
        ),
        pytest.param([("2026-09-01 00:00", "2026-10-01 00:00"), ()], [], (None, 139), id="one had it before"),
    ],
)
def test_who_had_a_shared_account_when(shop, shared, lin, pan, tmp_path, spans, shifts, parts):
    people = (lin, pan)
    for person, span in zip(people, spans, strict=True):
        holds(shared, person, *span)
    for who, starts, ends in shifts:
        works(people[who], f"2026-10-01 {starts}", f"2026-10-01 {ends}")
    imported(shop, day(tmp_path, 接待人数=139))
    found = receptions()
    assert tuple(found.get(person.pk) for person in people) == parts


def test_a_shift_over_midnight_counts_on_each_day_and_a_draft_on_none(shop, shared, lin, pan, tmp_path):
    for person in (lin, pan):
        holds(shared, person)
    works(lin, "2026-09-30 20:00", "2026-10-01 06:00")
    works(pan, "2026-10-01 18:00", "2026-10-02 00:00")
    works(pan, "2026-10-01 06:00", "2026-10-01 18:00", published=False)
    imported(shop, day(tmp_path, 接待人数=100))
    assert receptions() == {lin.pk: 50, pan.pk: 50}


def test_whoever_alone_had_it_all_day_has_the_whole_and_nothing_is_estimated(shop, shared, lin, tmp_path):
    holds(shared, lin)
    imported(shop, day(tmp_path))
    row = counted()[lin.pk]
    assert row.value("average_response_seconds") == D("40.63")
    assert not any(one.estimated for one in row.fields.values())


def test_a_shared_account_of_nobody_stays_with_the_shop(shop, shared, lin, tmp_path):
    imported(shop, day(tmp_path))
    assert list(counted()) == [None]
    assert counted()[None].value("receptions") == 139


@pytest.mark.parametrize("kind", ["robot", "main", "company"])
def test_figures_of_accounts_of_nobody_stay_with_the_shop(shop, shared, lin, tmp_path, kind):
    holds(shared, lin)
    PlatformAccount.objects.update(kind=kind)
    imported(shop, day(tmp_path))
    assert list(counted()) == [None]


def test_estimated_figures_stay_out_of_the_response(shop, shared, lin, pan, tmp_path):
    for person in (lin, pan):
        holds(shared, person)
    factories.account("店:own", shop=shop, holder=lin)
    own = service("店:own", **{"平均响应时长（秒)": 10})
    imported(shop, xlsx(tmp_path / "a_20261001.xlsx", SERVICE, service(ACCOUNT), own))
    totals = person_totals([lin.pk, pan.pk], OCTOBER)
    assert response(totals[lin.pk], "average_response_seconds").value == 10
    assert response(totals[pan.pk], "average_response_seconds") is None
    assert totals[pan.pk].sums["receptions"].estimated
    assert totals[lin.pk].sums["receptions"].value + totals[pan.pk].sums["receptions"].value == 2 * 139


def test_what_is_stored_goes_out_once_however_it_is_divided(shop, shared, lin, pan, tmp_path):
    for person in (lin, pan):
        holds(shared, person)
    imported(shop, day(tmp_path))
    rows = exported_rows(shop, first=OCTOBER, last=date(2026, 10, 31))
    assert [(row["account"], row["staff_no"], row["receptions"]) for row in rows] == [(ACCOUNT, None, 139)]


@pytest.mark.parametrize("many", [3, 30])
def test_many_shared_accounts_take_as_many_queries_as_few(
    shop, lin, pan, tmp_path, django_assert_num_queries, many
):
    for number in range(many):
        account = PlatformAccount.objects.create(shop=shop, name=f"店:{number}", kind="shared")
        for person in (lin, pan):
            holds(account, person)
    rows = [service(f"店:{number}") for number in range(many)]
    imported(shop, xlsx(tmp_path / "a_20261001.xlsx", SERVICE, *rows))
    with django_assert_num_queries(4):
        assert (
            sum(
                row.value("receptions")
                for row in counting.counted_agent_figures(
                    first_day=OCTOBER, last_day=OCTOBER, shop_ids=[shop.pk]
                )
                if row.person_id
            )
            == 139 * many
        )
