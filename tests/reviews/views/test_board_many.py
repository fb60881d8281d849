"""Boards of a branch: teams, filters, pages, and a number of queries that does not grow with the cards."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from reviews import workflow
from reviews.models import Card, CardState, OpeningMonth
from reviews.procedures import load_procedures
from reviews.views.board_cards import Choice
from reviews.views.board_rows import share_out
from staff.models import Message
from tests import factories
from tests.reviews.many import many_cards
from tests.reviews.people import november, user
from tests.reviews.views.conftest import enter, pass_on

# Of the fifteen one is the session's, which the tests keep in memory.
MOST = 14


def board(firm, query: str = "") -> str:
    return reverse("board", args=[firm.review.public_id]) + query


def bulk(firm, act: str) -> str:
    return reverse("board_act", args=[firm.review.public_id, act])


def page(person, address: str) -> str:
    return enter(person).get(address).content.decode()


def put(cards: list[Card], state: CardState) -> None:
    """Put drafts where a test wants them; the workflow's own way is tried elsewhere."""
    rows = Card.objects.filter(pk__in=[card.pk for card in cards])
    for source, target in (("draft", "submitted"), ("submitted", "published"), ("published", "confirmed")):
        rows.move(sources=[source], target=target)
        if target == state:
            break


@pytest.mark.parametrize(
    ("counts", "shares"),
    [
        pytest.param({"a": 9, "b": 4}, {"a": 9, "b": 4}, id="all fit"),
        pytest.param({"a": 100}, {"a": 25}, id="one column"),
        pytest.param({"a": 100, "b": 3, "c": 100}, {"a": 11, "b": 3, "c": 11}, id="a short one is whole"),
        pytest.param({}, {}, id="nothing"),
    ],
)
def test_rows_are_shared_out_among_columns(counts, shares):
    assert share_out(counts) == shares


@pytest.mark.parametrize(
    ("query", "choice"),
    [
        ({}, Choice()),
        ({"page": "3", "state": "ready"}, Choice(state="ready", page=3)),
        ({"page": "-1", "show": "x", "q": "  lxm "}, Choice(search="lxm")),
        ({"page": "9" * 60}, Choice()),
        ({"page": "x", "show": "eyes"}, Choice(show="eyes")),
    ],
)
def test_what_a_query_means(query, choice):
    assert Choice.of(query) == choice


class TestQueries:
    @pytest.mark.parametrize("who", ["wang", "qian", "zhao"])
    def test_three_cards(self, firm, django_assert_max_num_queries, who):
        firm.card()
        firm.card(firm.chen, facts={"sales": "90000.00", "sales_target": "100000.00"})
        client = enter(getattr(firm, who))
        client.get(board(firm))
        with django_assert_max_num_queries(MOST):
            assert client.get(board(firm)).status_code == 200

    def test_thirty_cards_in_two_teams(self, firm, django_assert_max_num_queries):
        cards = many_cards(firm, 30, lacking=10)
        put(cards[20:25], CardState.SUBMITTED)
        put(cards[25:], CardState.CONFIRMED)
        client = enter(firm.qian)
        client.get(board(firm))
        for address in (
            board(firm),
            board(firm, "?state=ready"),
            board(firm, "?show=eyes"),
            bulk(firm, "publish"),
        ):
            with django_assert_max_num_queries(MOST):
                assert client.get(address).status_code == 200

    @pytest.mark.slow
    def test_a_thousand_cards(self, firm, django_assert_max_num_queries):
        cards = many_cards(firm, 1000, lacking=300)
        put(cards[500:], CardState.SUBMITTED)
        client = enter(firm.qian)
        client.get(board(firm))
        for address in (board(firm), board(firm, "?state=submitted&page=7"), board(firm, "?q=kefu99")):
            with django_assert_max_num_queries(MOST):
                answer = client.get(address)
            assert answer.content.decode().count('class="board-row"') <= 25
        with django_assert_max_num_queries(MOST):
            asked = client.get(bulk(firm, "publish")).content.decode()
        assert "批准并公布 500 张" in asked
        stamps = re.search(r'name="stamps" value="([^"]+)"', asked)[1]
        assert len(stamps) < 40_000
        posted = {"stamps": stamps, "note": "都看过"}
        assert client.post(bulk(firm, "publish"), posted).status_code == 302
        assert Card.objects.filter(state="published").count() == 500


class TestFilters:
    @pytest.fixture
    def branch(self, firm):
        """Thirty cards in two more teams: ten lack lines, one moved far."""
        cards = many_cards(firm, 30, lacking=10)
        OpeningMonth.objects.create(person=cards[29].person, month=date(2026, 9, 1), total=60)
        return cards

    def test_every_team_has_its_line(self, firm, branch):
        said = page(firm.qian, board(firm))
        assert said.count('class="row-link team') == 3
        assert "2组" in said
        assert "组长1 20" in said
        assert "差 90 项" in said or "差 " in said

    def test_a_supervisor_has_no_line_of_teams(self, firm, branch):
        assert 'class="row-link team' not in page(firm.wang, board(firm))

    def test_at_most_twenty_five_rows_and_a_way_to_the_others(self, firm, branch):
        said = page(firm.qian, board(firm))
        assert said.count('class="board-row"') == 25
        assert "?state=ready#cards" in said
        second = page(firm.qian, board(firm, "?state=ready&page=1"))
        assert second.count('class="board-row"') == 21

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("?q=kefu29", {"客服29"}),
            ("?q=M0003", {"客服3"}),
            ("?q=林小", {"林小满"}),
            ("?q=nobody", set()),
            ("?show=eyes&q=客服29", {"客服29"}),
        ],
    )
    def test_search_by_name_number_and_pinyin(self, firm, branch, query, names):
        said = page(firm.qian, board(firm, query))
        found = set(re.findall(r'<span class="row-text"><b>([^<]+)</b><span>', said))
        assert {name for name in found if name.startswith(("客服", "林"))} == names
        assert ("没有符合的考核表" in said) is (not names)

    def test_one_team_only(self, firm, branch):
        team = branch[25].unit_id
        said = page(firm.qian, board(firm, f"?team={team}"))
        assert said.count('class="board-row"') == 10
        assert 'aria-current="true"' in said

    def test_nonsense_is_no_error(self, firm, branch):
        assert enter(firm.qian).get(board(firm, "?team=%E7%BB%84&state=x&page=-9&show=1")).status_code == 200


