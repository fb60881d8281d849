"""Deputies: for a span of days, never in a circle or a chain, never by the own hand (attack WF-18)."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from reviews import workflow
from reviews.models import CardEvent
from staff.models import Deputy, Person, RoleHolding
from tests import factories
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 11, 2), date(2026, 11, 10)


@pytest.fixture
def firm() -> Company:
    return company()


def holding(person: Person) -> RoleHolding:
    return RoleHolding.objects.get(person=person)


def deputy(person: Person, *, of: Person, first: date = FIRST, last: date = LAST) -> Deputy:
    """Enter a deputy as the form does."""
    made = Deputy(holding=holding(of), person=person, starts_on=first, ends_on=last)
    made.full_clean()
    made.save()
    return made


class TestEntering:
    def test_a_span_within_the_holders_own_time(self, firm):
        assert deputy(firm.zhao, of=firm.wang).ends_on == LAST

    @pytest.mark.parametrize(
        ("who", "first", "last"),
        [
            pytest.param("wang", FIRST, LAST, id="oneself"),
            pytest.param("zhao", LAST, FIRST, id="ends before it starts"),
            pytest.param("zhao", FIRST, None, id="no end"),
            pytest.param("zhao", date(2024, 1, 1), LAST, id="before the holder has the role"),
        ],
    )
    def test_is_refused(self, firm, who, first, last):
        with pytest.raises(ValidationError):
            deputy(getattr(firm, who), of=firm.wang, first=first, last=last)
        assert not Deputy.objects.exists()

    def test_two_do_not_stand_in_for_each_other(self, firm):
        deputy(firm.zhao, of=firm.wang)
        with pytest.raises(ValidationError, match="赵经理"):
            deputy(firm.wang, of=firm.zhao)

    def test_who_is_stood_in_for_does_not_stand_in(self, firm):
        """赵经理 is away and 钱总监 stands in; so 赵经理 cannot stand in for 王组长."""
        deputy(firm.qian, of=firm.zhao)
        with pytest.raises(ValidationError, match="钱总监"):
            deputy(firm.zhao, of=firm.wang)

    def test_who_stands_in_is_not_stood_in_for(self, firm):
        """The same chain entered from its other end."""
        deputy(firm.zhao, of=firm.wang)
        with pytest.raises(ValidationError, match="王组长"):
            deputy(firm.qian, of=firm.zhao)

    def test_at_other_times_both_are_fine(self, firm):
        deputy(firm.zhao, of=firm.wang)
        assert deputy(firm.wang, of=firm.zhao, first=LAST, last=date(2026, 11, 20))


class TestActing:
    @pytest.mark.parametrize(
        ("day", "may"),
        [
            pytest.param(1, False, id="the day before"),
            pytest.param(2, True, id="the first day"),
            pytest.param(9, True, id="the last day"),
            pytest.param(10, False, id="expired"),
        ],
    )
    def test_only_in_the_span(self, firm, day, may):
        card = firm.card()
        deputy(firm.chen, of=firm.wang)
        if may:
            workflow.take("submit", card, by=user(firm.chen), at=november(day))
        else:
            with pytest.raises(PermissionDenied):
                workflow.take("submit", card, by=user(firm.chen), at=november(day))
        assert CardEvent.objects.exists() is may

    def test_never_on_the_own_card(self, firm):
        deputy(firm.chen, of=firm.wang)
        with pytest.raises(PermissionDenied):
            workflow.take("submit", firm.card(firm.chen), by=user(firm.chen), at=november(3))

    def test_never_about_whom_one_reports_to(self, firm):
        """林小满 stands in for the manager, who assesses the card of 林小满's own supervisor."""
        card = firm.card(firm.wang, assessor=firm.zhao, approver=firm.qian, decider=firm.sun)
        deputy(firm.lin, of=firm.zhao)
        with pytest.raises(PermissionDenied):
            workflow.take("submit", card, by=user(firm.lin), at=november(3))

    def test_a_deputys_deputy_acts_for_nobody_but_the_deputy(self, firm):
        """A chain that was entered past the form still gives no right."""
        card = firm.card()
        for who, of in ((firm.zhao, firm.wang), (firm.chen, firm.zhao)):
            Deputy.objects.create(holding=holding(of), person=who, starts_on=FIRST, ends_on=LAST)
        with pytest.raises(PermissionDenied):
            workflow.take("submit", card, by=user(firm.chen), at=november(3))

    def test_history_shows_both_names(self, firm, monkeypatch):
        card = firm.card()
        deputy(firm.chen, of=firm.wang)
        workflow.take("submit", card, by=user(firm.chen), at=november(3))
        event = CardEvent.objects.get()
        assert (event.person, event.for_person) == (firm.chen, firm.wang)
        monkeypatch.setattr("django.utils.timezone.now", lambda: november(3))
        client = Client()
        client.force_login(user(firm.sun))
        page = client.get(reverse("card_history", args=[card.public_id])).content.decode()
        assert "陈一帆" in page
        assert "王组长" in page


class TestThePage:
    def form(self, held: RoleHolding, person: Person) -> dict[str, object]:
        return {
            "person": held.person_id, "role": held.role, "unit": held.unit_id,
            "starts_on": held.starts_on.isoformat(), "ends_on": "",
            "deputies-TOTAL_FORMS": 1, "deputies-INITIAL_FORMS": 0,
            "deputies-0-holding": held.pk, "deputies-0-person": person.pk,
            "deputies-0-starts_on": FIRST.isoformat(), "deputies-0-ends_on": LAST.isoformat(),
        }  # fmt: skip

    @pytest.mark.parametrize(("who", "made"), [("zhao", True), ("wang", False), ("sun", False)])
    def test_hr_enters_deputies_but_not_oneself(self, firm, who, made):
        client = Client()
        client.force_login(user(firm.sun))
        held = holding(firm.wang)
        address = reverse("admin:staff_roleholding_change", args=[held.pk])
        answer = client.post(address, self.form(held, getattr(firm, who)))
        assert answer.status_code == (302 if made else 200)
        assert Deputy.objects.exists() is made

    def test_a_manager_looks_and_does_not_write(self, firm):
        client = Client()
        client.force_login(user(firm.zhao))
        held = holding(firm.wang)
        address = reverse("admin:staff_roleholding_change", args=[held.pk])
        assert client.post(address, self.form(held, firm.zhao)).status_code == 403
        assert not Deputy.objects.exists()


def test_dates_of_a_deputy_end_with_the_role(firm):
    """A role that ends before its deputy's last day ends the standing in too."""
    card = firm.card()
    deputy(firm.chen, of=firm.wang)
    RoleHolding.objects.filter(person=firm.wang).update(ends_on=date(2026, 11, 5))
    factories.role(firm.zhao, "supervisor", firm.team, since=date(2026, 11, 5))
    with pytest.raises(PermissionDenied):
        workflow.take("submit", card, by=user(firm.chen), at=november(6))
