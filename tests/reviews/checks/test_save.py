"""Saving a spot check: what is kept, what is refused, and until when it may change."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from reviews import checks
from reviews.checks import MarkGiven
from reviews.models import SpotCheck, SpotMark
from reviews.rubrics import load_rubric
from tests import factories as make
from tests.reviews.checks.conftest import SHOP_TIME

LOW = {"follow_up": MarkGiven(5, ("retain",), "好的亲，电话 13800138000")}


def save(team, by="zhao", at=SHOP_TIME, form_key=None, **changed):
    return checks.save_check(
        person=team.jing,
        given=make.check_given(**changed),
        by=getattr(team, by).users.get(),
        at=at,
        form_key=form_key or uuid.uuid4(),
    )


def test_a_check_keeps_marks_causes_and_masked_words(team):
    check = save(
        team,
        marks=LOW,
        text="小明同学8 10:00:00\n我的电话 13800138000\n客服 10:00:20\n好的亲",
        note="可以留住 13800138000",
    )
    mark = check.marks.get(item__code="follow_up")
    assert (check.buyer, mark.mark, check.response_seconds) == ("小**8", Decimal("2.5"), Decimal("20.0"))
    assert [cause.code for cause in mark.causes.all()] == ["retain"]
    assert not any("138001" in text for text in (check.transcript, check.note, mark.quote))


def test_the_agent_sees_it_at_nine_on_the_next_working_day(team):
    friday = SHOP_TIME + timedelta(days=1)
    shown = timezone.localtime(save(team, at=friday).shown_at)
    assert (shown.date(), shown.hour) == (date(2026, 10, 26), 9)


def test_the_same_form_twice_is_one_check(team):
    key = uuid.uuid4()
    assert save(team, form_key=key) == save(team, form_key=key)
    assert SpotCheck.objects.count() == 1
    assert SpotMark.objects.count() == 4


@pytest.mark.parametrize("by", ["jing", "wan", "qin"], ids=["oneself", "a colleague", "another team's lead"])
def test_who_does_not_lead_the_agent_is_refused(team, by):
    with pytest.raises(PermissionDenied):
        save(team, by=by)
    assert not SpotCheck.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        pytest.param({"buyer": " "}, "buyer", "nickname", id="no buyer"),
        pytest.param({"chat_on": date(2026, 11, 1)}, "chat_on", "not come yet", id="tomorrow"),
        pytest.param({"chat_on": date(2024, 1, 1)}, "chat_on", "no team yet", id="before the hire"),
        pytest.param({"text": "x" * 20_001}, "text", "20000", id="too long"),
        pytest.param({"marks": {"follow_up": MarkGiven(11)}}, "mark-follow_up", "0 to 5", id="above full"),
        pytest.param({"marks": {"follow_up": MarkGiven(-1)}}, "mark-follow_up", "0 to 5", id="below zero"),
        pytest.param({"marks": {"follow_up": MarkGiven(8)}}, "mark-follow_up", "pick a cause", id="no why"),
        pytest.param({"marks": {"follow_up": MarkGiven(8, ("mood",))}}, "mark-follow_up", "its list", id="foreign cause"),
        pytest.param({"marks": {"nonsense": MarkGiven()}}, "mark-nonsense", "no such item", id="unknown item"),
        pytest.param({"critical": {"insult": " "}}, "mark-insult", "quote", id="critical without words"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_kept(team, settings, changed, field, says):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(ValidationError) as refused:
        save(team, **changed)
    assert says in refused.value.message_dict[field][0]
    assert not SpotCheck.objects.exists()


def test_everything_wrong_is_said_at_once(team):
    with pytest.raises(ValidationError) as refused:
        save(team, buyer="", critical={"leak": ""}, marks={"communication": MarkGiven(12)})
    assert set(refused.value.message_dict) == {"buyer", "mark-leak", "mark-communication"}


def test_until_it_is_shown_its_author_changes_it_and_the_earlier_mark_stays(team):
    check = save(team)
    by = team.zhao.users.get()
    checks.change_check(check, given=make.check_given(marks=LOW, sold=False), by=by, at=SHOP_TIME)
    follow_up = check.marks.filter(item__code="follow_up").order_by("revision")
    assert [(row.halves, row.superseded) for row in follow_up] == [(10, True), (5, False)]
    with pytest.raises(ValidationError):
        checks.change_check(check, given=make.check_given(), by=by, at=check.shown_at)
    with pytest.raises(PermissionDenied):
        checks.change_check(check, given=make.check_given(), by=team.gu.users.get(), at=SHOP_TIME)
    assert follow_up.count() == 2


def test_who_sees_a_check_and_when(team):
    check = save(team)

    def sees(who, at):
        return SpotCheck.objects.visible_to(who.users.get(), at=at).filter(pk=check.pk).exists()

    assert [sees(who, SHOP_TIME) for who in (team.zhao, team.gu)] == [True, True]
    assert [sees(who, SHOP_TIME) for who in (team.jing, team.wan, team.qin)] == [False] * 3
    assert sees(team.jing, check.shown_at)
    assert not sees(team.wan, check.shown_at)
    checks.show_check(check, by=team.zhao.users.get(), at=SHOP_TIME)
    assert sees(team.jing, SHOP_TIME)


def test_the_database_refuses_ones_own_chat_and_an_eleventh_half(team):
    check = save(team)
    with pytest.raises(IntegrityError, match="not_by_oneself"), transaction.atomic():
        SpotCheck.objects.filter(pk=check.pk).update(checker=team.jing)
    with pytest.raises(IntegrityError, match="in_halves"), transaction.atomic():
        check.marks.filter(item__code="follow_up").update(halves=11)


def test_coverage_names_what_is_short(team, django_assert_num_queries):
    for sold in (True, True, True, False):
        save(team, sold=sold)
    people = {team.jing.pk: make.position().pk, team.wan.pk: make.position().pk}
    with django_assert_num_queries(2):
        found = checks.coverage(people, month=date(2026, 10, 1))
    assert (found[team.jing.pk].done, found[team.jing.pk].short) == (4, 1)
    assert found[team.wan.pk].short == 5


def test_loading_the_rubric_twice_changes_nothing(team):
    before = load_rubric()
    assert load_rubric() == before
    assert before.items.filter(critical=False).count() == 4
    assert all(item.meanings.count() == 6 for item in before.items.filter(critical=False))
