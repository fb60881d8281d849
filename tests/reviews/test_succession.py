"""A supervisor leaves on the 14th: one page lists everything open, one decision hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from reviews import records, workflow
from reviews.models import Card, CardEvent, ServiceEvent, Succession
from reviews.rubrics import load_rubric
from reviews.services import succession
from reviews.services.open_work import open_work
from reviews.services.succession import Chosen, Preview
from staff.models import Deputy, Person, RoleHolding, User
from tests import factories
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db
THE_14TH = date(2026, 11, 14)


@dataclass
class House:
    """The company; 王组长 leads five agents, 何组长 another team, 秦资深 is the team's senior agent."""

    firm: Company
    he: Person
    agents: list[Person]

    @property
    def role(self) -> RoleHolding:
        return RoleHolding.objects.get(person=self.firm.wang, role="supervisor")

    def work(self, *, day: date = THE_14TH, at: int = 14):
        return open_work(self.firm.wang, from_day=day, user=user(self.firm.sun), at=november(at))

    def shown(self, chosen: Chosen | None = None, *, by: Person | None = None) -> Preview:
        return succession.preview(self.work(), chosen, by=user(by or self.firm.sun), at=november(14))

    def hand_on(self, to: Person | None = None, *, by: Person | None = None, token: str = "", **more):
        work = self.work()
        chosen = Chosen({self.role.pk: (to or self.he).pk}, reason="王组长调岗", **more)
        return succession.hand_on(
            self.firm.wang,
            chosen,
            from_day=THE_14TH,
            token=token or work.token(),
            by=user(by or self.firm.sun),
            at=november(14),
        )


@pytest.fixture
def house() -> House:
    firm = company()
    second = factories.unit("second", parent=firm.shop)
    lead = factories.position("supervisor", subject_kind="supervisor")
    he = factories.person("何组长", unit=second, position=lead)
    factories.role(he, "supervisor", second)
    more = [
        factories.person(name, unit=firm.team, position=factories.position())
        for name in ("周晓", "吴桐", "秦资深")
    ]
    return House(firm, he, [firm.lin, firm.chen, *more])


@pytest.fixture
def busy(house) -> House:
    """32 checks and two disputes are open, and two cards of October stand as drafts."""
    load_rubric()
    firm = house.firm
    for agent in (firm.lin, firm.chen):
        firm.card(agent)
    # October: two agents of five checks, three made; November: five agents of five. 7 + 25 = 32.
    for sold, agent in ((True, firm.lin), (False, firm.lin), (True, firm.chen)):
        factories.check(agent, by=firm.wang, at=november(2), sold=sold)
    for agent in (firm.lin, house.agents[2]):
        ServiceEvent.objects.create(
            person=agent,
            kind="dispute",
            day=date(2026, 11, 12),
            account="买家说没收到",
            recorded_at=november(12),
        )
    return house


def card_of(person: Person) -> Card:
    return Card.objects.select_related("current", "review__procedure", "unit", "position", "person").get(
        person=person
    )


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(user(person))
    return client


@pytest.fixture
def _the_14th(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: november(14))


