"""What waits for whom: each kind of row appears with its people, and not for the other branch's HR."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from reviews import history
from reviews.models import Card, CardEvent, CardNote, HandOver, ImportBatch, PlanVersion
from reviews.today.items import Item, Tone, listed
from reviews.today.page import work_of
from staff.models import CalendarYear, Delivery, Job, Message
from tests import factories
from tests.reviews.people import november, user

ON = date(2026, 11, 5)


def moved(card, state):
    path = ["draft", "submitted", "published", "confirmed", "closed", "approved"]
    for source, target in itertools.pairwise(path):
        if card.state == state:
            break
        Card.objects.filter(pk=card.pk).move(sources={source}, target=target)
        card.state = target
    return card


def rows(person, day, *kinds):
    work = work_of(user(person), november(day))
    return [row for row in work.list.rows if not kinds or row.item.kind in kinds]


@pytest.mark.parametrize(
    ("state", "day", "kind", "awaited"),
    [
        pytest.param("draft", 6, "late_assess", "王组长", id="the supervisor has not submitted"),
        pytest.param("submitted", 9, "late_approve", "钱总监", id="the director has not approved"),
        pytest.param("published", 11, "late_confirm", "林小满", id="the agent has not confirmed"),
        pytest.param("confirmed", 12, "late_close", "赵经理", id="the manager has not closed"),
    ],
)
def test_hr_sees_what_is_late_and_who_is_awaited(firm, other_hr, state, day, kind, awaited):
    moved(firm.card(), state)
    [row] = rows(firm.sun, day, kind)
    assert row.tone is Tone.LATE
    assert awaited in row.item.why
    assert row.item.action is not None
    assert rows(other_hr, day, kind) == []


@pytest.mark.parametrize(
    ("state", "day", "kind"),
    [
        ("draft", 4, "late_assess"),
        ("submitted", 6, "late_approve"),
        ("published", 10, "late_confirm"),
        ("confirmed", 11, "late_close"),
    ],
)
def test_nothing_is_late_on_the_day_itself(firm, state, day, kind):
    moved(firm.card(), state)
    assert rows(firm.sun, day, kind) == []


@pytest.mark.parametrize(
    ("who", "state", "kind"),
    [
        ("wang", "draft", "mine_assess"),
        ("qian", "submitted", "mine_approve"),
        ("zhao", "confirmed", "mine_close"),
        ("sun", "closed", "mine_hand_over"),
        ("li", "closed", "mine_hand_over"),
    ],
)
def test_who_acts_finds_the_cards_that_wait(firm, who, state, kind):
    moved(firm.card(), state)
    person = getattr(firm, who)
    found = rows(person, 4, kind)
    # A supervisor has no page in the back office: the list is asked for nobody there.
    assert bool(found) is (who != "wang")
    assert all("林小满" in row.item.why for row in found)


def test_a_month_is_closed_as_one_so_nobody_is_awaited_before(firm):
    moved(firm.card(), "confirmed")
    moved(firm.card(firm.chen), "submitted")
    assert rows(firm.zhao, 12, "mine_close") == []
    assert rows(firm.sun, 12, "late_close") == []
    Card.objects.filter(person=firm.chen).update(set_aside_at=november(11))
    assert len(rows(firm.zhao, 12, "mine_close")) == 1


def test_the_hand_over_ahead_has_a_date_and_no_button(firm):
    moved(firm.card(), "submitted")
    [row] = rows(firm.sun, 5, "hand_over_ahead")
    assert (row.tone, row.chip, row.item.action) == (Tone.LATER, "11-13", None)
    assert rows(firm.qian, 5, "hand_over_ahead") == []


def test_a_return_waits_for_the_second_person_and_not_for_who_asked(firm, other_hr):
    card = moved(firm.card(), "submitted")
    asker = user(firm.sun)
    Card.objects.filter(pk=card.pk).update(seq=1)
    [event] = history.append(
        [
            CardEvent(
                card=card,
                seq=1,
                version_id=card.current_id,
                at=november(5),
                act="ask_return",
                from_state="submitted",
                to_state="submitted",
                user=asker,
                person=firm.sun,
                subject=firm.lin,
            )
        ],
        note="数据有误",
    ) or list(CardEvent.objects.filter(card=card))
    assert CardNote.objects.get(event=event).text == "数据有误"
    [asked] = rows(firm.sun, 6, "return_asked", "return_consent")
    assert asked.item.kind == "return_asked"
    [waits] = rows(firm.li, 6, "return_asked", "return_consent")
    assert waits.item.kind == "return_consent"
    assert "孙人事" in waits.item.why
    assert "数据有误" in waits.item.why
    assert [row.item.kind for row in rows(firm.qian, 6, "return_consent")] == ["return_consent"]
    assert rows(other_hr, 6, "return_asked", "return_consent") == []


def test_late_figures_are_said_as_not_counted(firm, other_hr):
    card = moved(firm.card(), "submitted")
    Card.objects.filter(pk=card.pk).update(late_figures=[{"key": "sales"}])
    [row] = rows(firm.sun, 5, "late_figures")
    assert "林小满" in row.item.why
    assert rows(other_hr, 5, "late_figures") == []


def test_a_branch_that_is_not_computed_waits_for_its_own_hr_only(firm, other_hr):
    moved(firm.card(), "draft")
    assert ["other" in row.item.fact for row in rows(firm.sun, 5, "not_computed")] == [True]
    assert ["other" in row.item.fact for row in rows(other_hr, 5, "not_computed")] == [True]
    assert rows(firm.qian, 5, "not_computed") == []


def test_imports_that_wait_for_a_decision(firm, other_hr):
    ImportBatch.objects.create(shop=firm.shop.shop, state="faulty")
    [row] = rows(firm.sun, 5, "batches")
    assert firm.shop.shop.name in row.item.why
    assert rows(other_hr, 5, "batches") == []


def test_finance_finds_the_hand_over_without_amounts(firm):
    HandOver.objects.create(
        review=firm.review, number=1, made_at=november(12), made_by=firm.sun, cards=2,
        base_sum=Decimal("7000.00"), performance_sum=Decimal("2468.00"), control_sum="0" * 64,
    )  # fmt: skip
    [row] = rows(firm.zhou, 12)
    assert row.item.kind == "hand_over"
    assert "孙人事" in row.item.why
    assert "7000" not in f"{row.item.fact}{row.item.why}"
    assert rows(firm.sun, 12, "hand_over") == rows(firm.zhao, 12, "hand_over") == []
    HandOver.objects.update(acknowledged_at=november(13), acknowledged_by=firm.zhou)
    assert rows(firm.zhou, 13) == []


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        pytest.param(datetime(2026, 11, 30, 2, tzinfo=UTC), None, id="not before December"),
        pytest.param(datetime(2026, 12, 1, 2, tzinfo=UTC), "2027", id="from December on"),
    ],
)
def test_next_years_holidays_are_asked_for_from_december_on(firm, other_hr, moment, year):
    found = [row.item for row in work_of(user(firm.sun), moment).list.rows if row.item.kind == "holidays"]
    assert [year in item.fact for item in found] == ([True] if year else [])
    branch = work_of(user(other_hr), moment).list.rows
    assert [row for row in branch if row.item.kind == "holidays"] == []
    CalendarYear.objects.create(year=2027, published=True)
    found = work_of(user(firm.sun), moment).list.rows
    assert [row for row in found if row.item.kind == "holidays"] == []


def test_jobs_that_failed_until_they_succeed(firm, other_hr):
    made = Job.objects.create(kind="run_month", key="1", started_by=firm.sun.users.get())
    Job.objects.filter(pk=made.pk).update(state="failed", finished_at=november(4))
    assert len(rows(firm.sun, 5, "jobs")) == 1
    assert rows(other_hr, 5, "jobs") == []
    assert rows(firm.sun, 20, "jobs") == []
    Job.objects.create(kind="run_month", key="1", state="done")
    assert rows(firm.sun, 5, "jobs") == []


def test_mails_that_reached_nobody(firm, other_hr):
    Delivery.objects.create(person=firm.lin, state="failed", created_at=november(4))
    [row] = rows(firm.sun, 5, "mails")
    assert "林小满" in row.item.why
    assert rows(other_hr, 5, "mails") == []


def test_drafts_of_plans_are_due_on_working_day_fifteen(firm, other_hr):
    draft = factories.published_plan()
    version = PlanVersion.objects.create(
        plan=draft.plan, number=2, starts_on=date(2026, 12, 1), source="制度 1", note=""
    )
    [row] = rows(firm.sun, 5, "plan_draft")
    assert (row.chip, row.item.action.address) == (
        "11-20",
        f"/admin/reviews/plan/version/{version.public_id}/",
    )
    assert rows(other_hr, 5, "plan_draft") == rows(firm.qian, 5, "plan_draft") == []


def test_who_was_reminded_last_is_said(firm):
    firm.card()
    for day in (5, 6):
        Message.objects.create(
            person=firm.wang,
            kind="late_assess",
            key=f"{firm.review.pk}:2026-11-0{day}",
            path="/",
            at=november(day),
        )
    [row] = rows(firm.sun, 9, "late_assess")
    assert "11-06" in row.item.why
    assert "11-05" not in row.item.why


def test_nobody_finds_the_own_card_in_the_list(firm):
    factories.role(firm.lin, "hr", firm.root)
    moved(firm.card(), "closed")
    assert rows(firm.lin, 5, "mine_hand_over") == []
    assert len(rows(firm.sun, 5, "mine_hand_over")) == 1


def item(kind, due=None, late=0):
    return Item(kind, kind, "", due, late)


def test_overdue_comes_first_then_today_then_later():
    found = listed(
        [
            item("later", ON + timedelta(days=8)),
            item("today"),
            item("soon", ON + timedelta(days=1)),
            item("late 1", ON - timedelta(days=1), 1),
            item("late 3", ON - timedelta(days=3), 3),
            item("due today", ON),
        ],
        today=ON,
    )
    assert [row.item.kind for row in found.rows] == [
        "late 3",
        "late 1",
        "due today",
        "today",
        "soon",
        "later",
    ]
    assert [row.filled for row in found.rows] == [True] + [False] * 5
    assert (found.count, found.late, found.more) == (6, 2, False)


def test_a_date_of_another_year_says_its_year():
    [row] = listed([item("next", date(2027, 1, 4))], today=ON).rows
    assert row.chip == "2027-01-04"
