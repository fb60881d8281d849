"""A day hour by hour as HR sees it, and the form of the top three, in the office and on the phone."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from reviews.models import HourLeader, ImportBatch, Snapshot
from staff import jobs
from tests import factories
from tests.reviews.figures.sheets import RESULTS, result, xlsx
from tests.reviews.figures.test_admin import LIST, act, file_of
from tests.reviews.figures.test_importing import imported

pytestmark = pytest.mark.django_db
PAGE = "/admin/reviews/snapshot/"
DAY = "2026-11-11"


@pytest.fixture
def company():
    return factories.unit("CO", kind="company")


@pytest.fixture
def branch(company):
    return factories.unit("B1", parent=company, shop=factories.shop(), kind="branch")


@pytest.fixture
def team(branch):
    return factories.unit("T1", parent=branch)


@pytest.fixture
def hr(branch):
    person = factories.person("韩雪", staff_no="0009")
    factories.role(person, "hr", branch)
    return person


@pytest.fixture
def lead(team):
    person = factories.person("周强", staff_no="0005")
    factories.role(person, "supervisor", team)
    return person


@pytest.fixture
def yu(team):
    return factories.person("于敏", staff_no="0021", unit=team, position=factories.position())


@pytest.fixture
def other(branch):
    team = factories.unit("T2", parent=branch)
    return factories.person("何俊", staff_no="0022", unit=team, position=factories.position())


def enter(client, person):
    client.force_login(person.users.get())
    return client


def yesterday():
    return timezone.localdate() - timedelta(days=1)


def typed(**people):
    found = {"hour": 10, "day": yesterday().isoformat()}
    return found | {name: person.pk for name, person in people.items()}


def test_the_form_keeps_the_hour_a_person_gives_and_the_preview_says_it(client, hr, branch, tmp_path):
    enter(client, hr)
    path = xlsx(tmp_path / "业绩.xlsx", RESULTS, result())
    client.post(
        f"{LIST}upload/", {"shop": branch.shop.pk, "uploads": [file_of(path)], "at": "2026-11-11T10:30"}
    )
    batch = ImportBatch.objects.get()
    jobs.work(batch.job_id)
    page = client.get(f"{LIST}{batch.pk}/change/").content.decode()
    assert "千牛 客服业绩，10:30 快照" in page
    assert "2026-11-11 10:30 的快照：另存，不计入考核" in page
    act(client, batch, "apply")
    assert Snapshot.objects.get(current=True).day == date(2026, 11, 11)


@pytest.mark.parametrize("at", ["11.11 10:30", "2026-02-30T10:30"])
def test_an_hour_that_is_none_is_refused_with_words(client, hr, branch, tmp_path, at):
    path = xlsx(tmp_path / "业绩.xlsx", RESULTS, result())
    data = {"shop": branch.shop.pk, "uploads": [file_of(path)], "at": at}
    answer = enter(client, hr).post(f"{LIST}upload/", data, follow=True)
    assert "日期和时间请写成 2026-11-11 10:30" in answer.content.decode()
    assert not ImportBatch.objects.exists()


class TestPage:
    def test_it_shows_the_latest_day_with_snapshots_by_itself(self, client, hr, branch, tmp_path):
        imported(branch.shop, xlsx(tmp_path / "客服业绩_20261111_1030.xlsx", RESULTS, result()))
        imported(branch.shop, xlsx(tmp_path / "客服业绩_20261111_1145.xlsx", RESULTS, result()))
        page = enter(client, hr).get(PAGE).content.decode()
        assert "<h2>10:30–11:45</h2>" in page
        assert "<h2>00:00–10:30</h2>" in page
        assert "2,637.68" in page

    def test_an_empty_day_says_how_to_get_there(self, client, hr, branch):
        assert "客服业绩_20261111_1030.xlsx" in enter(client, hr).get(f"{PAGE}?day={DAY}").content.decode()

    def test_a_shop_of_another_branch_is_not_there(self, client, hr, company):
        elsewhere = factories.shop("别家")
        factories.unit("B9", parent=company, shop=elsewhere, kind="branch")
        assert enter(client, hr).get(f"{PAGE}?shop={elsewhere.pk}").status_code == 404
        assert client.get(f"{PAGE}?shop=999").status_code == 404
        answer = client.post(f"{PAGE}leaders/", {"shop": elsewhere.pk, "hour": 10})
        assert answer.status_code == 404

    @pytest.mark.parametrize("role", ["finance", "general_office", "supervisor", None])
    def test_it_is_not_there_for_other_roles(self, client, branch, role):
        person = factories.person("金铭")
        if role:
            factories.role(person, role, branch)
        assert enter(client, person).get(PAGE).status_code == 404

    def test_hr_types_anybody_of_the_shop(self, client, hr, branch, yu, other):
        data = {"shop": branch.shop.pk, **typed(person_1=other, person_2=yu), "sales_1": "1200.50"}
        page = enter(client, hr).post(f"{PAGE}leaders/", data, follow=True).content.decode()
        assert "这个小时已保存" in page
        assert [(row.person, row.sales) for row in HourLeader.objects.all()] == [
            (other, D("1200.50")),
            (yu, None),
        ]
        assert client.get(f"{PAGE}leaders/").status_code == 405


class TestPhone:
    def address(self, branch):
        return f"/hours/{branch.shop.pk}/"

    def test_the_lead_types_people_of_the_own_team(self, client, lead, branch, yu):
        page = enter(client, lead).get("/hours/", follow=True).content.decode()
        assert "于敏" in page
        answer = client.post(self.address(branch), typed(person_1=yu))
        assert answer.status_code == 302
        assert HourLeader.objects.get().by.person == lead
        assert "1. 于敏" in client.get(answer.url).content.decode()

    def test_saving_again_replaces_and_nobody_empties(self, client, lead, branch, yu):
        enter(client, lead).post(self.address(branch), typed(person_1=yu))
        client.post(self.address(branch), typed(person_2=yu))
        assert HourLeader.objects.get().place == 2
        client.post(self.address(branch), typed())
        assert not HourLeader.objects.exists()

    def test_people_of_another_team_cannot_be_picked(self, client, lead, branch, yu, other):
        answer = enter(client, lead).post(self.address(branch), typed(person_1=other))
        assert answer.status_code == 422
        assert not HourLeader.objects.exists()

    def test_what_another_teams_lead_typed_stays(self, client, lead, branch, yu, other):
        HourLeader.objects.create(shop=branch.shop, day=yesterday(), hour=10, place=1, person=other)
        answer = enter(client, lead).post(self.address(branch), typed(person_1=yu))
        assert "第 1 名是别组的何俊" in answer.content.decode()
        client.post(self.address(branch), typed(person_2=yu))
        assert [row.person for row in HourLeader.objects.all()] == [other, yu]

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"person_2": "person_1"}, "同一小时里一个人只能占一个名次"),
            ({"sales_1": "-1"}, "0"),
            ({"sales_2": "5"}, "请选择这是谁的销售额"),
            ({"hour": "24"}, "24"),
            ({"day": "tomorrow"}, "这个小时还没开始"),
        ],
    )  # fmt: skip
    def test_bad_input_is_named_and_nothing_saved(self, client, lead, branch, yu, change, words):
        data = typed(person_1=yu)
        change = {key: data.get(value, value) for key, value in change.items()}
        if change.get("day"):
            change = {"day": timezone.localdate().isoformat(), "hour": "23"}
            if timezone.localtime().hour == 23:
                pytest.skip("the day's last hour has begun")
        answer = enter(client, lead).post(self.address(branch), data | change)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not HourLeader.objects.exists()

    def test_a_shop_without_an_own_team_is_not_there(self, client, lead, company):
        elsewhere = factories.unit("B9", parent=company, shop=factories.shop("别家"), kind="branch")
        enter(client, lead)
        assert client.get(self.address(elsewhere)).status_code == 404
        assert client.post(self.address(elsewhere), typed()).status_code == 404
        assert client.get("/hours/999/").status_code == 404

    def test_only_leads_have_the_page(self, client, branch, yu):
        assert enter(client, yu).get(self.address(branch)).status_code == 403
        assert client.post(self.address(branch), typed()).status_code == 403