@pytest.mark.usefixtures("_the_14th")
class TestASupervisorLeavesOnThe14th:
    """With 32 checks and two disputes open: one page, one decision."""

    page = "/admin/reviews/succession/start/"

    def form(self, house, *, to: Person, **more: object) -> dict[str, object]:
        asked = {"holder": house.firm.wang.pk, "day": "2026-11-14"}
        shown = enter(house.firm.sun).get(self.page, asked)
        assert shown.status_code == 200
        role = {f"role-{house.role.pk}": to.pk}
        return {
            **asked,
            **role,
            "token": shown.context["token"],
            "note": "王组长离职",
            "act": "hand_on",
            **more,
        }

    def test_one_page_lists_it_and_one_decision_hands_it_on(self, busy):
        firm = busy.firm
        hr = enter(firm.sun)
        page = hr.get(self.page, {"holder": firm.wang.pk, "day": "2026-11-14"})
        counts = dict(page.context["counts"])
        assert [counts[name] for name in ("抽查待做", "纠纷待认定", "考核表待提交", "角色")] == [32, 2, 2, 1]
        # The nearest is proposed: who leads the other team of the shop.
        assert page.context["found"].roles[0].successor == busy.he

        assert hr.post(self.page, self.form(busy, to=busy.he)).status_code == 302

        # From the 14th on the successor sees the 32 checks and the two disputes, and can submit.
        todo = enter(busy.he).get(reverse("checks"), {"month": "2026-10"}).context["short"]
        todo += enter(busy.he).get(reverse("checks"), {"month": "2026-11"}).context["short"]
        own = 0  # 何组长's own team has no agents
        assert todo - own == 32 + 3 * 5  # October of those who have no card is listed there too
        seen = ServiceEvent.objects.visible_to(user(busy.he), at=november(14))
        assert seen.count() == 2
        for event in seen:
            records.decide_event(event, by_service="no", reason="物流", by=user(busy.he), at=november(14))
        assert [card_of(agent).assessor for agent in (firm.lin, firm.chen)] == [busy.he, busy.he]
        workflow.take("submit", card_of(firm.lin), by=user(busy.he), at=november(14))
        assert card_of(firm.lin).state == "submitted"

        # The old one sees nothing more, and can do nothing more.
        old = user(firm.wang)
        assert not ServiceEvent.objects.visible_to(old, at=november(14)).exclude(person=firm.wang).exists()
        assert not Card.objects.visible_to(old, on=THE_14TH).exists()
        with pytest.raises(PermissionDenied):
            workflow.take("submit", card_of(firm.chen), by=old, at=november(14))

        # What was done is on record.
        row = Succession.objects.get()
        assert (row.holder, row.successor, row.from_day, row.by) == (
            firm.wang, busy.he, THE_14TH, user(firm.sun)
        )  # fmt: skip
        kept = {name: row.moved[name] for name in ("roles", "checks", "events", "assessor")}
        assert kept == {"roles": 1, "checks": 32, "events": 2, "assessor": 2}
        events = CardEvent.objects.filter(act="reassign").select_related("note")
        assert [(one.person, one.note.text) for one in events] == [(firm.sun, "王组长离职")] * 2

    def test_dates_are_half_open(self, busy):
        enter(busy.firm.sun).post(self.page, self.form(busy, to=busy.he))
        spans = RoleHolding.objects.filter(role="supervisor", unit=busy.firm.team).order_by("starts_on")
        assert [(one.person, one.starts_on, one.ends_on) for one in spans] == [
            (busy.firm.wang, factories.HIRED, THE_14TH),
            (busy.he, THE_14TH, None),
        ]

    def test_a_second_click_changes_nothing(self, busy):
        hr, form = enter(busy.firm.sun), self.form(busy, to=busy.he)
        hr.post(self.page, form)
        assert hr.post(self.page, form).status_code == 302
        assert Succession.objects.count() == 1
        assert CardEvent.objects.filter(act="reassign").count() == 2

    def test_something_changed_meanwhile_is_409_and_changes_nothing(self, busy):
        form = self.form(busy, to=busy.he)
        workflow.take("submit", card_of(busy.firm.lin), by=user(busy.firm.wang), at=november(14))
        answer = enter(busy.firm.sun).post(self.page, form)
        assert answer.status_code == 409
        assert "你的操作没有改变任何内容" in answer.content.decode()
        assert not Succession.objects.exists()
        assert busy.role.ends_on is None

    @pytest.mark.parametrize(
        ("changed", "status"),
        [
            pytest.param({"note": " "}, 422, id="no reason"),
            pytest.param({"holder": "999999"}, 404, id="nobody"),
            pytest.param({"holder": "x"}, 404, id="no key"),
            pytest.param({"day": "14.11."}, 302, id="no day"),
            pytest.param({"day": "2027-11-14"}, 302, id="too far ahead"),
        ],
    )
    def test_bad_input_is_refused_and_changes_nothing(self, busy, changed, status):
        answer = enter(busy.firm.sun).post(self.page, {**self.form(busy, to=busy.he), **changed})
        assert answer.status_code == status
        assert not Succession.objects.exists()

    def test_trying_another_choice_writes_nothing(self, busy):
        answer = enter(busy.firm.sun).post(self.page, self.form(busy, to=busy.agents[4], act="preview"))
        assert answer.status_code == 200
        assert answer.context["found"].roles[0].successor == busy.agents[4]
        assert not Succession.objects.exists()


class TestWhoFits:
    def test_the_subject_of_a_card_gets_everything_but_the_own_card(self, house):
        """秦资深 follows as supervisor; the own card goes to the next supervisor up, 何总管."""
        senior, firm = house.agents[4], house.firm
        above = factories.person("何总管", unit=firm.shop, position=factories.position("supervisor"))
        factories.role(above, "supervisor", firm.shop)
        firm.card(senior)
        firm.card(firm.lin)
        found = house.shown(Chosen({house.role.pk: senior.pk}))
        [misfit] = found.misfits
        assert (misfit.place.card.person, misfit.place.slot, list(misfit.options)) == (
            senior,
            "assessor",
            [above],
        )
        house.hand_on(senior)
        assert [card_of(one).assessor for one in (firm.lin, senior)] == [senior, above]

    def test_where_nobody_else_fits_it_is_refused(self, house):
        senior = house.agents[4]
        house.firm.card(senior)
        found = house.shown(Chosen({house.role.pk: senior.pk}))
        assert found.misfits[0].options == ()
        with pytest.raises(ValidationError, match="秦资深"):
            house.hand_on(senior)
        assert house.role.ends_on is None

    def test_who_reports_to_the_subject_does_not_assess(self, house):
        """The manager's card: 何组长 leads 赵经理's people no more than 赵经理 leads 何组长."""
        firm = house.firm
        factories.role(firm.wang, "director", firm.root)
        own = firm.card(firm.zhao, assessor=firm.wang, approver=firm.qian, decider=firm.sun)
        assert own.assessor == firm.wang
        work = house.work()
        director = RoleHolding.objects.get(person=firm.wang, role="director")
        found = succession.preview(
            work,
            Chosen({house.role.pk: house.he.pk, director.pk: house.he.pk}),
            by=user(firm.sun),
            at=november(14),
        )
        reasons = {one.place.card.person: one.why for one in found.misfits}
        assert "赵经理" in reasons[firm.zhao]

    def test_four_eyes_stay_three(self, house):
        firm = house.firm
        firm.card(firm.lin)
        found = house.shown(Chosen({house.role.pk: firm.qian.pk}))
        assert found.problems or found.misfits

    def test_nobody_gives_the_role_to_oneself(self, house):
        house.firm.card(house.firm.lin)
        clerk = house.agents[4]
        factories.role(clerk, "hr", house.firm.root)
        with pytest.raises(ValidationError, match=r"自己|oneself"):
            house.hand_on(clerk, by=clerk)
        assert not Succession.objects.exists()

    def test_who_submitted_a_card_does_not_decide_on_it(self, house):
        firm = house.firm
        card = firm.card(firm.lin, decider=firm.zhao)
        workflow.take("submit", card, by=user(firm.wang), at=november(3))
        manager = RoleHolding.objects.get(person=firm.zhao, role="manager")
        work = open_work(firm.zhao, from_day=THE_14TH, user=user(firm.sun), at=november(14))
        found = succession.preview(
            work, Chosen({manager.pk: firm.wang.pk}), by=user(firm.sun), at=november(14)
        )
        [misfit] = found.misfits
        assert misfit.place.slot == "decider"


