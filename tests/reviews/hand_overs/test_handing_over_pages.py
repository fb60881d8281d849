"""HR's preview and hand-over, finance's page, file and acknowledgement: who may, twice, and what changed meanwhile."""

from __future__ import annotations

from typing import ClassVar

from django.urls import reverse

from reviews import workflow
from reviews.models import Card, CardEvent, CardVersion, HandOver, HandOverExport, Review
from tests import factories
from tests.reviews.hand_overs.conftest import give_back, take_all
from tests.reviews.people import november, user
from tests.reviews.views.conftest import enter

LIST = "/admin/reviews/handover/"


def prepare(review: Review) -> str:
    return reverse("admin:reviews_handover_prepare", args=[review.pk])


def page_of(made: HandOver) -> str:
    return reverse("admin:reviews_handover_change", args=[made.pk])


def acknowledging(made: HandOver) -> str:
    return reverse("admin:reviews_handover_acknowledge", args=[made.pk])


def exporting(made: HandOver) -> str:
    return reverse("admin:reviews_handover_export", args=[made.pk])


def states() -> set[str]:
    return set(Card.objects.values_list("state", flat=True))


class TestHandOver:
    def shown(self, firm) -> dict[str, str]:
        """What the preview's button posts."""
        preview = enter(firm.sun).get(prepare(firm.review)).context["preview"]
        return {"control_sum": preview.control_sum}

    def test_the_preview_says_how_many_and_how_much_and_writes_nothing(self, firm, closed):
        answer = enter(firm.sun).get(prepare(firm.review))
        preview = answer.context["preview"]
        versions = [card.current for card in Card.objects.select_related("current")]
        assert (len(preview.rows), preview.number) == (2, 1)
        assert preview.base == sum(one.base_salary for one in versions) == 7000
        assert preview.earned == sum(one.performance_pay for one in versions)
        assert "移交 2 张" in answer.content.decode()
        assert not HandOver.objects.exists()

    def test_what_was_shown_is_handed_over(self, firm, closed):
        shown = self.shown(firm)
        answer = enter(firm.sun).post(prepare(firm.review), shown)
        made = HandOver.objects.get()
        assert answer.headers["Location"] == page_of(made)
        assert (made.cards, made.made_by, made.control_sum) == (2, firm.sun, shown["control_sum"])
        assert states() == {"approved"}

    def test_a_second_press_hands_over_nothing_twice(self, firm, closed):
        shown = self.shown(firm)
        enter(firm.li).post(prepare(firm.review), shown)
        again = enter(firm.sun).post(prepare(firm.review), shown)
        assert again.status_code == 409
        assert "李人事" in again.content.decode()
        assert (HandOver.objects.count(), CardEvent.objects.filter(act="approve").count()) == (1, 2)

    def test_another_sum_than_shown_is_refused(self, firm, closed):
        for posted in ("", "0" * 64, "nonsense"):
            refused = enter(firm.sun).post(prepare(firm.review), {"control_sum": posted})
            assert refused.status_code == 409, posted
        assert states() == {"closed"}

    def test_a_card_returned_since_is_noticed(self, firm, closed):
        shown = self.shown(firm)
        give_back(firm, firm.lin)
        refused = enter(firm.sun).post(prepare(firm.review), shown)
        assert refused.status_code == 409
        assert not HandOver.objects.exists()

    def test_what_comes_later_is_a_supplementary_one(self, firm, made):
        late = firm.card(factories.person("冯晚到", unit=firm.team, position=factories.position()))
        take_all(firm, [late], "close")
        text = enter(firm.sun).get(prepare(firm.review)).content.decode()
        assert "移交单 2（补充）" in text
        enter(firm.sun).post(prepare(firm.review), self.shown(firm))
        assert list(HandOver.objects.values_list("number", "cards")) == [(1, 2), (2, 1)]
        assert "移交单 2（补充）" in enter(firm.zhou).get(LIST).content.decode()

    def test_a_card_without_a_level_stands_first_and_says_so(self, firm, closed):
        late = firm.card(factories.person("冯无级", unit=firm.team, position=factories.position()))
        nothing = {"level_name": "", "base_salary": None, "performance_salary": None, "performance_pay": None}
        CardVersion.objects.filter(card=late).update(**nothing)
        take_all(firm, [late], "close")
        [first, *_others] = enter(firm.sun).get(prepare(firm.review)).context["preview"].rows
        assert first.card.person.name == "冯无级"
        assert "0.00" in first.flags[0]

    def test_nothing_waiting_is_said(self, firm):
        firm.card()
        assert "没有待移交的考核表" in enter(firm.sun).get(prepare(firm.review)).content.decode()

    def test_the_list_leads_hr_to_what_waits(self, firm, closed):
        assert prepare(firm.review) in enter(firm.sun).get(LIST).content.decode()
        assert prepare(firm.review) not in enter(firm.zhou).get(LIST).content.decode()


