"""Events, summaries and waivers: who may, when not, and that two at once leave one."""

import uuid
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from reviews import records
from reviews.models import Plan, PlanLine, PlanVersion, ServiceEvent, Waiver, WorkSummary
from tests.reviews.checks.conftest import OCTOBER, SHOP_TIME

NOVEMBER = datetime(2026, 11, 2, 1, tzinfo=UTC)


def event(team, by="zhao", **changed):
    given = {
        "kind": "complaint",
        "day": date(2026, 10, 20),
        "account": "买家说发错了",
        "form_key": uuid.uuid4(),
    }
    return records.record_event(
        person=team.jing, by=getattr(team, by).users.get(), at=SHOP_TIME, **{**given, **changed}
    )


def test_the_same_event_form_twice_is_one_event(team):
    key = uuid.uuid4()
    assert event(team, form_key=key) == event(team, form_key=key)
    assert ServiceEvent.objects.count() == 1


@pytest.mark.parametrize("by", ["jing", "wan", "qin"])
def test_who_does_not_lead_records_no_event(team, by):
    with pytest.raises(PermissionDenied):
        event(team, by=by)
    assert not ServiceEvent.objects.exists()


def test_an_event_is_decided_once_and_the_second_is_told_by_whom(team):
    made = event(team)
    stale = ServiceEvent.objects.get(pk=made.pk)
    records.decide_event(made, by_service="no", reason="物流原因", by=team.zhao.users.get(), at=SHOP_TIME)
    with pytest.raises(ValidationError, match="赵启航"):
        records.decide_event(stale, by_service="yes", reason="服务", by=team.gu.users.get(), at=SHOP_TIME)
    made.refresh_from_db()
    assert made.by_service is False


def test_what_an_event_lacks_is_said_at_once(team):
    with pytest.raises(ValidationError) as refused:
        event(team, kind="x", account=" ", day=date(2027, 1, 1), cause="y")
    assert set(refused.value.message_dict) == {"kind", "account", "day", "cause"}


def summary(team, at=SHOP_TIME, by="jing", text="本月小结，电话 13800138000"):
    user = getattr(team, by).users.get()
    return records.hand_in_summary(person=team.jing, month=OCTOBER, text=text, by=user, at=at)


def test_a_summary_is_handed_in_once(team):
    assert "138001" not in summary(team).text
    with pytest.raises(ValidationError):
        summary(team, text="另一篇")
    assert WorkSummary.objects.count() == 1


def test_after_its_deadline_only_hr_gives_more_time(team):
    with pytest.raises(ValidationError, match="2026-11-01"):
        summary(team, at=NOVEMBER)
    assert not WorkSummary.objects.exists()
    later = datetime(2026, 11, 3, 16, tzinfo=UTC)
    with pytest.raises(PermissionDenied):
        records.extend_summary(person=team.jing, month=OCTOBER, due_at=later, by=team.zhao.users.get())
    records.extend_summary(person=team.jing, month=OCTOBER, due_at=later, by=team.gu.users.get())
    assert summary(team, at=NOVEMBER).handed_in_at == NOVEMBER


@pytest.mark.parametrize("by", ["wan", "zhao", "gu"])
def test_nobody_hands_in_for_another(team, by):
    with pytest.raises(PermissionDenied):
        summary(team, by=by)


def test_marks_of_a_summary(team):
    made = summary(team)
    with pytest.raises(PermissionDenied):
        records.mark_summary(made, halves=10, comment="", by=team.jing.users.get(), at=SHOP_TIME)
    with pytest.raises(ValidationError):
        records.mark_summary(made, halves=11, comment="", by=team.zhao.users.get(), at=SHOP_TIME)
    records.mark_summary(made, halves=8, comment="好", by=team.zhao.users.get(), at=SHOP_TIME)
    assert (made.mark, made.marked_by) == (4, team.zhao)


@pytest.fixture
def line(db):
    version = PlanVersion.objects.create(plan=Plan.objects.create(code="p"), number=1, starts_on=OCTOBER)
    return PlanLine.objects.create(version=version, code="conversion", order=1, weight=100).code


def waive(team, line, by="gu", **scope):
    return records.waive(
        month=OCTOBER,
        line=line,
        reason="平台故障",
        scope=records.Scope(**scope),
        by=getattr(team, by).users.get(),
        at=SHOP_TIME,
    )


def test_hr_waives_a_line_and_takes_it_back(team, line):
    made = waive(team, line, unit=team.first)
    assert records.withdraw_waiver(made, by=team.gu.users.get(), at=NOVEMBER)
    assert not records.withdraw_waiver(made, by=team.gu.users.get(), at=NOVEMBER)


def test_only_hr_waives_and_never_for_oneself(team, line):
    with pytest.raises(PermissionDenied):
        waive(team, line, by="zhao", person=team.jing)
    with pytest.raises(ValidationError):
        waive(team, line, person=team.gu)
    assert not Waiver.objects.exists()


@pytest.mark.parametrize("scope", [{}, {"employment_kind": "full", "both": True}, {"employment_kind": "x"}])
def test_a_waiver_has_one_scope(team, line, scope):
    if scope.pop("both", False):
        scope["person"] = team.jing
    with pytest.raises(ValidationError):
        waive(team, line, **scope)
    assert not Waiver.objects.exists()


def test_an_unknown_line_is_refused(team):
    with pytest.raises(ValidationError):
        waive(team, "nonsense", person=team.jing)