class TestDeputiesAndDays:
    def test_standing_in_for_others_ends_too(self, house):
        other = RoleHolding.objects.get(person=house.he)
        Deputy.objects.create(
            holding=other, person=house.firm.wang, starts_on=date(2026, 11, 10), ends_on=date(2026, 11, 20)
        )
        assert len(house.work().stands_in) == 1
        house.hand_on()
        assert Deputy.objects.get().ends_on == THE_14TH

    def test_a_day_to_come_changes_the_roles_then_and_the_cards_follow(self, house):
        firm = house.firm
        firm.card(firm.lin)
        work = open_work(firm.wang, from_day=THE_14TH, user=user(firm.sun), at=november(10))
        succession.hand_on(
            firm.wang,
            Chosen({house.role.pk: house.he.pk}, reason="调岗"),
            from_day=THE_14TH,
            token=work.token(),
            by=user(firm.sun),
            at=november(10),
        )
        # To the 13th the old one acts, and the card is still theirs.
        assert card_of(firm.lin).assessor == firm.wang
        assert succession.settle(at=november(13)) == 0
        # On the 14th it follows; settling twice changes nothing more.
        assert succession.settle(at=november(14, 9)) == 1
        assert succession.settle(at=november(15)) == 0
        assert card_of(firm.lin).assessor == house.he

    def test_cards_whose_role_ended_before_are_listed_and_get_somebody(self, house):
        firm = house.firm
        firm.card(firm.lin)
        RoleHolding.objects.filter(person=firm.wang).update(ends_on=date(2026, 11, 1))
        factories.role(house.he, "supervisor", firm.team, since=date(2026, 11, 1))
        work = house.work()
        assert (work.roles, [one.card.person for one in work.loose]) == ((), [firm.lin])
        succession.hand_on(
            firm.wang, Chosen({}, reason="已调岗"), from_day=THE_14TH, token=work.token(),
            by=user(firm.sun), at=november(14),
        )  # fmt: skip
        assert card_of(firm.lin).assessor == house.he


def test_a_branch_hr_hands_on_only_what_is_below(house):
    clerk = factories.person("店人事", unit=house.firm.shop, position=factories.position("office"))
    factories.role(clerk, "hr", house.firm.team)
    director = open_work(house.firm.qian, from_day=THE_14TH, user=user(clerk), at=november(14))
    assert director.empty
    mine = open_work(house.firm.wang, from_day=THE_14TH, user=user(clerk), at=november(14))
    assert [one.holding.unit for one in mine.roles] == [house.firm.team]


def test_queries_do_not_grow_with_the_cards(house, django_assert_max_num_queries):
    for agent in house.agents:
        house.firm.card(agent)
    by: User = user(house.firm.sun)
    with django_assert_max_num_queries(34):
        work = open_work(house.firm.wang, from_day=THE_14TH, user=by, at=november(14))
        succession.preview(work, None, by=by, at=november(14))


def test_the_old_one_still_acts_the_day_before(house):
    firm = house.firm
    firm.card(firm.lin)
    work = open_work(firm.wang, from_day=THE_14TH, user=user(firm.sun), at=november(12))
    succession.hand_on(
        firm.wang, Chosen({house.role.pk: house.he.pk}, reason="调岗"), from_day=THE_14TH,
        token=work.token(), by=user(firm.sun), at=november(12),
    )  # fmt: skip
    workflow.take("submit", card_of(firm.lin), by=user(firm.wang), at=november(13))
    assert THE_14TH - timedelta(days=1) == date(2026, 11, 13)
