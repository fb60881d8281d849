"""A wrong file is noticed after one team has submitted: what it touches is listed, returned at once, and follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from reviews import workflow
from reviews.models import AgentFigures, Card, CardEvent, CardVersion, ImportBatch
from reviews.services import month, refresh, returning
from staff import jobs
from staff.models import Job, Person, PlatformAccount, Unit
from tests import factories
from tests.reviews import month_data as data
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)


@dataclass
class House:
    """Two teams of one shop: 林小满 and 陈一帆 under 王组长, 周晓 and 吴桐 under 何组长."""

    firm: Company
    second: Unit
    he: Person
    zhou: Person
    tong: Person
    accounts: dict[int, PlatformAccount]

    @property
    def agents(self) -> list[Person]:
        return [self.firm.lin, self.firm.chen, self.zhou, self.tong]


@pytest.fixture
def house() -> House:
    """October is complete for all four; the month has been run."""
    firm = company()
    second = factories.unit("second", parent=firm.shop)
    lead = factories.position("supervisor", subject_kind="supervisor")
    he = factories.person("何组长", unit=second, position=lead)
    factories.role(he, "supervisor", second)
    level = factories.level(factories.position())
    zhou, tong = (
        factories.person(name, unit=second, position=factories.position(), level=level)
        for name in ("周晓", "吴桐")
    )
    data.assign_plan(firm.root, factories.position())
    made = House(firm, second, he, zhou, tong, {})
    first = data.import_file(firm.shop.shop, "售前一组.xlsx")
    other = data.import_file(firm.shop.shop, "售前二组.xlsx")
    for number, agent in enumerate(made.agents):
        account = factories.account(f"旗舰店:{agent.name}", shop=firm.shop.shop, holder=agent)
        made.accounts[agent.pk] = account
        file = first if agent in (firm.lin, firm.chen) else other
        data.days(account, file=file, sales=Decimal(3000 - 100 * number))
        data.days(account, file=file, month=date(2026, 9, 1), sales=Decimal("2500.00"))
        data.target(agent)
        data.complete(agent, by=firm.wang if agent in (firm.lin, firm.chen) else he)
    data.shop_days(firm.shop.shop, file=other)
    job = month.start_run(firm.review, by=user(firm.sun), at=november(2))
    jobs.work(job.pk)
    return made


def card_of(person: Person) -> Card:
    return Card.objects.select_related("current", "review__procedure", "unit", "position", "person").get(
        person=person
    )


def submit(house: House, *people: Person, day: int = 3) -> None:
    for one in people:
        lead = house.firm.wang if one in (house.firm.lin, house.firm.chen) else house.he
        workflow.take("submit", card_of(one), by=user(lead), at=november(day))


def replace_file(
    house: House, *people: Person, name: str = "售前一组（更正）.xlsx", day: int = 4, **fields: object
) -> ImportBatch:
    """Import a corrected file in which some people's days have other figures, as the import page does."""
    shop = house.firm.shop.shop
    batch = ImportBatch.objects.create(
        shop=shop, state="applied", applied_at=november(day), by=user(house.firm.sun)
    )
    file = batch.files.create(name=name, sha256="b" * 64, first_day=OCTOBER, last_day=date(2026, 10, 31))
    for one in people:
        for old in AgentFigures.objects.filter(
            account=house.accounts[one.pk], first_day__gte=OCTOBER, current=True
        ):
            given = {**data.DAY, "sales": old.sales, **fields}
            new = data.day_row(old.account, old.first_day, file=file, **given)
            new.current = False
            new.save()
            AgentFigures.objects.filter(pk=old.pk).update(current=False, superseded_by=new)
            AgentFigures.objects.filter(pk=new.pk).update(current=True)
    refresh.start(batch, by=user(house.firm.sun), at=november(day))
    work()
    return batch


def work() -> None:
    """Let the workers do what waits."""
    for job in Job.objects.filter(state="waiting").order_by("pk"):
        jobs.work(job.pk)


def frozen_bytes(*people: Person) -> list[object]:
    """Everything a card stands on, as it is stored."""
    versions = CardVersion.objects.filter(card__person__in=people).order_by("pk")
    return [
        list(versions.values()),
        [list(one.segments.values()) for one in versions],
        [list(part.facts.order_by("key").values()) for one in versions for part in one.segments.all()],
        [list(part.lines.order_by("order").values()) for one in versions for part in one.segments.all()],
    ]


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(user(person))
    return client


def late_page(house: House) -> str:
    return reverse("admin:reviews_review_late", args=[house.firm.review.pk])


def consent_page(house: House) -> str:
    return reverse("admin:reviews_review_consent", args=[house.firm.review.pk])


def form_of(*people: Person, **more: object) -> dict[str, object]:
    """The form as the page has it for some people's cards."""
    cards = [card_of(one) for one in people]
    stamps = {f"stamp-{card.public_id}": card.stamp for card in cards}
    return {"card": [str(card.public_id) for card in cards], **stamps, **more}


