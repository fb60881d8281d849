"""HR's lists of checks, events, summaries and waivers, and the exam marks."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import Plan, PlanLine, PlanVersion, Waiver, WorkSummary
from tests import factories as make
from training.models import ExamMark

LISTS = [
    "reviews_spotcheck",
    "reviews_serviceevent",
    "reviews_worksummary",
    "reviews_waiver",
    "training_exammark",
]


@pytest.fixture
def hr(team, client):
    make.check(team.jing, by=team.zhao, at=timezone.now(), chat_on=timezone.localdate())
    client.force_login(team.gu.users.get())
    return client


@pytest.fixture
def line(db):
    version = PlanVersion.objects.create(
        plan=Plan.objects.create(code="p"), number=1, starts_on=timezone.localdate()
    )
    return PlanLine.objects.create(
        version=version, code="conversion", name_zh="转化率", name_en="Conversion", order=1, weight=100
    ).code


@pytest.mark.parametrize("name", LISTS)
def test_lists_open_for_hr_and_for_no_agent(hr, team, client, name):
    url = reverse(f"admin:{name}_changelist")
    assert hr.get(url).status_code == 200
    client.force_login(team.jing.users.get())
    assert client.get(url).status_code != 200


def test_hr_gives_and_takes_back_a_waiver(hr, team, line):
    month = timezone.localdate().replace(day=1).isoformat()
    data = {"month": month, "line": line, "unit": team.first.pk, "reason": "平台故障"}
    url = reverse("admin:reviews_waiver_add")
    assert hr.get(url).status_code == 200
    assert hr.post(url, {**data, "person": team.jing.pk}).status_code == 200
    assert hr.post(url, {**data, "reason": " "}).status_code == 200
    assert not Waiver.objects.exists()
    assert hr.post(url, data).status_code == 302
    waiver = Waiver.objects.get()
    assert (waiver.unit, waiver.by_person) == (team.first, team.gu)
    chosen = {"action": "withdraw", "_selected_action": [waiver.pk]}
    assert hr.post(reverse("admin:reviews_waiver_changelist"), chosen).status_code == 302
    waiver.refresh_from_db()
    assert waiver.withdrawn_at is not None


def test_hr_gives_more_time_for_a_summary(hr, team):
    due = timezone.localtime(timezone.now() + timedelta(days=3))
    month = timezone.localdate().replace(day=1)
    data = {"person": team.jing.pk, "month": month, "due_at_0": f"{due:%Y-%m-%d}", "due_at_1": f"{due:%H:%M}"}
    assert hr.post(reverse("admin:reviews_worksummary_add"), data).status_code == 302
    assert timezone.localtime(WorkSummary.objects.get().due_at).date() == due.date()


def test_a_mark_by_hand_supersedes_the_earlier(hr, team):
    data = {
        "person": team.jing.pk,
        "kind": "product",
        "sat_on": "2026-10-09",
        "mark": "80",
        "full_mark": "100",
    }
    url = reverse("admin:training_exammark_add")
    assert hr.get(url).status_code == 200
    assert hr.post(url, {**data, "mark": "101"}).status_code == 200
    assert not ExamMark.objects.exists()
    assert hr.post(url, data).status_code == 302
    assert hr.post(url, {**data, "mark": "86"}).status_code == 302
    assert sorted(ExamMark.objects.values_list("mark", "superseded")) == [(80, True), (86, False)]
