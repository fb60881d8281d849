"""The pages of checks, summaries and events: who sees them, what survives a failed post, what is shown as text."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import ServiceEvent, SpotCheck, WorkSummary
from reviews.rubrics import load_rubric
from tests import factories as make
from tests.reviews.people import company
from tests.reviews.views.conftest import pass_on

XSS = '"><img src=x onerror=alert(1)>{{7*7}}'


@pytest.fixture
def as_(client):
    """Log somebody in."""

    def enter(person):
        client.force_login(person.users.get())
        return client

    return enter


@pytest.fixture
def check(team):
    """A check of today's chat that 何静姝 has not seen."""
    return make.check(team.jing, by=team.zhao, at=timezone.now(), chat_on=timezone.localdate(), note=XSS)


def posted(**changed):
    marks = {
        f"mark-{code}": "5" for code in ("response_time", "service_attitude", "communication", "follow_up")
    }
    return {
        "form_key": str(uuid.uuid4()),
        "chat_on": timezone.localdate().isoformat(),
        "buyer": "小明同学8",
        "sold": "yes",
        "product": "",
        "text": "",
        "note": "",
        **marks,
        **changed,
    }


def new_url(person):
    return reverse("check_new", args=[person.public_id])


def test_a_posted_form_saves_one_check_however_often_it_is_sent(team, as_):
    client, data = (
        as_(team.zhao),
        posted(**{"mark-follow_up": "3", "half-follow_up": "on", "cause-follow_up": ["retain"]}),
    )
    for _ in range(2):
        assert client.post(new_url(team.jing), data).status_code == 302
    assert SpotCheck.objects.get().marks.get(item__code="follow_up").halves == 5


def test_a_failed_post_keeps_the_marks_and_says_everything_at_once(team, as_):
    data = posted(
        sold="", text="买家 10:00\n电话 13800138000", **{"mark-communication": "2", "critical-insult": "on"}
    )
    page = as_(team.zhao).post(new_url(team.jing), data)
    html = page.content.decode()
    assert page.status_code == 422
    assert re.search(r'name="mark-communication" value="2" checked', html)
    assert 'name="critical-insult" checked' in html
    assert len(page.context["faults"]) == 3
    assert "13800138000" not in html
    assert not SpotCheck.objects.exists()


@pytest.mark.parametrize("mark", ["6", "-1", "", "x", "99", "٣"])
def test_a_mark_outside_the_rubric_is_refused(team, as_, mark):
    page = as_(team.zhao).post(new_url(team.jing), posted(**{"mark-follow_up": mark}))
    assert page.status_code == 422
    assert not SpotCheck.objects.exists()


def test_the_chat_is_shown_masked_without_script_and_nothing_is_kept(team, as_):
    data = posted(
        show="1", sold="", text=f"小明同学8 10:00:00\n{XSS}\n客服 10:00:40\n订单 3912345678901234567"
    )
    page = as_(team.zhao).post(new_url(team.jing), data)
    html = page.content.decode()
    assert page.status_code == 200
    assert "&lt;img src=x" in html
    assert "<img src=x" not in html
    assert "3912345678901234567" not in html
    assert 'class="wait slow"' in html
    assert not SpotCheck.objects.exists()


def test_the_preview_is_a_fragment_with_nothing_unmasked(team, as_):
    url = reverse("check_preview", args=[team.jing.public_id])
    html = as_(team.zhao).post(url, posted(text=f"买家 10:00\n{XSS} 13800138000")).content.decode()
    assert "<html" not in html
    assert "<img src=x" not in html
    assert "138001" not in html
    assert as_(team.qin).post(url, posted()).status_code == 404
    assert as_(team.jing).post(url, posted()).status_code == 403


@pytest.mark.parametrize(
    ("who", "status"), [("zhao", 200), ("gu", 200), ("jing", 403), ("wan", 404), ("qin", 404)]
)
def test_who_opens_the_form(team, as_, who, status):
    client = as_(getattr(team, who))
    assert client.get(new_url(team.jing)).status_code == status
    assert client.post(new_url(team.jing), posted()).status_code in {status, 302}
    assert SpotCheck.objects.exists() == (status == 200)


def test_a_check_is_not_there_for_its_agent_until_it_is_shown(team, as_, check):
    url = reverse("check", args=[check.public_id])
    foreign = as_(team.wan).get(url)
    missing = as_(team.wan).get(reverse("check", args=[uuid.uuid4()]))
    draft = as_(team.jing).get(url)
    assert [page.status_code for page in (foreign, missing, draft)] == [404] * 3
    assert str(check.public_id) not in as_(team.jing).get(reverse("my_checks")).content.decode()
    assert as_(team.zhao).post(reverse("check_show", args=[check.public_id])).status_code == 302
    page = as_(team.jing).get(url).content.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img src=x" not in page


