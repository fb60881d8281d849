"""The month as a process, attacked: each test is named after the row of the list of attacks it tries."""

from __future__ import annotations

import io
from datetime import date
from hashlib import sha256

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from reviews import procedure_table, workflow
from reviews.access import sees_money
from reviews.models import Card, CardEvent, CardState, HandOver, Procedure, ProcedureStep
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
def firm(monkeypatch, settings, tmp_path) -> Company:
    settings.KEJI_VAR = tmp_path
    cache.clear()
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


class TestReadingChangesNothing:
    """WF-09, OBJ-01: nothing of the month is written by looking, whoever looks."""

    def addresses(self, firm, card: Card) -> list[str]:
        review, made = firm.review, HandOver.objects.first()
        one = card.public_id
        portal = [
            ("home",), ("cards",), ("card", one), ("card_history", one), ("card_version", one, 1),
            ("card_compare", one), ("card_object", one), ("card_object_draft", one), ("card_evidence", one),
            ("card_answer", one), ("card_answer_draft", one), ("card_answer_preview", one),
            ("card_second_look", one), ("card_comment", one), ("card_paper", one), ("card_scan", one, 1),
            *(("card_act", one, name) for name in ("submit", "publish", "send_back", "confirm", "agree", "maintain")),
            ("board",), ("board", review.public_id), ("board_returns", review.public_id),
            ("month_close", review.public_id), ("team_pdf", review.public_id),
            ("team_pdf_fetch", review.public_id),
            ("board_act", review.public_id, "submit"), ("board_act", review.public_id, "publish"),
            ("inbox",), ("inbox_read",), ("mailed", "x" * 22), ("verify",), ("verify_code", "KJ26-0000-0000-0000"),
        ]  # fmt: skip
        admin = [
            ("index",), ("today",), ("today_counts",), ("today_figures",),
            *((f"reviews_review_{name}", review.pk) for name in
              ("change", "late", "consent", "pay_on", "bulk", "pdf")),
            ("reviews_review_changelist",), ("reviews_review_run",),
            ("reviews_handover_changelist",), ("reviews_handover_prepare", review.pk),
            *((f"reviews_handover_{name}", made.pk if made else 1) for name in ("change", "export", "acknowledge")),
            ("reviews_succession_changelist",), ("reviews_succession_start",),
            ("reviews_procedure_changelist",), ("reviews_procedure_change", review.procedure_id),
            ("reviews_branchsetting_changelist",), ("reviews_branchsetting_add",),
        ]  # fmt: skip
        found = [reverse(name, args=args) for name, *args in portal]
        found += [reverse(f"admin:{name}", args=args) for name, *args in admin]
        start = reverse("admin:reviews_succession_start")
        return [*found, f"{start}?holder={firm.wang.pk}&day=2026-11-14"]

    @pytest.mark.parametrize("who", ["wang", "zhao", "qian", "sun", "zhou", "wu", "chen"])
    def test_WF_09_no_get_or_head_changes_the_month(self, firm, who):
        card = walk(firm, firm.card(), "approved")
        walk(firm, firm.card(firm.chen), "published")
        client = browser(getattr(firm, who))
        before = checksums(BESIDE | OPENINGS)
        for address in self.addresses(firm, card):
            for method in ("get", "head"):
                # As a link in a mail or an image would ask: with the act in the address.
                answer = getattr(client, method)(
                    address, {"act": "close", "name": "confirm", "seen": "1"} if "?" not in address else {}
                )
                assert answer.status_code in {200, 302, 403, 404, 405, 409}, (method, address)
        assert checksums(BESIDE | OPENINGS) == before
        assert set(Card.objects.values_list("state", flat=True)) == {"approved", "published"}

    def test_WF_09_what_the_agent_opens_is_delivered_and_nothing_else(self, firm):
        card = walk(firm, firm.card(), "published")
        client = browser(firm.lin)
        before = checksums(BESIDE | OPENINGS)
        for address in self.addresses(firm, card):
            assert client.get(address).status_code < 500, address
        assert checksums(BESIDE | OPENINGS) == before
        card.refresh_from_db()
        assert (card.state, card.delivered_at) == (CardState.PUBLISHED, november(11))