class TestAcknowledge:
    def test_as_shown_pays_all_cards_and_signs(self, firm, made):
        client = enter(firm.zhou)
        assert f'value="{made.control_sum}"' in client.get(page_of(made)).content.decode()
        answer = client.post(acknowledging(made), {"control_sum": made.control_sum})
        assert answer.headers["Location"] == page_of(made)
        made.refresh_from_db()
        assert (states(), made.acknowledged_by, made.acknowledged_at) == ({"paid"}, firm.zhou, november(12))

    def test_a_second_press_changes_nothing_and_says_who_was_first(self, firm, made):
        for status in (302, 409):
            answer = enter(firm.zhou).post(acknowledging(made), {"control_sum": made.control_sum})
            assert answer.status_code == status
        assert "周财务" in answer.content.decode()
        assert CardEvent.objects.filter(act="pay").count() == 2

    def test_a_tampered_control_sum_is_refused(self, firm, made):
        for posted in ({}, {"control_sum": "f" * 64}):
            assert enter(firm.zhou).post(acknowledging(made), posted).status_code == 409
        assert states() == {"approved"}

    def test_a_card_returned_meanwhile_is_named(self, firm, made):
        give_back(firm, firm.lin)
        refused = enter(firm.zhou).post(acknowledging(made), {"control_sum": made.control_sum})
        assert refused.status_code == 409
        assert "林小满" in refused.content.decode()
        assert states() == {"draft", "approved"}

    def test_what_is_left_can_be_acknowledged(self, firm, made):
        give_back(firm, firm.lin)
        made.refresh_from_db()
        enter(firm.zhou).post(acknowledging(made), {"control_sum": made.control_sum})
        made.refresh_from_db()
        assert (states(), made.acknowledged_by) == ({"draft", "paid"}, firm.zhou)

    def test_an_emptied_one_is_not(self, firm, made):
        for person in (firm.lin, firm.chen):
            give_back(firm, person)
        made.refresh_from_db()
        assert (
            enter(firm.zhou).post(acknowledging(made), {"control_sum": made.control_sum}).status_code == 409
        )
        text = enter(firm.zhou).get(page_of(made)).content.decode()
        assert "全部已撤出" in text
        assert acknowledging(made) not in text

    def test_a_trial_month_is_not(self, firm, made):
        Review.objects.update(trial=True)
        text = enter(firm.zhou).get(page_of(made)).content.decode()
        assert "试运行，不产生薪资" in text
        assert acknowledging(made) not in text
        assert (
            enter(firm.zhou).post(acknowledging(made), {"control_sum": made.control_sum}).status_code == 409
        )
        assert states() == {"approved"}