class TestAWrongFileIsNoticedAfterOneTeamHasSubmitted:
    """王组长's team has submitted; then a file that was wrong for 林小满 of that team is replaced."""

    def test_touched_cards_are_listed_returned_and_computed_anew(self, house):
        firm = house.firm
        submit(house, firm.lin, firm.chen, house.zhou, house.tong)
        other_team = frozen_bytes(house.zhou, house.tong)
        before = card_of(firm.lin).current
        replace_file(house, firm.lin, sales=Decimal("2000.00"))

        # Listed, not counted: the card stands as it was submitted.
        assert card_of(firm.lin).current.sha256 == before.sha256
        hr = enter(firm.sun)
        shown = hr.get(late_page(house)).context
        [cause] = shown["causes"]
        assert [(file.old, file.new) for file in cause.files] == [("售前一组.xlsx", "售前一组（更正）.xlsx")]
        [told] = cause.cards
        assert told.card.person == firm.lin
        assert ("sales", "60,000.00", "40,000.00") in {
            (one.key, one.counted, one.now) for one in told.figures
        }

        # One action with one reason, one consent by another person.
        hr.post(late_page(house), form_of(firm.lin, note="销售额文件导错了"))
        assert card_of(firm.lin).state == "submitted"
        enter(firm.qian).post(consent_page(house), form_of(firm.lin, act="return"))
        work()

        # Computed from current facts: exactly what the page had foretold.
        after = card_of(firm.lin)
        assert after.state == "draft"
        assert after.current.number == 2
        assert after.current.total == told.after.total != before.total
        assert after.current.performance_pay == told.after.pay
        assert after.late_figures == []
        # The old version stays as it was, and the other team's cards byte for byte.
        assert CardVersion.objects.get(pk=before.pk).sha256 == before.sha256
        assert frozen_bytes(house.zhou, house.tong) == other_team
        # The comparison of sums: the team's total moved by what the page said, the other team's did not.
        sums = {one: card_of(one).current.total for one in house.agents}
        assert (
            sums[firm.lin] + sums[firm.chen] == before.total + told.moved + card_of(firm.chen).current.total
        )

    def test_both_of_a_team_go_back_with_one_action_and_one_consent(self, house):
        firm = house.firm
        submit(house, *house.agents)
        replace_file(house, firm.lin, firm.chen, sales=Decimal("1000.00"))
        enter(firm.sun).post(late_page(house), form_of(firm.lin, firm.chen, note="文件导错"))
        enter(firm.qian).post(consent_page(house), form_of(firm.lin, firm.chen, act="return"))
        assert [card_of(one).state for one in house.agents] == ["draft", "draft", "submitted", "submitted"]
        assert CardEvent.objects.filter(act="return").count() == 2

    def test_drafts_take_the_figures_at_once(self, house):
        submit(house, house.firm.lin)
        replace_file(house, house.firm.lin, house.firm.chen, sales=Decimal("2000.00"))
        assert card_of(house.firm.chen).current.segments.get().facts.get(key="sales").value == "40000.00"
        assert card_of(house.firm.chen).late_figures == []

    def test_whose_rank_or_share_would_differ_is_listed_and_stays(self, house):
        firm = house.firm
        submit(house, *house.agents)
        before = frozen_bytes(firm.chen)
        replace_file(house, firm.lin, sales=Decimal("100.00"), orders=1)
        found = enter(firm.sun).get(late_page(house)).context["found"]
        assert [one.card.person for one in found.stay] == [firm.chen]
        said = " ".join(found.stay[0].words)
        assert "480 → 260" in said
        assert "2 → 1" in said
        assert frozen_bytes(firm.chen) == before
        assert found.untouched == 3

    def test_the_agent_has_two_full_days_again(self, house):
        from reviews.services.cards import record_opening

        firm = house.firm
        submit(house, firm.lin, firm.chen)
        workflow.take("publish", card_of(firm.lin), by=user(firm.qian), at=november(5))
        record_opening(card_of(firm.lin), by=user(firm.lin), at=november(5, 11))
        replace_file(house, firm.lin, day=6, sales=Decimal("2000.00"))
        returning.ask([card_of(firm.lin)], by=user(firm.sun), at=november(9), reason="文件导错", stamps={})
        returning.consent([card_of(firm.lin)], by=user(firm.zhao), at=november(9), stamps={})
        work()
        submit(house, firm.lin, day=10)
        workflow.take("publish", card_of(firm.lin), by=user(firm.qian), at=november(10))
        assert card_of(firm.lin).window_ends_at is None
        record_opening(card_of(firm.lin), by=user(firm.lin), at=november(10, 11))
        assert card_of(firm.lin).window_ends_at >= november(12, 18)