class TestExtraFields:
    """WF-05, WF-06, WF-07: what a form does not ask for counts for nothing, or refuses the whole."""

    KEPT = ("person_id", "assessor_id", "approver_id", "decider_id", "unit_id", "month")

    def test_WF_07_acts_take_no_figures_and_no_people(self, firm):
        card = firm.card()
        kept = Card.objects.values_list(*self.KEPT).get(pk=card.pk)
        first = card.current.sha256
        for name, who in (("submit", "wang"), ("publish", "qian"), ("confirm", "lin")):
            card.refresh_from_db()
            fields = {**EXTRA, "stamp": card.stamp}
            address = reverse("card_act", args=[card.public_id, name])
            assert browser(getattr(firm, who)).post(address, fields).status_code == 302
        card.refresh_from_db()
        assert Card.objects.values_list(*self.KEPT).get(pk=card.pk) == kept
        assert (card.state, card.current.sha256) == (CardState.CONFIRMED, first)
        assert (card.set_aside_at, card.window_ends_at) == (None, None)
        assert card.review.closed_at is None

    def test_WF_07_hand_over_and_acknowledge_take_only_the_sum_shown(self, firm):
        walk(firm, firm.card(), "closed")
        prepare = reverse("admin:reviews_handover_prepare", args=[firm.review.pk])
        hr = browser(firm.sun)
        shown = hr.get(prepare).context["preview"].control_sum
        more = {
            **EXTRA, "made_by": firm.li.pk, "number": "7", "cards": "9", "base_sum": "1", "made_at": "2020-01-01",
            "acknowledged_at": "2026-11-11", "acknowledged_by": firm.zhou.pk, "performance_sum": "1",
        }  # fmt: skip
        assert hr.post(prepare, {**more, "control_sum": shown[:-1] + "x"}).status_code == 409
        assert hr.post(prepare, {**more, "control_sum": shown}).status_code == 302
        made = HandOver.objects.get()
        assert (made.number, made.cards, made.made_by, made.acknowledged_at) == (1, 1, firm.sun, None)
        assert (made.base_sum, made.made_at, made.control_sum) == (3500, november(11), shown)
        sign = reverse("admin:reviews_handover_acknowledge", args=[made.pk])
        assert browser(firm.sun).post(sign, {**more, "control_sum": shown}).status_code == 403
        assert browser(firm.zhou).post(sign, {**more, "control_sum": shown}).status_code == 302
        made.refresh_from_db()
        assert (made.acknowledged_by, made.base_sum) == (firm.zhou, 3500)

    def test_WF_07_FLT_03_signed_fields_belong_to_one_reader_one_act_and_one_state(self, firm):
        card = walk(firm, firm.card(), "submitted")
        other = walk(firm, firm.card(firm.chen), "submitted")
        factories.role(firm.wu, "director", firm.root)
        address = reverse("board_act", args=[firm.review.public_id, "publish"])
        director = browser(firm.qian)
        field = director.get(address).context["stamps"]
        before = checksums()
        stolen = browser(firm.wu)
        before = checksums()
        for client, stamps in (
            (stolen, field),
            (director, field[:-2] + "xx"),
            (director, ""),
            (director, "[]"),
        ):
            assert client.post(address, {"stamps": stamps, "note": "看过"}).status_code == 422
        submit = reverse("board_act", args=[firm.review.public_id, "submit"])
        assert director.post(submit, {"stamps": field, "note": "看过"}).status_code in {403, 404, 422}
        assert checksums() == before
        workflow.take("send_back", other, by=user(firm.qian), at=november(10), note="再看")
        assert director.post(address, {"stamps": field, "note": "看过"}).status_code == 409
        card.refresh_from_db()
        assert card.state == CardState.SUBMITTED

    def test_WF_19_no_stamp_is_no_look(self, firm):
        """A card named without saying how it stood counts as changed since."""
        card = walk(firm, firm.card(), "published")
        bulk = reverse("admin:reviews_review_bulk", args=[firm.review.pk])
        answer = browser(firm.sun).post(bulk, {"do": "ask_return", "named": f"{card.pk}:", "reason": "x"})
        assert answer.status_code == 409
        close = reverse("month_close", args=[firm.review.public_id])
        fields = {"act": "set_aside", "kind": "later", "reason": "x", f"card-{card.public_id}": ""}
        assert browser(firm.zhao).post(close, fields).status_code == 409
        assert CardEvent.objects.filter(act__in=["ask_return", "set_aside"]).count() == 0

    @pytest.mark.parametrize(
        "shown",
        ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x", "", "2026-13-01", "0001-01-01"],
    )
    def test_WF_19_a_made_up_time_on_the_closing_page_breaks_nothing(self, firm, shown):
        walk(firm, firm.card(), "confirmed")
        address = reverse("month_close", args=[firm.review.public_id])
        fields = {"act": "close", "seen": "other", "shown": shown}
        assert browser(firm.zhao).post(address, fields).status_code == 409

    def test_WF_21_reasons_have_an_end(self, firm):
        walk(firm, firm.card(), "submitted")
        address = reverse("board_act", args=[firm.review.public_id, "publish"])
        director = browser(firm.qian)
        field = director.get(address).context["stamps"]
        assert director.post(address, {"stamps": field, "note": "长" * 401}).status_code == 422
        assert director.post(address, {"stamps": field, "note": "长" * 400}).status_code == 302


