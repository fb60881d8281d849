"""A year's plan as HR lives it: started, changed, broken down to people, published as their targets."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from reviews.models import OpeningMonth, Target, TargetNode
from reviews.workflow import take as take_step
from reviews.year_targets import saving
from reviews.year_targets.stored import Overtaken, Refused, read_plan, version_of
from reviews.year_targets.tree import Edit
from staff.models import Assignment, Employment, Shift
from tests import factories
from tests.reviews import month_data
from tests.reviews.year_targets.conftest import MARCH, TODAY

NEW_YEAR = date(2027, 1, 5)  # when last year's months are all over
SALES = [10, 5, 10, 20, 5, 30, 5, 5, 10, 15, 45, 40]  # thousand a month


def act(function, root, *args, by=None, on=TODAY, **more):
    root.refresh_from_db()
    more.setdefault("seen", version_of(root))
    if function is not saving.publish:
        more.setdefault("at", timezone.now())
    return function(root, *args, by=by, on=on, **more)


def node(level, month=None, **only):
    return TargetNode.objects.get(level=level, **({"first_month": month} if month else {}), **only)


def amounts(level, **only):
    nodes = TargetNode.objects.filter(level=level, **only).order_by("first_month", "order")
    return [str(one.amount) for one in nodes]


def adds_up(root):
    plan = read_plan(TargetNode.objects.get(pk=root.pk))
    return all(sum(p.amount for p in below) == plan.nodes[pk].amount for pk, below in plan.below.items())


def took_over(person, sales, *, first=date(2026, 1, 1)):
    OpeningMonth.objects.bulk_create(
        OpeningMonth(person=person, month=date(2026, first.month + place, 1), sales=D(1000 * value))
        for place, value in enumerate(sales)
    )


@pytest.fixture
def march(firm, started):
    """A plan whose March, 100,000.00, is broken down to teams and agents in equal parts."""
    root = started()
    act(saving.open_month, root, MARCH)
    return root


def test_a_plan_starts_in_equal_parts_to_the_cent(firm, started):
    root = started(amount="1000000.01")
    assert amounts("quarter") == ["250000.01", "250000.00", "250000.00", "250000.00"]
    assert amounts("month")[:4] == ["83333.34", "83333.34", "83333.33", "83333.34"]
    assert adds_up(root)
    assert node("month", MARCH).history.latest().history_user.person == firm.hr


def test_a_plan_follows_last_years_season(firm, started):
    took_over(firm.lin, SALES)
    root = started(amount="2000000.00", key="season", on=NEW_YEAR)
    assert amounts("month") == [f"{value}0000.00" for value in SALES]
    assert adds_up(root)


def test_imported_figures_count_before_the_months_taken_over(firm, started):
    took_over(firm.lin, SALES)
    account = factories.account("示例:小林", shop=firm.shop, holder=firm.lin)
    file = month_data.import_file(firm.shop)
    month_data.days(account, file=file, month=date(2026, 1, 1), count=20)  # 60,000 instead of 10,000
    root = started(amount="2500000.00", key="season", on=NEW_YEAR)
    assert amounts("month")[:2] == ["600000.00", "50000.00"]
    assert adds_up(root)


def test_missing_months_are_named_and_equal_parts_are_for_hr_to_allow(firm, started):
    took_over(firm.lin, SALES[:10])
    with pytest.raises(Refused) as refused:
        started(key="season")
    assert len(refused.value.messages) == 2
    assert all("2026-11、2026-12" in text for text in refused.value.messages)
    assert not TargetNode.objects.exists()
    started(key="season", equal_if_missing=True)
    assert {node("year").key, node("quarter", date(2027, 10, 1)).key} == {"equal"}
    assert node("quarter", date(2027, 1, 1)).key == "season"
    assert amounts("month")[:3] == ["120000.00", "60000.00", "120000.00"]


@pytest.mark.parametrize("amount", ["-1", "1.005", "NaN", "1000000000000.01"])
def test_a_plan_that_cannot_be_is_refused(firm, started, amount):
    with pytest.raises(Refused) as refused:
        started(amount=amount)
    assert len(refused.value.messages) == 1
    assert not TargetNode.objects.exists()


def test_a_unit_has_one_plan_a_year(firm, started):
    started()
    with pytest.raises(Refused):
        started()


def test_a_change_is_kept_and_the_rest_spread_again(firm, started):
    root = started()
    saved = act(saving.save_edits, root, {node("month", MARCH).pk: Edit(amount=D("150000.00"))})
    assert amounts("month")[:4] == ["75000.00", "75000.00", "150000.00", "100000.00"]
    assert {(move.label, str(move.new), move.typed) for move in saved.moves} == {
        ("2027-01", "75000.00", False),
        ("2027-02", "75000.00", False),
        ("2027-03", "150000.00", True),
    }
    act(saving.save_edits, root, {root.pk: Edit(amount=D("2400000.00"))})
    assert amounts("month")[:4] == ["225000.00", "225000.00", "150000.00", "200000.00"]
    act(saving.save_edits, root, {node("month", MARCH).pk: Edit(by_hand=False)})
    assert amounts("month")[2] == "200000.00"
    assert adds_up(root)


def test_kept_parts_above_the_whole_are_refused_and_nothing_is_written(firm, started):
    root = started()
    edits = {node("month", MARCH).pk: Edit(amount=D("300000.01")), root.pk: Edit(amount=D("1300000.00"))}
    edits[node("quarter", date(2027, 1, 1)).pk] = Edit(amount=D("300000.00"))
    with pytest.raises(Refused, match=r"300,000\.01"):
        act(saving.save_edits, root, edits)
    assert amounts("year") == ["1200000.00"]
    assert amounts("month")[2] == "100000.00"


def test_of_two_who_saw_the_same_plan_the_second_is_told(firm, started):
    root = started()
    seen = version_of(root)
    month = node("month", MARCH).pk
    act(saving.save_edits, root, {month: Edit(amount=D(1))}, seen=seen, by=firm.hr.users.get())
    for late in (saving.save_edits, saving.open_month, saving.publish):
        with pytest.raises(Overtaken) as other:
            act(late, root, {month: Edit(amount=D(2))} if late is saving.save_edits else MARCH, seen=seen)
        assert other.value.by.person == firm.hr
    assert node("month", MARCH).amount == D(1)


def test_a_month_is_broken_down_to_who_is_there(march, firm):
    assert [
        (n.unit.code, str(n.amount)) for n in TargetNode.objects.filter(level="team").order_by("order")
    ] == [
        ("T1", "50000.00"),
        ("T2", "50000.00"),
    ]
    assert amounts("agent", unit=firm.first) == ["16666.67", "16666.67", "16666.66"]
    assert adds_up(march)
    assert act(saving.open_month, march, MARCH).moves == []


def test_agents_weigh_the_days_they_are_employed(firm, started):
    Assignment.objects.filter(person=firm.wu).update(unit=firm.first)
    root = started(amount="1512000.00")  # March: 126,000 over 3 whole months and 15 of 31 days
    act(saving.open_month, root, MARCH)
    share = D(126000) / (3 + D(15) / 31)
    assert abs(node("agent", person=firm.wu).amount - share * 15 / 31) < D("0.01")
    done = act(saving.publish, root, [MARCH])
    assert done.recorded.new == 4
    target = Target.objects.get(person=firm.wu)
    assert abs(target.amount - share) < D("0.03")  # for a full month, of which the card counts 15 of 31 days
    assert "2027" in target.source


def test_a_month_follows_who_came_and_went_and_keeps_what_was_set_by_hand(march, firm):
    act(saving.save_edits, march, {node("agent", person=firm.lin).pk: Edit(amount=D("20000.00"))})
    Employment.objects.filter(person=firm.zhou).update(left_on=date(2027, 2, 1))
    factories.person("唐欣", staff_no="A5", unit=firm.first, position=factories.position())
    factories.person("白雪", staff_no="A6", unit=firm.first, position=factories.position())
    saved = act(saving.open_month, march, MARCH)
    assert amounts("agent", unit=firm.first) == ["20000.00", "10000.00", "10000.00", "10000.00"]
    assert "周敏" in saved.said[-1]
    assert adds_up(march)


def spread_team(root, firm, key, **more):
    team = node("team", unit=firm.first)
    saved = act(saving.save_edits, root, {team.pk: Edit(key=key)}, **more)
    return [str(one.amount) for one in TargetNode.objects.filter(parent=team).order_by("order")], saved.said


def test_levels_weigh_by_pay_and_who_has_none_counts_as_the_lowest(march, firm):
    found, said = spread_team(march, firm, "level")  # 5,000, 10,000, and the lowest, 5,000
    assert found == ["12500.00", "25000.00", "12500.00"]
    assert "周敏 A3" in said[0]


def shift(person, day, hours, *, published=True):
    starts = datetime(2027, 3, day, 1, tzinfo=UTC)
    at = starts if published else None
    Shift.objects.create(
        person=person, starts_at=starts, ends_at=starts + timedelta(hours=hours), published_at=at
    )


def test_hours_weigh_by_the_published_roster(march, firm):
    for person, hours in ((firm.lin, 10), (firm.chen, 5), (firm.zhou, 10)):
        shift(person, 1, hours)
    shift(firm.zhou, 2, 9, published=False)
    assert spread_team(march, firm, "hours") == (["20000.00", "10000.00", "20000.00"], [])


def test_without_a_roster_working_days_weigh_and_it_is_said(march, firm):
    shift(firm.lin, 1, 10)
    Employment.objects.filter(person=firm.zhou).update(left_on=date(2027, 3, 13))
    found, said = spread_team(march, firm, "hours")  # 23, 23 and 10 weekdays
    assert found == ["20535.72", "20535.71", "8928.57"]
    assert "陈晨 A2" in said[0]


def test_agents_without_last_years_sales_are_named(march, firm):
    took_over(firm.lin, [6], first=MARCH)
    took_over(firm.chen, [4], first=MARCH)
    with pytest.raises(Refused, match="周敏 A3"):
        spread_team(march, firm, "season")
    took_over(firm.zhou, [10], first=MARCH)
    assert spread_team(march, firm, "season")[0] == ["15000.00", "10000.00", "25000.00"]


def test_publishing_sets_targets_once_and_says_what_it_did(march, firm):
    with pytest.raises(Refused):
        act(saving.publish, march, [date(2027, 4, 1)])
    done = act(saving.publish, march, [date(2027, number, 1) for number in range(1, 13)])
    assert (done.recorded.new, done.recorded.unchanged, len(done.waiting)) == (4, 0, 11)
    again = act(saving.publish, march, [MARCH])
    assert (again.recorded.new, again.recorded.changed, again.recorded.unchanged) == (0, 0, 4)
    act(saving.save_edits, march, {node("agent", person=firm.lin).pk: Edit(amount=D("20000.00"))})
    third = act(saving.publish, march, [MARCH])
    assert (third.recorded.new, third.recorded.changed, third.recorded.unchanged) == (0, 3, 1)
    assert Target.objects.current().get(person=firm.lin).amount == D("20000.00")


def test_who_left_the_team_since_is_named_before_anything_is_published(march, firm):
    Employment.objects.filter(person=firm.zhou).update(left_on=date(2027, 2, 1))
    with pytest.raises(Refused, match="周敏"):
        act(saving.publish, march, [MARCH])
    assert not Target.objects.exists()


def test_a_published_plan_moves_no_submitted_card(firm, started):
    review = factories.review(firm.branch, month=MARCH)
    card = factories.card(
        firm.lin, review, assessor=firm.supervisor, approver=firm.manager, decider=firm.director
    )
    take_step("submit", card, by=firm.supervisor.users.get(), at=datetime(2027, 4, 2, tzinfo=UTC))
    before = card.current.sha256, card.current.total
    root = started()
    act(saving.open_month, root, MARCH)
    act(saving.publish, root, [MARCH])
    card.refresh_from_db()
    assert (card.current.sha256, card.current.total) == before