class TestWhoMay:
    """Answers to: read, look at the preview, hand over, fetch the file, acknowledge."""

    ANSWERS: ClassVar = {
        "zhao": (404, 404, 404, 404, 404),  # manager
        "qian": (404, 404, 404, 404, 404),  # director
        "wu": (404, 404, 404, 404, 404),  # general office
        "wang": (404, 404, 404, 404, 404),  # supervisor
        "lin": (404, 404, 404, 404, 404),  # subject
        "sun": (200, 200, 409, 403, 403),  # HR hands over and does not pay
        "zhou": (200, 403, 403, 200, 302),  # finance pays and does not hand over
    }

    def test_each_act(self, firm, made):
        sums = {"control_sum": made.control_sum}
        for who, answers in self.ANSWERS.items():
            assert states() == {"approved"}
            client = enter(getattr(firm, who))
            found = (
                client.get(page_of(made)),
                client.get(prepare(firm.review)),
                client.post(prepare(firm.review), sums),
                client.post(exporting(made)),
                client.post(acknowledging(made), sums),
            )
            assert tuple(answer.status_code for answer in found) == answers, who
        assert HandOverExport.objects.get().by.person == firm.zhou

    def test_another_branch_finds_nothing(self, firm, made):
        other = factories.unit("other", parent=firm.root, kind="branch")
        stranger = factories.person(
            "外店", unit=other, position=factories.position("office", subject_kind="none")
        )
        for role in ("hr", "finance"):
            factories.role(stranger, role, other)
        client = enter(stranger)
        gets = [page_of(made), prepare(firm.review), page_of(HandOver(pk=999_999))]
        assert [client.get(address).status_code for address in gets] == [404, 404, 404]
        posts = [prepare(firm.review), exporting(made), acknowledging(made)]
        assert [client.post(address).status_code for address in posts] == [404, 404, 404]
        assert "林小满" not in client.get(LIST).content.decode()
        assert client.get(LIST).context["page"].paginator.count == 0

    def test_reading_never_does_it(self, firm, made):
        client = enter(firm.zhou)
        assert [client.get(address(made)).status_code for address in (exporting, acknowledging)] == [405, 405]
        assert states() == {"approved"}

    def test_finance_who_has_left_pays_no_more(self, firm, made):
        firm.zhou.roles.update(ends_on=november(12).date())
        assert (
            enter(firm.zhou).post(acknowledging(made), {"control_sum": made.control_sum}).status_code == 404
        )
        assert states() == {"approved"}


class TestPage:
    def test_a_withdrawn_line_is_struck_through_in_words(self, firm, made):
        give_back(firm, firm.lin)
        answer = enter(firm.zhou).get(page_of(made))
        text = answer.content.decode()
        assert "<s>林小满</s>" in text
        assert "已撤出，不发放" in text
        made.refresh_from_db()
        assert f"{made.base_sum:,.2f}" == "3,500.00"

    def test_lines_are_filtered(self, firm, made):
        give_back(firm, firm.lin)
        client = enter(firm.sun)
        for asked, names in (
            ({}, ["林小满", "陈一帆"]),
            ({"q": "陈"}, ["陈一帆"]),
            ({"show": "withdrawn"}, ["林小满"]),
            ({"page": "99", "show": "x"}, ["林小满", "陈一帆"]),
        ):
            rows = client.get(page_of(made), asked).context["lines"].rows
            assert [row.name for row in rows] == names, asked

    def test_finance_and_hr_come_to_it_from_the_review(self, firm, made):
        review = reverse("admin:reviews_review_change", args=[firm.review.pk])
        for who in (firm.sun, firm.zhou):
            assert f"{LIST}?review={firm.review.pk}" in enter(who).get(review).content.decode()

    def test_the_list_of_one_review(self, firm, made):
        rows = enter(firm.zhou).get(LIST, {"review": firm.review.pk}).context["page"]
        assert [row.pk for row in rows] == [made.pk]
        assert enter(firm.zhou).get(LIST, {"review": "9" * 30}).status_code == 200


def test_a_deputy_is_named_beside_the_holder(firm, closed):
    holding = firm.sun.roles.get()
    deputy = factories.person(
        "代人事", unit=firm.root, position=factories.position("office", subject_kind="none")
    )
    holding.deputies.create(person=deputy, starts_on="2026-11-01", ends_on="2026-12-01")
    workflow.take_many("approve", closed, by=user(deputy), at=november(12))
    made = HandOver.objects.get()
    assert "代人事（代 孙人事）" in enter(firm.zhou).get(page_of(made)).content.decode()