class TestPressedTwice:
    """FLT-03, WF-10, WF-20: each post has one effect, however often it arrives."""

    def test_FLT_03_closing_handing_over_and_acknowledging(self, firm):
        walk(firm, firm.card(), "confirmed")
        close = reverse("month_close", args=[firm.review.public_id])
        manager = browser(firm.zhao)
        page = manager.get(close).context
        fields = {"act": "close", "seen": page["closing"].seen, "shown": page["shown"]}
        assert [manager.post(close, fields).status_code for _ in range(2)] == [302, 409]
        prepare = reverse("admin:reviews_handover_prepare", args=[firm.review.pk])
        hr = browser(firm.sun)
        shown = {"control_sum": hr.get(prepare).context["preview"].control_sum}
        assert [hr.post(prepare, shown).status_code for _ in range(2)] == [302, 409]
        made = HandOver.objects.get()
        sign = reverse("admin:reviews_handover_acknowledge", args=[made.pk])
        finance = browser(firm.zhou)
        assert [finance.post(sign, {"control_sum": made.control_sum}).status_code for _ in range(2)] == [
            302,
            409,
        ]
        acts = list(CardEvent.objects.order_by("seq").values_list("act", flat=True))
        assert acts == ["submit", "publish", "confirm", "close", "approve", "pay"]

    def test_FLT_03_returns(self, firm):
        card = walk(firm, firm.card(), "published")
        bulk = reverse("admin:reviews_review_bulk", args=[firm.review.pk])
        hr, second = browser(firm.sun), browser(firm.li)
        ask = {"do": "ask_return", "named": f"{card.pk}:{card.stamp}", "reason": "错了"}
        assert [hr.post(bulk, ask).status_code for _ in range(2)] == [302, 409]
        card.refresh_from_db()
        give = {"act": "return", "card": str(card.public_id), f"stamp-{card.public_id}": card.stamp}
        consent = reverse("admin:reviews_review_consent", args=[firm.review.pk])
        assert [second.post(consent, give).status_code for _ in range(2)] == [302, 409]
        assert card.events.filter(act="return").count() == 1

    def test_FLT_03_setting_aside_paper_and_answers(self, firm):
        card = walk(firm, firm.card(), "published")
        paper = reverse("card_paper", args=[card.public_id])
        lead = browser(firm.wang)
        codes = []
        for _ in range(2):
            scan = SimpleUploadedFile("s.png", picture(), "image/png")
            codes.append(lead.post(paper, {"day": "2026-11-11", "hour": "09:00", "scan": scan}).status_code)
        assert codes == [302, 409]
        card.refresh_from_db()
        close = reverse("month_close", args=[firm.review.public_id])
        fields = {"act": "set_aside", "kind": "later", "reason": "x", f"card-{card.public_id}": card.stamp}
        manager = browser(firm.zhao)
        assert [manager.post(close, fields).status_code for _ in range(2)] == [302, 409]
        assert card.events.filter(act="set_aside").count() == 1

    def test_WF_20_the_second_file_is_marked_as_a_copy_and_says_the_same(self, firm):
        walk(firm, firm.card(), "approved")
        made = HandOver.objects.get()
        address = reverse("admin:reviews_handover_export", args=[made.pk])
        finance = browser(firm.zhou)
        first, second = (finance.post(address) for _ in range(2))
        assert first["Content-Disposition"] != second["Content-Disposition"]
        assert [one.number for one in made.exports.order_by("number")] == [1, 2]
        assert {one.control_sum for one in made.exports.all()} == {made.control_sum}
        assert "no-store" in first["Cache-Control"]


