"""The month as a process, attacked: each test is named after the row of the list of attacks it tries."""

from __future__ import annotations

import io
from datetime import date
from hashlib import sha256

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from PIL import Image

from reviews import procedure_table, workflow
from reviews.access import sees_money
from reviews.models import Card, CardState, Procedure, ProcedureStep
from reviews.procedures import load_procedures
from staff.models import Deputy, RoleHolding, User
from tests import factories
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db

WAY = (
    ("submit", "wang", "submitted"),
    ("publish", "qian", "published"),
    ("confirm", "lin", "confirmed"),
    ("close", "zhao", "closed"),
    ("approve", "sun", "approved"),
)
# What a request may write without changing anything of the month: its session and who was refused.
BESIDE = frozenset({"sessions.Session", "admin.LogEntry"})
# Reading one's own card or message is what delivers it: the openings, and the window that begins with them.
OPENINGS = frozenset({"reviews.CardDelivery", "staff.Message", "staff.Delivery", "reviews.Card"})
EXTRA = {
    "state": "paid", "performance_pay": "99999", "base_salary": "99999", "person": "1", "person_id": "1",
    "eyes": "{}", "approver": "1", "assessor": "1", "decider": "1", "total": "100", "multiplier": "2",
    "by": "1", "user": "1", "is_superuser": "on", "closed_at": "2026-01-01", "set_aside_at": "2026-01-01",
    "window_ends_at": "2099-01-01", "delivered_at": "2026-01-01", "id": "1", "pk": "1",
}  # fmt: skip


@pytest.fixture
def firm(monkeypatch) -> Company:
    monkeypatch.setattr("django.utils.timezone.now", lambda: november(11))
    return company()


def walk(firm: Company, card: Card, until: str) -> Card:
    """Take the usual acts up to a state."""
    for day, (act, who, state) in enumerate(WAY, start=4):
        if card.state == until:
            break
        who = "lin" if act == "confirm" and card.person == firm.lin else who
        actor = card.person if act == "confirm" else getattr(firm, who)
        workflow.take(act, card, by=user(actor), at=november(day))
        assert card.state == state
    return card


def browser(person) -> Client:
    made = Client()
    made.force_login(person if isinstance(person, User) else user(person))
    return made


def checksums(but: frozenset[str] = BESIDE) -> dict[str, str]:
    """A digest of every table's rows."""
    found = {}
    for model in apps.get_models():
        if model._meta.label in but or not model._meta.managed:
            continue
        rows = sorted(map(repr, model._base_manager.values_list()))
        found[model._meta.label] = sha256("\n".join(rows).encode()).hexdigest()
    return found


def picture(kind: str = "PNG", size=(40, 30), **more) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", size, "white").save(into, kind, **more)
    return into.getvalue()


def form_of(procedure: Procedure, **changed: str) -> dict[str, str]:
    """What the page of a procedure would post."""
    data = {}
    for line in procedure_table.grid_of(procedure).lines:
        for cell in (one for one in line.cells if one):
            data |= {f"role-{cell.name}": cell.role, f"day-{cell.name}": cell.day}
            data |= {f"go-{cell.name}": "1"} if cell.in_one_go else {}
    data |= {f"second-{role}": "1" for role in procedure.second_roles}
    return data | changed


