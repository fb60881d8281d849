"""HR's steps with many cards: said first, then done with all of them or with none."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from openpyxl import load_workbook

from reviews import workflow
from reviews.models import Card, CardEvent, Review, Waiver
from reviews.procedures import load_procedures
from reviews.services.branches import begin_review
from staff.models import Job, Message
from tests import factories
from tests.reviews.people import company, november, user

pytestmark = pytest.mark.django_db
LACKING = {"service_attitude", "communication"}


@pytest.fixture
def firm():
    made = company()
    facts = {key: value for key, value in factories.FULL_FACTS.items() if key not in LACKING}
    made.drafts = [made.card(), made.card(made.chen, facts=facts)]
    return made


@pytest.fixture
def press(client, firm):
    def pressed(person, do, *, cards=(), **given):
        client.force_login(user(person))
        address = reverse("admin:reviews_review_bulk", args=[firm.review.pk])
        return client.post(address, {"do": do, "card": [card.pk for card in cards], **given})

    return pressed


def named(answer) -> str:
    return answer.context["look"].named


def submitted(firm):
    card = firm.drafts[0]
    workflow.take("submit", card, by=user(firm.wang), at=november(3))
    return card


def test_nothing_happens_before_it_was_said_what_will(firm, press):
    answer = press(firm.sun, "waive", all="1", show="gaps")
    assert answer.status_code == 200
    assert [row.card.person for row in answer.context["look"].able] == [firm.chen]
    assert [count for _code, _name, count in answer.context["look"].lines] == [1, 1]
    assert not Waiver.objects.exists()


def test_waiving_takes_lines_and_a_reason_and_computes_again(firm, press):
    shown = named(press(firm.sun, "waive", cards=firm.drafts))
    without = press(firm.sun, "waive", named=shown, line=["service_attitude"])
    assert without.status_code == 422
    no_line = press(firm.sun, "waive", named=shown, reason="系统停机")
    assert no_line.status_code == 422
    for _press in range(2):
        done = press(firm.sun, "waive", named=shown, line=["service_attitude"], reason="系统停机")
        assert done.status_code == 302
    [waiver] = Waiver.objects.all()
    assert (waiver.person, waiver.line, waiver.reason) == (firm.chen, "service_attitude", "系统停机")
    assert Job.objects.filter(kind="run_month").count() == 1


def test_a_card_submitted_meanwhile_stops_the_whole_waiver(firm, press):
    shown = named(press(firm.sun, "waive", cards=firm.drafts))
    Card.objects.filter(pk=firm.drafts[1].pk).move(sources=["draft"], target="submitted")
    answer = press(firm.sun, "waive", named=shown, line=["service_attitude"], reason="系统停机")
    assert answer.status_code == 409
    assert "陈一帆" in answer.content.decode()
    assert not Waiver.objects.exists()


def test_a_return_is_asked_for_by_one_and_consented_to_by_another(firm, press):
    card = submitted(firm)
    look = press(firm.sun, "ask_return", cards=firm.drafts)
    assert [row.card.pk for row in look.context["look"].able] == [card.pk]
    assert len(look.context["look"].refused) == 1
    assert press(firm.sun, "ask_return", named=named(look)).status_code == 422
    assert press(firm.sun, "ask_return", named=named(look), reason="文件有误").status_code == 302
    own = press(firm.sun, "return", cards=[card])
    assert not own.context["look"].able
    second = press(firm.li, "return", cards=[card])
    assert second.context["look"].reasons == [("孙人事", "文件有误", 1)]
    assert press(firm.li, "return", named=named(second)).status_code == 302
    card.refresh_from_db()
    assert card.state == "draft"
    again = press(firm.li, "return", named=named(second))
    assert again.status_code == 409
    assert CardEvent.objects.filter(act="return").count() == 1


def test_a_card_that_changed_since_it_was_shown_stops_all(firm, press):
    card = submitted(firm)
    shown = named(press(firm.sun, "ask_return", cards=[card]))
    workflow.take("publish", card, by=user(firm.qian), at=november(4))
    answer = press(firm.sun, "ask_return", named=shown, reason="文件有误")
    assert answer.status_code == 409
    assert not CardEvent.objects.filter(act="ask_return").exists()


def test_reminders_name_whom_they_reach_and_go_once_a_day(firm, press):
    look = press(firm.sun, "remind", all="1")
    assert "王组长" in look.context["look"].said
    for _press in range(2):
        assert press(firm.sun, "remind", named=named(look)).status_code == 302
    assert Message.objects.filter(person=firm.wang).count() == 1


def test_only_submitted_cards_are_printed(firm, press):
    card = submitted(firm)
    look = press(firm.sun, "pdf", all="1")
    assert [row.card.pk for row in look.context["look"].able] == [card.pk]
    assert press(firm.sun, "pdf", named=named(look)).status_code == 302
    assert Job.objects.get(kind="team_pdf").total == 2


@pytest.mark.parametrize(
    ("who", "columns"),
    [
        pytest.param("sun", 14, id="HR with amounts"),
        pytest.param("zhao", 12, id="a manager without"),
    ],
)
def test_the_list_goes_out_as_texts_with_amounts_for_those_who_see_them(firm, press, who, columns):
    type(firm.lin).objects.filter(pk=firm.lin.pk).update(name="=1+1")
    answer = press(getattr(firm, who), "export", all="1")
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = list(sheet.iter_rows())
    assert len(rows) == 3
    assert len(rows[0]) == columns
    names = {row[1].value: row[1].data_type for row in rows[1:]}
    assert names == {"=1+1": "s", "陈一帆": "s"}
    assert ("5000" in str([cell.value for cell in rows[1]])) is False
    assert any("3500.00" in str(cell.value) for row in rows[1:] for cell in row) is (columns == 14)


@pytest.mark.parametrize(
    ("who", "do", "status"),
    [
        pytest.param("zhao", "waive", 403, id="a manager waives nothing"),
        pytest.param("zhao", "remind", 403, id="a manager reminds in the portal"),
        pytest.param("sun", "publish", 404, id="approving is not HR's"),
        pytest.param("sun", "close", 404, id="closing is not HR's"),
        pytest.param("zhou", "export", 404, id="finance reads sums only"),
        pytest.param("wang", "export", 404, id="no page for a supervisor"),
    ],
)
def test_whose_step_it_is(firm, press, who, do, status):
    assert press(getattr(firm, who), do, all="1").status_code == status


def test_a_card_of_elsewhere_is_a_card_that_is_not_there(firm, press):
    assert press(firm.sun, "export", card=["999999"]).status_code == 404
    assert press(firm.sun, "remind", named="999999:0.x").status_code == 404
    assert press(firm.sun, "remind").status_code == 302


def test_what_a_reader_can_do_is_their_turn(firm, client):
    client.force_login(user(firm.qian))
    submitted(firm)
    page = client.get(reverse("admin:reviews_review_change", args=[firm.review.pk]), {"show": "mine"})
    assert [row.card.person for row in page.context["page"].rows] == [firm.lin]
    assert page.context["page"].counts["mine"] == 1


def test_the_timeline_has_six_steps_with_who_is_awaited(firm, client, monkeypatch):
    client.force_login(user(firm.sun))
    monkeypatch.setattr("django.utils.timezone.now", lambda: november(5))
    page = client.get(reverse("admin:reviews_review_change", args=[firm.review.pk])).context["page"]
    assert [one.act for one in page.milestones] == [
        "assess", "approve", "confirm", "close", "hand_over", "plans",
    ]  # fmt: skip
    first, second, *later = page.milestones
    assert (first.tone, first.late, first.awaited) == ("late", 1, (("王组长", 2),))
    assert second.tone == "soon"
    assert [one.today is not None for one in page.milestones] == [False, True, False, False, False, False]
    assert later[1].awaited == (("赵经理", 0),)
    assert all(one.estimated for one in page.milestones)


def test_a_trial_month_and_another_procedure_are_settled_before_the_first_card(firm):
    small = load_procedures()["small"]
    made = begin_review(firm.shop, date(2026, 11, 1), trial=True, procedure=small)
    assert (made.trial, made.procedure) == (True, small)
    with pytest.raises(ValidationError):
        begin_review(firm.shop, date(2026, 10, 1), trial=True, procedure=None)
    assert not Review.objects.get(pk=firm.review.pk).trial


@pytest.mark.parametrize(
    ("who", "day", "status"),
    [
        pytest.param("sun", "2026-11-16", 302, id="kept"),
        pytest.param("sun", "2026-10-31", 422, id="within the month itself"),
        pytest.param("sun", "tomorrow", 422, id="no date"),
        pytest.param("zhao", "2026-11-16", 403, id="not a manager's"),
        pytest.param("wang", "2026-11-16", 404, id="no page for a supervisor"),
    ],
)
def test_the_pay_date_of_a_month(firm, client, who, day, status):
    client.force_login(user(getattr(firm, who)))
    address = reverse("admin:reviews_review_pay_on", args=[firm.review.pk])
    assert client.post(address, {"pay_on": day}).status_code == status
    firm.review.refresh_from_db()
    assert (firm.review.pay_on == date(2026, 11, 16)) is (status == 302)


def test_the_pay_date_stands_once_the_month_is_closed(firm, client):
    Review.objects.filter(pk=firm.review.pk).update(closed_at=november(11))
    client.force_login(user(firm.sun))
    address = reverse("admin:reviews_review_pay_on", args=[firm.review.pk])
    assert client.post(address, {"pay_on": "2026-11-16"}).status_code == 409