class TestAnApprovedMonthNeverMoves:
    """WF-12, WF-14: what everything around it becomes later does not reach it."""

    def test_WF_12_calendar_people_levels_settings_and_names(self, firm):
        from reviews.control_sum import control_sum
        from reviews.handing_over import pay_line
        from reviews.models import BranchSetting, Review
        from reviews.services.reconciling import mismatches
        from reviews.services.verifying import differences
        from staff.models import Holiday

        card = walk(firm, firm.card(), "approved")
        pdf = browser(firm.lin).get(reverse("card_pdf", args=[card.public_id, 1])).content
        frozen = frozenset(
            {
                "reviews.CardVersion", "reviews.CardLine", "reviews.CardSegment", "reviews.CardFact",
                "reviews.Comparison", "reviews.HandOver", "reviews.HandOverLine", "reviews.CardEvent",
                "reviews.Document", "reviews.Review", "reviews.Card",
            }
        )  # fmt: skip
        before = {label: sums for label, sums in checksums().items() if label in frozen}
        Holiday.objects.create(date=date(2026, 11, 9), name_zh="x", works=False)
        firm.lin.name = "改名"
        firm.lin.staff_no = "N-999"
        firm.lin.save()
        for unit in (firm.team, firm.shop):
            unit.name = "别的名字"
            unit.save()
        level = firm.lin.assignments.get().level
        level.name_zh = "L9" if hasattr(level, "name_zh") else ""
        level.save()
        level.amounts.update(base_salary="9999", performance_salary="9999")
        load_procedures()
        BranchSetting.objects.create(unit=firm.shop, procedure=Procedure.objects.get(code="small"), pay_day=1)
        RoleHolding.objects.exclude(person__in=[firm.lin]).update(ends_on=date(2026, 11, 11))
        after = {label: sums for label, sums in checksums().items() if label in frozen}
        assert after == before
        made = HandOver.objects.get()
        lines = made.lines.select_related("version")
        assert control_sum(pay_line(line) for line in lines) == made.control_sum
        assert browser(firm.lin).get(reverse("card_pdf", args=[card.public_id, 1])).content == pdf
        assert [one.words for one in differences(Card.objects.all())] == []
        assert list(mismatches(Review.objects.all())) == []