class TestProcedureOfAMonthUnderWay:
    """WF-04, WF-14: who acts on cards that are on their way cannot be changed under them."""

    CHANGES = (
        {"role-approve-agent": "supervisor"},
        {"role-assess-agent": "director"},
        {"role-decide-agent": "director"},
        {"role-close-agent": "supervisor"},
        {"approver_may_decide": "1"},
        {"second-supervisor": "1"},
        {"go-pay-agent": "1"},
    )

    def post(self, firm, changed, hr=None):
        procedure = Procedure.objects.get(pk=firm.review.procedure_id)
        address = reverse("admin:reviews_procedure_change", args=[procedure.pk])
        return (hr or browser(firm.sun)).post(address, form_of(procedure, **changed)).status_code

    @pytest.mark.parametrize("state", ["submitted", "closed"])
    def test_WF_14_who_acts_stays(self, firm, state):
        walk(firm, firm.card(), state)
        hr = browser(firm.sun)
        before = checksums()
        for changed in self.CHANGES:
            assert self.post(firm, changed, hr) == 422, changed
        assert checksums() == before

    @pytest.mark.parametrize("state", ["draft", "approved"])
    def test_WF_14_before_and_after_it_may_change(self, firm, state):
        walk(firm, firm.card(), state)
        assert self.post(firm, {"role-close-agent": "director"}) == 302

    def test_WF_14_days_may_change(self, firm):
        walk(firm, firm.card(), "published")
        assert self.post(firm, {"day-approve-agent": "6"}) == 302
        assert ProcedureStep.objects.get(
            procedure=firm.review.procedure_id, act="approve", subject_kind="agent"
        ).working_day == 6  # fmt: skip

    def test_WF_14_a_branchs_new_setting_leaves_its_months_alone(self, firm):
        small = load_procedures()["small"]
        walk(firm, firm.card(), "submitted")
        before = firm.review.procedure_id
        answer = browser(firm.sun).post(
            reverse("admin:reviews_branchsetting_add"),
            {"unit": firm.shop.pk, "procedure": small.pk, "pay_day": "15"},
        )
        firm.review.refresh_from_db()
        assert answer.status_code == 302
        assert firm.review.procedure_id == before


class TestFourEyes:
    """WF-02, WF-04, WF-18: two persons, whatever names and accounts they use."""

    def asked(self, firm, by=None, at=11):
        card = walk(firm, firm.card(), "published")
        workflow.take("ask_return", card, by=user(by or firm.sun), at=november(at), note="错了")
        return card

    def consent(self, firm, card, who) -> int:
        card.refresh_from_db()
        fields = {"act": "return", "card": str(card.public_id), f"stamp-{card.public_id}": card.stamp}
        address = reverse("admin:reviews_review_consent", args=[firm.review.pk])
        return browser(who).post(address, fields).status_code

    def test_WF_04_who_asked_does_not_consent_with_another_account(self, firm):
        card = self.asked(firm)
        other = factories.user(firm.sun, "second-account") if hasattr(factories, "user") else None
        other = other or User.objects.create_user("second-account", password="x", person=firm.sun)
        assert self.consent(firm, card, other) == 403
        assert self.consent(firm, card, firm.li) == 302

    def test_WF_04_who_asked_does_not_consent_in_another_role(self, firm):
        card = self.asked(firm)
        factories.role(firm.sun, "director", firm.root)
        assert self.consent(firm, card, firm.sun) == 403

    def test_WF_18_nobody_consents_in_the_name_of_who_asked(self, firm):
        card = self.asked(firm)
        hired = factories.person("郑代理", unit=firm.root, position=firm.sun.assignments.get().position)
        holding = RoleHolding.objects.get(person=firm.sun)
        Deputy.objects.create(
            holding=holding, person=hired, starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 1)
        )
        assert self.consent(firm, card, hired) == 403
        card.refresh_from_db()
        assert card.state == CardState.PUBLISHED

    def test_WF_04_the_ask_outlives_its_askers_role_and_still_needs_a_second_person(self, firm):
        card = self.asked(firm)
        RoleHolding.objects.filter(person=firm.sun).update(ends_on=date(2026, 11, 10))
        factories.role(firm.sun, "manager", firm.shop)
        assert self.consent(firm, card, firm.sun) in {403, 404}
        assert self.consent(firm, card, firm.li) == 302

    def test_WF_02_nobody_hands_over_or_closes_the_own_card(self, firm):
        """Somebody in HR is an agent too; the manager has a card of the own in the review."""
        factories.role(firm.lin, "hr", firm.root)
        factories.role(firm.lin, "manager", firm.shop)
        card = walk(firm, firm.card(), "confirmed")
        mine = browser(firm.lin)
        close = reverse("month_close", args=[firm.review.public_id])
        fields = {"act": "set_aside", "kind": "later", "reason": "x", f"card-{card.public_id}": card.stamp}
        assert mine.post(close, fields).status_code in {403, 409, 422}
        workflow.take("close", card, by=user(firm.zhao), at=november(10))
        prepare = reverse("admin:reviews_handover_prepare", args=[firm.review.pk])
        page = mine.get(prepare)
        assert firm.lin.name not in page.content.decode().partition("<main")[2].replace(
            str(user(firm.lin)), ""
        ) or not page.context["preview"].rows  # fmt: skip
        sum_shown = browser(firm.sun).get(prepare).context["preview"].control_sum
        assert mine.post(prepare, {"control_sum": sum_shown}).status_code == 409
        card.refresh_from_db()
        assert card.state == CardState.CLOSED

    @pytest.mark.parametrize(
        "eyes",
        [
            {"assessor": "lin"}, {"approver": "lin"}, {"decider": "lin"},
            {"approver": "wang"}, {"assessor": "qian"}, {"decider": "qian"}, {"decider": "wang"},
        ],
        ids=str,
    )  # fmt: skip
    def test_WF_03_no_card_passes_to_its_subject_or_to_two_of_three(self, firm, eyes):
        card = firm.card()
        chosen = {card.pk: {slot: getattr(firm, who).pk for slot, who in eyes.items()}}
        with pytest.raises(workflow.BulkRefused):
            workflow.take_many("reassign", [card], by=user(firm.sun), at=november(11), note="x", eyes=chosen)

    def test_WF_03_not_by_two_requests_either(self, firm):
        """First another assessor, then who submitted as approver: history knows who submitted."""
        card = walk(firm, firm.card(), "submitted")
        other = factories.person("何组长", unit=firm.team, position=firm.wang.assignments.get().position)
        factories.role(other, "supervisor", firm.team)
        factories.role(firm.wang, "director", firm.root)
        by, at = user(firm.sun), november(11)
        for eyes in ({"assessor": other.pk}, {"approver": firm.wang.pk}):
            workflow.take_many("reassign", [card], by=by, at=at, note="x", eyes={card.pk: eyes})
        page = browser(firm.wang).post(reverse("card_act", args=[card.public_id, "publish"]), {})
        assert page.status_code == 403
        card.refresh_from_db()
        assert card.state == CardState.SUBMITTED

    def test_WF_11_acts_with_pages_of_their_own_have_no_other_door(self, firm):
        card = walk(firm, firm.card(), "published")
        people = [browser(getattr(firm, who)) for who in ("lin", "wang", "qian", "zhao", "sun", "zhou")]
        before = checksums()
        for name in ("silence", "reassign", "close", "approve", "pay", "return", "ask_return", "set_aside"):
            for client in people:
                address = reverse("card_act", args=[card.public_id, name])
                assert client.post(address, {"note": "x"}).status_code == 404
        assert checksums() == before


