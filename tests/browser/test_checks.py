"""The spot check in a browser: under a minute on the phone, on a desk by keys, and without script."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import SpotCheck
from reviews.rubrics import load_rubric
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CHAT = """\
小明同学8 10:02:11
能便宜吗，我的电话 13800138000
客服 10:03:41
满 400 减 40
小明同学8 10:04:00
我再看看
客服 10:04:10
好的亲
"""


@pytest.fixture
def team():
    """何静姝 works for 赵启航."""
    company = make.unit("company", kind="company")
    first = make.unit("first", parent=company)
    agent = make.person("何静姝", unit=first, position=make.position())
    lead = make.person("赵启航", unit=first, position=make.position("lead", subject_kind="supervisor"))
    make.role(lead, "supervisor", first)
    load_rubric()
    return agent, lead


def fill(page):
    page.fill("#id_buyer", "小明同学8")
    page.check("[name=sold][value=no]", force=True)


def test_on_the_phone_with_a_pasted_chat_and_one_mark_less(open_as, team):
    agent, lead = team
    page = open_as(lead, width=390)
    page.goto(reverse("check_new", args=[agent.public_id]))
    fill(page)
    page.fill("#id_text", CHAT)
    page.wait_for_selector(".wait.very")
    assert "13800138000" not in page.inner_text("#chat")
    page.click(".tile-mark[data-for=follow_up]")
    page.check("[name=mark-follow_up][value='3']", force=True)
    page.check("[name=half-follow_up]", force=True)
    assert page.inner_text("#total") == "17.5"
    page.click(".cause:has-text('没有挽留')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.dblclick(".rubric-bar .btn-k")
    page.wait_for_selector(".notices")
    check = SpotCheck.objects.get()
    assert (check.marks.get(item__code="follow_up").halves, check.buyer, check.replies) == (5, "小**8", 2)


def test_words_selected_in_the_chat_become_a_quote(open_as, team):
    agent, lead = team
    page = open_as(lead)
    page.goto(reverse("check_new", args=[agent.public_id]))
    fill(page)
    page.fill("#id_text", CHAT)
    page.wait_for_selector(".wait.very")
    page.locator(".wait.very").click()
    page.locator(".quote-bar button").first.click()
    assert "1 分 30 秒" in page.input_value("#quote-response_time")


def test_marks_by_keys_and_never_while_typing(open_as, team):
    agent, lead = team
    page = open_as(lead)
    page.goto(reverse("check_new", args=[agent.public_id]))
    fill(page)
    page.focus("#id_note")
    page.keyboard.type("3")
    assert page.inner_text("#total") == "20"
    page.locator("h1").click()
    page.evaluate("document.activeElement.blur()")
    for key in ("ArrowDown", "ArrowDown", "4", "."):
        page.keyboard.press(key)
    assert page.inner_text("#total") == "18.5"
    page.keyboard.press("Enter")
    page.wait_for_selector(".notices")
    assert SpotCheck.objects.get().marks.get(item__code="service_attitude").halves == 7


def test_a_lost_connection_keeps_the_marks_and_says_so(open_as, team):
    agent, lead = team
    page = open_as(lead)
    page.goto(reverse("check_new", args=[agent.public_id]))
    fill(page)
    page.context.set_offline(True)
    page.click(".rubric-bar .btn-k")
    assert page.is_visible("#offline")
    page.context.set_offline(False)
    page.click(".rubric-bar .btn-k")
    page.wait_for_selector(".notices")
    assert SpotCheck.objects.count() == 1


@pytest.mark.parametrize("width", [360, 1366])
def test_without_script_it_is_a_form(open_as, team, width):
    agent, lead = team
    page = open_as(lead, width=width, scripts=False)
    page.goto(reverse("check_new", args=[agent.public_id]))
    fill(page)
    page.fill("#id_text", CHAT)
    page.click("[name=show]")
    assert page.locator(".bubble").count() == 4
    assert "13800138000" not in page.content()
    page.check("[name=mark-communication][value='4']", force=True)
    page.fill("#quote-communication", "满 400 减 40")
    page.click(".rubric-bar .btn-k")
    page.wait_for_selector(".notices")
    check = SpotCheck.objects.get()
    assert check.chat_on == timezone.localdate()
    assert check.marks.get(item__code="communication").quote == "满 400 减 40"