class TestUploads:
    """XSS-09, OBJ-18, PDF-08: evidence and scans are drawn anew or refused, and served as files."""

    def gps(self) -> bytes:
        exif = Image.Exif()
        exif[0x010E] = "secret place"
        exif.get_ifd(0x8825)[1] = "N"
        return picture("JPEG", exif=exif)

    def bad(self) -> dict[str, bytes]:
        head = picture()
        return {
            "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            "html": b"<html><script>alert(1)</script>",
            "polyglot": b"GIF89a/*<script>alert(1)</script>*/=1;",
            "empty": b"",
            "half": head[:40],
            "gif": picture("GIF"),
            "bomb": head[:16] + (50000).to_bytes(4, "big") * 2 + head[24:],
        }

    def test_PDF_08_OBJ_18_what_is_no_picture_is_refused_in_words(self, firm):
        card = walk(firm, firm.card(), "published")
        agent, lead = browser(firm.lin), browser(firm.wang)
        line = card.current.segments.get().lines.first().code
        add, paper = (reverse(name, args=[card.public_id]) for name in ("card_evidence", "card_paper"))
        for name, content in self.bad().items():
            file = SimpleUploadedFile(f"{name}.png", content, "image/png")
            assert agent.post(add, {"add": line, f"file-{line}": file}).status_code == 422, name
            file = SimpleUploadedFile(f"{name}.png", content, "image/png")
            fields = {"day": "2026-11-11", "hour": "09:00", "scan": file}
            assert lead.post(paper, fields).status_code == 422, name
        assert not apps.get_model("reviews", "Evidence").objects.exists()

    NAMES = (
        '"><img src=x onerror=alert(1)>.png', "..\\..\\a.png", "a.png\r\nX-Bad: y", "长" * 300 + ".png",
        "\u202egnp.exe", "CON.png", "😀.png", "{{7*7}}.png",
    )  # fmt: skip

    def test_XSS_09_names_and_places_stay_behind(self, firm):
        card = walk(firm, firm.card(), "published")
        agent = browser(firm.lin)
        lines = [line.code for line in card.current.segments.get().lines.all()]
        add = reverse("card_evidence", args=[card.public_id])
        kept = apps.get_model("reviews", "Evidence").objects
        for place, name in enumerate(self.NAMES):
            file = SimpleUploadedFile("x.png", self.gps() + b"<script>alert(1)</script>", "text/html")
            file.name = name
            line = lines[place // 3]
            assert agent.post(add, {"add": line, f"file-{line}": file}).status_code == 302, name
        assert kept.count() == len(self.NAMES)
        for one in kept.all():
            assert b"secret" not in bytes(one.content)
            assert b"script" not in bytes(one.content)
            assert not Image.open(io.BytesIO(bytes(one.content))).getexif()
            answer = agent.get(reverse("evidence", args=[one.public_id]))
            said = answer["Content-Disposition"]
            assert said.startswith("attachment; filename*=UTF-8''")
            assert not set('\r\n"<>') & set(said)
            assert answer["Content-Type"] == "image/jpeg"
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer["Content-Security-Policy"]
            assert "no-store" in answer["Cache-Control"]
            assert "X-Bad" not in answer.headers
        page = agent.get(reverse("card_object", args=[card.public_id])).content.decode()
        assert "<img src=x" not in page

    def test_OBJ_05_unsent_evidence_is_the_agents_alone(self, firm):
        card = walk(firm, firm.card(), "published")
        line = card.current.segments.get().lines.first().code
        browser(firm.lin).post(
            reverse("card_evidence", args=[card.public_id]), {"add": line, f"text-{line}": "还没发出"}
        )
        item = apps.get_model("reviews", "Evidence").objects.get()
        for who in ("chen", "wang", "zhao", "qian", "sun", "zhou", "wu"):
            for name, method in (("evidence", "get"), ("evidence_remove", "post")):
                answer = getattr(browser(getattr(firm, who)), method)(reverse(name, args=[item.public_id]))
                assert answer.status_code == 404, (who, name)


class TestMailAndMessages:
    """OBJ-22, XSS-05, SES-06, SES-11: mails name no figures, take no headers from names, and lead here only."""

    NASTY = 'x\r\nBcc: a@evil.example\r\n\r\n<script>alert(1)</script>"><img src=x onerror=alert(1)>'

    def message(self, person, **params):
        from staff.messages import KINDS
        from staff.models import Message

        kind = next(iter(KINDS))
        return Message.objects.create(
            person=person, kind=kind, key="k", path="/cards/", at=november(11),
            params={"unit": self.NASTY, "month": "2026-10", "count": 2, **params},
        )  # fmt: skip

    def test_XSS_05_names_are_text_in_mails_and_in_the_inbox(self, firm, settings, mailoutbox):
        from staff.services.mailing import queue_digests, send_due

        settings.EMAIL_ON, settings.SITE_URL = True, "https://keji.example"
        User.objects.filter(person=firm.lin).update(email="lin@example.com")
        self.message(firm.lin)
        queue_digests(november(11))
        send_due(november(11))
        [mail] = mailoutbox
        raw = mail.message()
        assert raw["Bcc"] is None
        assert mail.recipients() == ["lin@example.com"]
        assert "\n" not in mail.subject
        assert raw.get_content_type() == "text/plain"
        page = browser(firm.lin).get(reverse("inbox"), headers={"host": "testserver"}).content.decode()
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page

    def test_SES_11_the_link_is_ours_whatever_host_was_asked(self, firm, settings, mailoutbox):
        from staff.models import Delivery
        from staff.services.mailing import queue_digests, send_due

        settings.EMAIL_ON, settings.SITE_URL = True, "https://keji.example"
        User.objects.filter(person=firm.lin).update(email="lin@example.com")
        self.message(firm.lin)
        queue_digests(november(11))
        send_due(november(11))
        [mail] = mailoutbox
        token = Delivery.objects.get().token
        assert f"https://keji.example/m/{token}/" in mail.body
        assert browser(firm.lin).get("/inbox/", headers={"host": "evil.example"}).status_code == 400

    def test_OBJ_22_a_forwarded_link_opens_nothing_for_others(self, firm):
        from staff.models import Delivery

        message = self.message(firm.lin)
        sent = Delivery.objects.create(person=firm.lin, created_at=november(11))
        sent.messages.add(message)
        links = [reverse("mailed", args=[sent.token]), reverse("message", args=[message.public_id])]
        for link in links:
            assert Client().get(link).status_code == 302
            assert "/accounts/login/" in Client().get(link)["Location"]
            for who in ("chen", "wang", "sun"):
                assert browser(getattr(firm, who)).get(link).status_code == 404
        sent.refresh_from_db()
        message.refresh_from_db()
        assert (sent.opened_at, message.opened_at) == (None, None)
        for guess in ("x", "x" * 22, "x" * 400, "..%2f", "%0d%0aX"):
            assert browser(firm.lin).get(f"/m/{guess}/").status_code == 404


class TestVerifyPage:
    """OBJ-04, OBJ-16, SES-02, CFG-01: the public page tells one word and nothing by its shape."""

    @pytest.fixture
    def code(self, firm):
        card = walk(firm, firm.card(), "published")
        browser(firm.lin).get(reverse("card_pdf", args=[card.public_id, 1]))
        return apps.get_model("reviews", "Document").objects.first().code

    def test_OBJ_16_known_and_unknown_look_alike_on_the_way(self, client, code):
        unknown = code[:-1] + ("0" if code[-1] != "0" else "1")
        answers = [client.get(f"/v/{one}/") for one in (code, unknown)]
        assert len({len(one.content) for one in answers}) == 1
        assert len({frozenset(one.headers) for one in answers}) == 1
        for one in answers:
            assert one.status_code == 200
            assert "no-store" in one["Cache-Control"]
            assert "sessionid" not in one.cookies
            text = one.content.decode()
            assert "林小满" not in text
            assert "2026-10" not in text

    @pytest.mark.parametrize(
        "path", ["x" * 5000, "%00", "KJ26-0000-0000-0000%00", "%F0%9F%98%80", "..%2f..%2f", "<script>", "'--"]
    )
    def test_CFG_01_odd_codes_are_only_unknown(self, client, path):
        answer = client.get(f"/v/{path}/")
        assert answer.status_code in {200, 400, 404}
        assert "<script>" not in answer.content.decode().replace("<script src", "").replace(
            "<script nonce", ""
        )

    def test_WF_09_it_is_only_read(self, client, code):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(f"/v/{code}/").status_code == 405
        assert client.head(f"/v/{code}/").status_code == 200

    def test_SES_02_neither_head_nor_a_made_up_header_nor_a_neighbour_address_asks_more(
        self, client, settings, code
    ):
        settings.VERIFY_PER_CLIENT, settings.PROXY_COUNT = 3, 0
        found = [
            getattr(client, method)(f"/v/{code}/", REMOTE_ADDR=f"2001:db8::{number}",
                                    headers={"x-forwarded-for": f"10.0.0.{number}"}).status_code
            for number, method in enumerate(["get", "head", "get", "head", "get"])
        ]  # fmt: skip
        assert found == [200, 200, 200, 429, 429]
        assert client.get(f"/v/{code}/", REMOTE_ADDR="2001:db8:1::1").status_code == 200


class TestFilesOutliveNoRole:
    """WF-17, SES-04, OBJ-06: what was made for a role is not read after it, and paper shows no pay."""

    def hand_over(self, card: Card, who) -> None:
        paper = reverse("card_paper", args=[card.public_id])
        scan = SimpleUploadedFile("s.png", picture(), "image/png")
        fields = {"day": "2026-11-11", "hour": "09:00", "scan": scan}
        assert browser(who).post(paper, fields).status_code == 302

    @pytest.mark.parametrize(
        ("by", "seen"),
        [("wang", {"lin", "wang", "zhao", "qian", "sun"}), ("sun", {"lin", "sun"})],
        ids=["the assessor, who has no amounts", "HR, whose sheet may have them"],
    )
    def test_OBJ_06_a_signed_sheet_shows_nobody_more_than_the_card(self, firm, by, seen):
        card = walk(firm, firm.card(), "published")
        self.hand_over(card, getattr(firm, by))
        handed = apps.get_model("reviews", "CardDelivery").objects.get(channel="paper")
        scan = reverse("card_scan", args=[card.public_id, handed.seq])
        for who in ("lin", "chen", "wang", "zhao", "qian", "sun", "zhou", "wu"):
            client = browser(getattr(firm, who))
            assert client.get(scan).status_code == (200 if who in seen else 404), who
            page = client.get(reverse("card", args=[card.public_id])).content.decode()
            assert (scan in page) is (who in seen), who

    def test_WF_17_a_file_of_all_cards_goes_with_the_role(self, firm, monkeypatch):
        from reviews.pdf import render
        from reviews.services import team_pdf
        from staff import jobs

        monkeypatch.setattr(render, "render_card", lambda sheet: b"%PDF")
        monkeypatch.setattr("reviews.pdf.merge.merged", lambda parts, **more: b"%PDF-all")
        walk(firm, firm.card(), "submitted")
        job = team_pdf.start_team_pdf(firm.review, firm.shop, by=user(firm.sun), language="zh-hans")
        jobs.work(job.pk)
        address = reverse("team_pdf_fetch", args=[firm.review.public_id])
        assert b"".join(browser(firm.sun).get(address).streaming_content) == b"%PDF-all"
        RoleHolding.objects.filter(person=firm.sun).update(ends_on=date(2026, 11, 10))
        factories.role(firm.sun, "manager", firm.shop)
        assert browser(firm.sun).get(address).status_code == 404


class TestWordsAreText:
    """XSS-02, XSS-07, XSS-12: what people write comes out as written, on every page and for every reader."""

    NASTY = '<script>alert(1)</script>"><img src=x onerror=alert(1)></textarea>{{7*7}}{% now %}%(x)s{0}'
    RAW = ("<script>alert(1)", "<img src=x", "</textarea>{{7*7}}", "49{%")

    def test_XSS_02_reasons_answers_evidence_and_names(self, firm):
        nasty = self.NASTY
        for unit in (firm.team, firm.shop):
            unit.name = nasty[:100]
            unit.save()
        card = walk(firm, firm.card(), "published")
        kept = walk(firm, firm.card(firm.chen), "published")
        agent, by = browser(firm.lin), november(10)
        line = card.current.segments.get().lines.first().code
        add = reverse("card_evidence", args=[card.public_id])
        agent.post(add, {"add": line, f"text-{line}": nasty, "stamp": card.stamp})
        workflow.take("object", card, by=user(firm.lin), at=by, objections={line: nasty})
        answers = [workflow.Answer(line, upheld=False, text=nasty)]
        workflow.take("answer", card, by=user(firm.zhao), at=by, answers=answers)
        workflow.take("ask_return", kept, by=user(firm.sun), at=by, note=nasty)
        addresses = TestReadingChangesNothing().addresses(firm, card)
        seen = 0
        for who in ("lin", "wang", "zhao", "qian", "li"):
            client = browser(getattr(firm, who))
            for address in addresses:
                answer = client.get(address)
                if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                    text = answer.content.decode()
                    seen += "alert(1)" in text
                    assert [raw for raw in self.RAW if raw in text] == [], (who, address)
        assert seen > 20


class TestSuccessionAndRoles:
    """WF-16, WF-18: nobody comes to a role by handing it on, and no branch reaches beyond itself."""

    def start(self, client, holder, successor, *, more=None):
        address = reverse("admin:reviews_succession_start")
        page = client.get(address, {"holder": holder.pk, "day": "2026-11-14"})
        if page.status_code != 200:
            return page
        roles = {f"role-{one.role.holding.pk}": successor.pk for one in page.context["found"].roles}
        fields = {
            "holder": holder.pk, "day": "2026-11-14", "act": "hand_on", "note": "离职",
            "token": page.context["token"], **roles, **(more or {}),
        }  # fmt: skip
        return client.post(address, fields)

    def test_WF_16_HR_gives_no_role_to_itself(self, firm):
        before = RoleHolding.objects.count()
        assert self.start(browser(firm.sun), firm.wang, firm.sun).status_code == 422
        assert RoleHolding.objects.count() == before

    def test_WF_16_a_branchs_HR_hands_on_nothing_of_the_companys(self, firm):
        office = firm.sun.assignments.get().position
        local = factories.person("褚人事", unit=firm.shop, position=office)
        factories.role(local, "hr", firm.shop)
        for holder in (firm.sun, firm.qian, firm.zhou, firm.wu):
            assert self.start(browser(local), holder, firm.chen).status_code == 404, holder
        assert not apps.get_model("reviews", "Succession").objects.exists()

    def test_FLT_03_handed_on_twice_is_once_and_extra_fields_count_for_nothing(self, firm):
        heir = factories.person("何组长", unit=firm.team, position=firm.wang.assignments.get().position)
        firm.card()
        more = {**EXTRA, "successor": firm.sun.pk, "role-999999": firm.sun.pk, "card-1-paid": firm.sun.pk}
        client = browser(firm.sun)
        address = reverse("admin:reviews_succession_start")
        page = client.get(address, {"holder": firm.wang.pk, "day": "2026-11-11"})
        roles = {f"role-{one.role.holding.pk}": heir.pk for one in page.context["found"].roles}
        fields = {
            **more, "holder": firm.wang.pk, "day": "2026-11-11", "act": "hand_on", "note": "离职",
            "token": page.context["token"], **roles,
        }  # fmt: skip
        assert [client.post(address, fields).status_code for _ in range(2)] == [302, 302]
        assert apps.get_model("reviews", "Succession").objects.count() == 1
        assert not RoleHolding.objects.filter(person=firm.sun).exclude(role="hr").exists()
        card = Card.objects.get()
        assert (card.assessor, card.state) == (heir, CardState.DRAFT)