class TestWords:
    def test_a_card_sent_back_says_why_and_by_whom(self, firm):
        card = pass_on(firm, firm.card(), "submitted")
        workflow.take("send_back", card, by=user(firm.qian), at=november(4), note="抽查少一条")
        said = page(firm.wang, board(firm))
        assert "钱总监退回：抽查少一条" in said

    def test_a_card_set_aside_stands_in_its_own_group(self, firm):
        card = pass_on(firm, firm.card(), "published")
        workflow.take("set_aside", card, by=user(firm.zhao), at=november(6), note="等物流证明")
        said = page(firm.zhao, board(firm))
        assert "column-aside" in said
        assert "column-published" not in said
        assert "赵经理搁置：等物流证明" in said

    def test_a_card_confirmed_by_silence_says_so(self, firm, monkeypatch):
        card = pass_on(firm, firm.card(), "published")
        Card.objects.filter(pk=card.pk).update(
            delivered_at=datetime(2026, 11, 6, 1, 20, tzinfo=UTC),
            window_ends_at=datetime(2026, 11, 10, 10, 0, tzinfo=UTC),
        )
        card.refresh_from_db()
        workflow.take("silence", card, by=None, at=november(11))
        said = page(firm.wang, board(firm))
        assert "11月6日 09:20 送达，11月10日 18:00 前没有操作，视为确认。" in said

    def test_what_is_asked_to_return_is_found(self, firm):
        card = pass_on(firm, firm.card(), "published")
        firm.card(firm.chen)
        workflow.take("ask_return", card, by=user(firm.sun), at=november(6), note="销售额导错了")
        said = page(firm.zhao, board(firm, "?show=asked"))
        assert "孙人事申请退回：销售额导错了" in said
        assert "陈一帆" not in said
        assert reverse("board_returns", args=[firm.review.public_id]) in said

    def test_a_late_step_says_how_late_and_who_was_told(self, firm):
        firm.card()
        Message.objects.create(
            person=firm.wang, kind="late_assess", key=f"{firm.review.pk}:2026-11-05", path="/month/",
            at=november(5, 9),
        )  # fmt: skip
        Message.objects.create(
            person=firm.wang, kind="late_assess", key=f"{firm.review.pk}9:2026-11-05", path="/month/",
            at=november(5, 11),
        )  # fmt: skip
        said = page(firm.qian, board(firm))
        assert "已超期 2 个工作日" in said
        assert "11月5日 09:00 已提醒：王组长" in said
        assert "11:00" not in said

    def test_an_open_line_names_who_owes_it(self, firm):
        firm.card(firm.chen, facts={"sales": "90000.00", "sales_target": "100000.00"})
        assert "王组长（主管）" in page(firm.qian, board(firm))
        mine = page(firm.wang, board(firm))
        assert '<span class="badge-k mine">你</span>' in mine

    def test_the_supplement_is_a_to_do_of_who_closes(self, firm):
        late = pass_on(firm, firm.card(firm.chen), "published")
        pass_on(firm, firm.card(), "confirmed")
        workflow.take("set_aside", late, by=user(firm.zhao), at=november(6), note="等证明")
        lin = Card.objects.select_related("review__procedure", "unit", "position", "person", "current").get(
            person=firm.lin
        )
        workflow.take("close", lin, by=user(firm.zhao), at=november(6))
        late.refresh_from_db()
        workflow.take("confirm", late, by=user(firm.chen), at=november(6))
        assert "补充关账 1 张考核表" in page(firm.zhao, "/")
        assert "补充关账" not in page(firm.wang, "/")
        assert "补充关账这 1 张" in page(firm.zhao, board(firm))


def test_a_card_that_is_not_published_says_when_by_its_own_procedure(firm):
    firm.card()
    steps = firm.review.procedure.steps.filter(act="approve", subject_kind="agent")
    assert "11月6日" in page(firm.lin, "/")
    steps.update(working_day=4)
    assert "11月5日" in page(firm.lin, "/")


def test_the_owner_of_a_small_shop_learns_what_one_click_takes(firm):
    firm.review.procedure = load_procedures()["small"]
    firm.review.save(update_fields=["procedure"])
    owner = firm.qian
    for role in ("hr", "finance"):
        factories.role(owner, role, firm.root)
    pass_on(firm, firm.card(decider=owner), "confirmed")
    said = page(owner, board(firm))
    assert "一次办完：关账、交财务、确认发放" in said
