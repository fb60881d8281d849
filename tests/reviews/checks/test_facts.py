"""From records to facts: each with its source, what is not there never zero."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reviews import records
from reviews.checking import Subject, check_facts, summaries_due, waivers_for
from reviews.checks import MarkGiven
from reviews.models import ServiceEvent, Waiver, WorkSummary
from reviews.scoring.facts import State
from staff.models import Leave
from tests import factories as make
from tests.reviews.checks.conftest import OCTOBER, SHOP_TIME
from training.services import MarkGiven as ExamGiven
from training.services import record_marks

NOVEMBER = datetime(2026, 11, 2, 1, tzinfo=UTC)


def fact(person, key, *, at=SHOP_TIME, month=OCTOBER):
    return check_facts([person.pk], month, at=at)[person.pk].get(key)


def marked(code, halves):
    return {code: MarkGiven(halves, quote="好的亲")}


def test_the_mean_of_all_checks_of_the_month_with_its_source(team):
    for halves in (10, 9, 8):
        make.check(team.jing, by=team.zhao, at=SHOP_TIME, marks=marked("communication", halves))
    make.check(
        team.jing, by=team.zhao, at=SHOP_TIME, chat_on=date(2026, 9, 30), marks=marked("communication", 0)
    )
    found = fact(team.jing, "communication")
    assert found.value == Decimal("4.5")
    assert dict(found.source.params) == {"by": "赵启航", "sold": "3", "unsold": "0"}


@pytest.mark.parametrize(
    ("sold", "state", "reason"),
    [
        pytest.param([], State.MISSING, "no_check", id="no check"),
        pytest.param([True, True], State.MISSING, "no_sold_and_unsold_check", id="only sold"),
        pytest.param([False], State.MISSING, "no_sold_and_unsold_check", id="only unsold"),
        pytest.param([True, False], State.PRESENT, "", id="one of each"),
    ],
)
def test_follow_up_needs_a_sold_and_an_unsold_chat(team, sold, state, reason):
    for each in sold:
        make.check(team.jing, by=team.zhao, at=SHOP_TIME, sold=each, marks=marked("follow_up", 7))
    found = fact(team.jing, "follow_up")
    assert (found.state, found.reason) == (state, reason)
    assert found.value == (Decimal("3.5") if state is State.PRESENT else None)


def test_response_time_from_pasted_chats_weighs_each_reply(team):
    make.check(team.jing, by=team.zhao, at=SHOP_TIME, text="买家 10:00:00\na\n客服 10:00:10\nb")
    twice = "买家 10:00:00\na\n客服 10:00:40\nb\n买家 10:01:00\na\n客服 10:01:10\nb"
    make.check(team.jing, by=team.zhao, at=SHOP_TIME, text=twice)
    assert fact(team.jing, "response_seconds").value == Decimal(20)
    assert fact(team.wan, "response_seconds") is None


def test_a_critical_item_counts_and_none_is_zero(team):
    make.check(team.jing, by=team.zhao, at=SHOP_TIME, critical={"insult": "真笨"})
    assert fact(team.jing, "critical_failures").value == 1
    assert fact(team.wan, "critical_failures").value == 0


def event(team, *, order="", decided="", kind="dispute", day=date(2026, 10, 20)):
    made = records.record_event(
        person=team.jing, kind=kind, day=day, account="买家投诉发错货", order=order,
        by=team.zhao.users.get(), at=SHOP_TIME, form_key=uuid.uuid4(),
    )  # fmt: skip
    if decided:
        records.decide_event(
            made, by_service=decided, reason="聊天记录为证", by=team.zhao.users.get(), at=SHOP_TIME
        )
    return made


@pytest.mark.parametrize(
    ("events", "count"),
    [
        pytest.param([], 0, id="none is 0"),
        pytest.param([("1", "yes"), ("2", "yes")], 2, id="two orders"),
        pytest.param([("1", "yes"), ("1", "yes")], 1, id="two of one order count once"),
        pytest.param([("", "yes"), ("", "yes")], 2, id="without a number each counts"),
        pytest.param([("1", "no")], 0, id="not the agent's service"),
        pytest.param([("1", "yes"), ("2", "")], None, id="one undecided leaves it missing"),
    ],
)
def test_disputes(team, events, count):
    for order, decided in events:
        event(team, order=order and f"39123456789012345{order}", decided=decided)
    found = fact(team.jing, "disputes")
    assert found.value == count
    assert found.reason == ("undecided_event" if count is None else "")


def test_an_undecided_praise_holds_nothing_up(team):
    event(team, kind="praise")
    assert fact(team.jing, "disputes").value == 0
    event(team, kind="praise", decided="yes")
    assert fact(team.jing, "praises").value == 1


def test_an_order_number_is_not_kept(team):
    made = event(team, order="3912345678901234567")
    assert made.order_tail == "4567"
    assert len(made.order_digest) == 64
    assert not any(
        "39123456" in str(value) for value in ServiceEvent.objects.values().get(pk=made.pk).values()
    )


def hand_in(team, at=SHOP_TIME):
    return records.hand_in_summary(
        person=team.jing, month=OCTOBER, text="本月小结", by=team.jing.users.get(), at=at
    )


def test_the_work_summary_from_due_to_marked(team):
    assert fact(team.jing, "work_summary").reason == "no_summary_mark"
    assert fact(team.jing, "work_summary", at=NOVEMBER).value == 0
    made = hand_in(team)
    assert fact(team.jing, "work_summary", at=NOVEMBER).reason == "no_summary_mark"
    records.mark_summary(made, halves=9, comment="写得具体", by=team.zhao.users.get(), at=SHOP_TIME)
    assert fact(team.jing, "work_summary", at=NOVEMBER).value == Decimal("4.5")


def test_a_summary_that_falls_due_on_leave_moves_to_the_third_day_after_it(team):
    Leave.objects.create(
        person=team.jing, kind="sick", hours=16, approved_by=team.zhao,
        starts_at=datetime(2026, 10, 29, 16, tzinfo=UTC), ends_at=datetime(2026, 11, 1, 16, tzinfo=UTC),
    )  # fmt: skip
    due = summaries_due([team.jing.pk, team.wan.pk], OCTOBER)
    assert due[team.wan.pk] == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert due[team.jing.pk] == datetime(2026, 11, 4, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sittings", "value"),
    [
        pytest.param([], None, id="none"),
        pytest.param(
            [("2026-10-01", 70), ("2026-10-31", 82), ("2026-10-15", 60)], 82, id="best of the month"
        ),
        pytest.param(
            [("2026-10-03", 61), ("2026-09-30", 99)], 61, id="the month's before a better earlier one"
        ),
        pytest.param([("2026-09-30", 55), ("2026-08-30", 99)], 55, id="the latest earlier one"),
        pytest.param([("2026-08-02", 77)], 77, id="90 days before the last day"),
        pytest.param([("2026-08-01", 77)], None, id="91 days"),
        pytest.param([("2026-11-01", 77)], None, id="next month's"),
    ],
)
def test_which_exam_counts(team, sittings, value):
    given = [
        ExamGiven(team.jing.pk, "product", date.fromisoformat(day), Decimal(mark)) for day, mark in sittings
    ]
    record_marks(given, by=None, source="考试成绩.xlsx")
    found = fact(team.jing, "product_exam")
    assert found.value == value
    assert fact(team.jing, "skills_exam").reason == "no_exam"


def test_an_exam_mark_is_scaled_to_100(team):
    given = ExamGiven(team.jing.pk, "skills", date(2026, 10, 9), Decimal(45), full_mark=Decimal(60))
    record_marks([given], by=None, source="x")
    assert fact(team.jing, "skills_exam").value == 75


def test_waivers_reach_by_person_unit_and_kind(team):
    gu = team.gu.users.get()

    def give(line, **scope):
        Waiver.objects.create(month=OCTOBER, line=line, reason=line, by=gu, given_at=SHOP_TIME, **scope)

    give("disputes", employment_kind="full")
    give("conversion", unit=team.first)
    give("refund_rate", person=team.jing)
    give("consultations", unit=team.first)
    subjects = [
        Subject(team.jing.pk, team.first.path, "full"),
        Subject(team.wan.pk, team.first.path, "trial"),
        Subject(team.qin.pk, team.second.path, "full"),
    ]
    found = waivers_for(subjects, OCTOBER)
    assert set(found[team.jing.pk]) == {"disputes", "conversion", "refund_rate", "consultations"}
    assert set(found[team.wan.pk]) == {"conversion", "consultations"}
    assert set(found[team.qin.pk]) == {"disputes"}


def test_the_number_of_queries_does_not_grow(team, django_assert_max_num_queries):
    people = [team.jing, team.wan, team.zhao]
    hand_in(team)
    for person in people[:2]:
        make.check(person, by=team.zhao, at=SHOP_TIME)
    with django_assert_max_num_queries(8):
        check_facts([person.pk for person in people], OCTOBER, at=NOVEMBER)
    assert WorkSummary.objects.count() == 1