def test_only_its_author_changes_a_check_and_only_until_it_is_shown(team, as_, check):
    url = reverse("check_change", args=[check.public_id])
    assert as_(team.gu).get(url).status_code == 404
    assert as_(team.zhao).get(url).status_code == 200
    assert as_(team.zhao).post(url, posted(sold="no")).status_code == 302
    SpotCheck.objects.update(shown_at=timezone.now() - timedelta(minutes=1))
    page = as_(team.zhao).post(url, posted(sold="yes"))
    assert page.status_code == 422
    assert SpotCheck.objects.get().sold is False


@pytest.mark.parametrize("name", ["check_show", "check_preview"])
def test_acts_are_posts(team, as_, check, name):
    target = check if name == "check_show" else team.jing
    assert as_(team.zhao).get(reverse(name, args=[target.public_id])).status_code == 405


def test_the_team_page_asks_as_much_for_one_agent_as_for_thirty(team, as_, django_assert_max_num_queries):
    for number in range(30):
        person = make.person(f"客服{number}", unit=team.first, position=make.position(), login=False)
        if number < 5:
            make.check(person, by=team.zhao, at=timezone.now(), chat_on=timezone.localdate())
    client = as_(team.zhao)
    with django_assert_max_num_queries(16):
        page = client.get(reverse("checks"))
    assert len(page.context["rows"]) == 32


def test_another_team_lead_sees_none_of_the_agents(team, as_, check):
    page = as_(team.qin).get(reverse("checks"))
    assert page.context["rows"] == []
    assert str(check.public_id) not in page.content.decode()


@pytest.mark.parametrize("name", ["checks", "summaries", "events", "my_checks", "my_summary"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_speak_one_language(team, as_, check, name, language):
    reader = team.jing if name.startswith("my") else team.zhao
    reader.users.update(language=language)
    client = as_(reader)
    client.cookies["django_language"] = language
    html = client.get(reverse(name)).content.decode()
    main = re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<(script|style).*?</\1>", "", html[html.index("<main") :]))
    for data in ("何静姝", "林晚", "赵启航", "秦朗", "小**8", "first"):
        main = main.replace(data, "")
    if language == "en":
        assert not re.findall(r"[\u4e00-\u9fff]", main)
    else:
        assert not re.findall(r"[A-Za-z]{3,}", main)


def test_a_summary_from_the_phone_to_its_mark(team, as_):
    mine = reverse("my_summary")
    month = f"{timezone.localdate():%Y-%m}"
    assert as_(team.jing).post(mine, {"month": month, "text": " "}).status_code == 422
    assert as_(team.jing).post(mine, {"month": month, "text": XSS}).status_code == 302
    assert as_(team.jing).post(mine, {"month": month, "text": "again"}).status_code == 422
    summary = WorkSummary.objects.get()
    url = reverse("summary", args=[summary.public_id])
    assert as_(team.qin).get(url).status_code == 404
    assert "<img src=x" not in as_(team.zhao).get(url).content.decode()
    assert as_(team.zhao).post(url, {"mark": "11"}).status_code == 422
    assert as_(team.zhao).post(url, {"mark": "9", "comment": "好"}).status_code == 302
    assert as_(team.jing).get(f"{mine}?month={month}").content.decode().count("4.5") == 1


def test_an_event_from_recording_to_decision(team, as_):
    today = timezone.localdate().isoformat()
    data = {
        "form_key": str(uuid.uuid4()),
        "kind": "dispute",
        "day": today,
        "account": XSS,
        "order": "3912345678901",
    }
    url = reverse("event_new", args=[team.jing.public_id])
    assert as_(team.qin).post(url, data).status_code == 404
    assert as_(team.jing).post(url, data).status_code == 403
    assert as_(team.zhao).post(url, {**data, "account": ""}).status_code == 422
    for _ in range(2):
        assert as_(team.zhao).post(url, data).status_code == 302
    event = ServiceEvent.objects.get()
    page = reverse("event", args=[event.public_id])
    assert "<img src=x" not in as_(team.jing).get(page).content.decode()
    decision = {"by_service": "yes", "reason": "聊天为证"}
    assert as_(team.jing).post(page, decision).status_code == 403
    assert as_(team.wan).post(page, decision).status_code == 404
    assert as_(team.zhao).post(page, decision).status_code == 302
    again = as_(team.gu).post(page, {"by_service": "no", "reason": "x"})
    assert again.status_code == 422
    assert "赵启航" in again.content.decode()


def test_a_month_whose_card_is_submitted_takes_nothing_new(db, as_):
    firm = company()
    load_rubric()
    pass_on(firm, firm.card(), "submitted")
    client = as_(firm.wang)
    page = client.post(new_url(firm.lin), posted(chat_on="2026-10-20"))
    assert page.status_code == 422
    event = {"form_key": "", "kind": "dispute", "day": "2026-10-20", "account": "发错颜色"}
    assert client.post(reverse("event_new", args=[firm.lin.public_id]), event).status_code == 422
    assert not SpotCheck.objects.exists()
    assert not ServiceEvent.objects.exists()
    assert client.post(new_url(firm.lin), posted(chat_on="2026-09-20")).status_code == 302