class TestMoney:
    """OBJ-03, OBJ-06, OBJ-08: pay is for its own person, HR and the branch's finance."""

    def test_OBJ_06_finance_of_another_branch_who_leads_here_sees_no_pay(self, firm):
        """Somebody may pay in one branch and lead in another: the first opens no amounts of the second."""
        other = factories.unit("other", parent=firm.root, kind="branch")
        factories.role(firm.zhao, "finance", other)
        card = walk(firm, firm.card(), "approved")
        assert not sees_money(user(firm.zhao), card, on=date(2026, 11, 11))
        assert sees_money(user(firm.zhou), card, on=date(2026, 11, 11))
        page = browser(firm.zhao).get(reverse("card", args=[card.public_id])).content.decode()
        assert "3,500" not in page
        assert "3500" not in page

    @pytest.mark.parametrize(("who", "amounts"), [("zhao", False), ("qian", False), ("sun", True)])
    def test_OBJ_08_the_list_as_a_file_has_pay_for_HR_only(self, firm, who, amounts):
        from openpyxl import load_workbook

        card = walk(firm, firm.card(), "approved")
        answer = browser(getattr(firm, who)).post(
            reverse("admin:reviews_review_bulk", args=[firm.review.pk]),
            {"do": "export", "card": card.pk},
        )
        book = load_workbook(io.BytesIO(answer.content))
        cells = [str(cell.value) for sheet in book for row in sheet for cell in row]
        assert any("3500" in text.replace(",", "") for text in cells) is amounts

    def test_OBJ_08_cards_of_another_review_are_no_cards_here(self, firm):
        other = factories.unit("other", parent=firm.root, kind="branch")
        card = firm.card()
        review = factories.review(other)
        address = reverse("admin:reviews_review_bulk", args=[review.pk])
        for step in ("export", "remind", "waive", "ask_return", "return", "pdf"):
            for fields in ({"card": card.pk}, {"named": f"{card.pk}:{card.stamp}"}):
                answer = browser(firm.sun).post(address, {"do": step, "reason": "x", **fields})
                assert answer.status_code == 404, step
