"""HR's calendar as a browser uses it: rows, cells that open, ways out, scope, and what it costs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.admin.models import LogEntry
from django.utils.html import strip_tags

from reviews.completeness.monthly import items_of
from reviews.models import (
    AgentFigures,
    FigureExcuse,
    ImportBatch,
    ImportFile,
    ServiceEvent,
    ShopFigures,
    Target,
    WorkSummary,
)
from staff.models import Attendance, Holiday, Leave, PlatformAccount, Shift, User
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/admin/reviews/figureexcuse/"
NOW = datetime(2026, 11, 5, 4, tzinfo=UTC)
DAY = date(2026, 10, 18)


RESULT = {"inquiries": 49, "sales": "2637.68", "first_response_seconds": "20.07"}
SERVED = {"receptions": 139, "first_response_seconds": "20.07"}


def stored(shop, *rows):
    """An applied batch of rows: source, account (none: the shop's), day, figures."""
    batch = ImportBatch.objects.create(shop=shop, state="applied", applied_at=NOW)
    file = ImportFile.objects.create(batch=batch, name="x.xlsx", sha256="")
    for number, (source, account, day, figures) in enumerate(rows):
        model = ShopFigures if account is None else AgentFigures
        owner = {} if account is None else {"account": account}
        head = {"batch": batch, "file": file, "row": number, "shop": shop, "source": source, "current": True}
        model.objects.create(**head, first_day=day, last_day=day, **owner, **figures)
    return batch


@pytest.fixture
def place(freeze):
    """A shop with 小雅 and 小满, both with results on 17 and 18 October, 小雅 alone with service on the 18th."""
    root = factories.unit("company", kind="company")
    shop, far_shop = factories.shop(), factories.shop("另一家店")
    branch = factories.unit("branch", parent=root, shop=shop, kind="branch")
    far = factories.unit("far", parent=root, shop=far_shop, kind="branch")
    work = factories.position()
    ya = factories.person("林小雅", staff_no="A1", unit=branch, position=work)
    man = factories.person("陈小满", staff_no="A2", unit=branch, position=work)
    accounts = [
        factories.account(f"示例旗舰店:{name}", shop=shop, holder=person)
        for person, name in ((ya, "小雅"), (man, "小满"))
    ]
    hr, far_hr = factories.person("韩雪", staff_no="hr"), factories.person("罗海", staff_no="far_hr")
    factories.role(hr, "hr", branch)
    factories.role(far_hr, "hr", far)
    before = DAY - timedelta(days=1)
    both = [("qianniu_results", one, day, RESULT) for one in accounts for day in (before, DAY)]
    first = stored(shop, *both)
    second = stored(
        shop,
        *[("qianniu_service", one, before, SERVED) for one in accounts],
        ("qianniu_service", accounts[0], DAY, SERVED),
        ("shop_days", None, before, {"visitors": 900}),
    )
    names = {
        "shop": shop,
        "far_shop": far_shop,
        "ya": ya,
        "man": man,
        "hr": hr,
        "far_hr": far_hr,
        "branch": branch,
    }
    return SimpleNamespace(**names, results=first, service=second)


@pytest.fixture
def freeze(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def hr(client, place):
    client.force_login(place.hr.users.get())
    return client


def cell(client, shop, *, source="qianniu_service", day=DAY, **headers):
    return client.get(
        f"{PAGE}cell/", {"shop": shop.pk, "source": source, "day": day.isoformat()}, headers=headers
    )


def said(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode().split("kc-part", 1)[-1]))


def test_the_month_shows_rows_gaps_and_their_ends(hr, place):
    Holiday.objects.create(date=date(2026, 10, 1), works=False, name_zh="国庆节")
    Holiday.objects.create(date=date(2026, 10, 10), works=True, name_zh="国庆节调休")
    page = hr.get(PAGE, {"month": "2026-10"}).content.decode()
    rows = {
        strip_tags(row.split("</th>")[0]).strip(): row
        for row in page.split("<tr>")
        if 'class="kc-name">' in row
    }
    service_row = rows["千牛 客服数据"]
    assert "10-18 千牛 客服数据: 缺 1 人" in service_row
    assert re.search(r"is-partial[^>]*day=2026-10-18[^>]*>1</a>", service_row)
    assert re.search(r"is-complete[^>]*day=2026-10-17", service_row)
    assert service_row.count(">缺</a>") == 13  # 19 to 31 October; before the 17th nothing was expected
    assert "缺 13，不全 1" in service_row
    assert service_row.count("is-none") == 16
    assert "缺 14 天" in rows["店铺日数据"]
    assert "石" not in page
    assert "另一家店" not in page
    assert 'title="国庆节"' in page
    assert page.count(">休<") == page.count(">班<") == 1


def test_future_days_are_blank_not_missing(hr, place):
    page = hr.get(PAGE, {"month": "2026-11"}).content.decode()
    assert "day=2026-11-04" in page
    assert "day=2026-11-05" not in page


def test_only_what_has_gaps(hr, place):
    for name in ("千牛 客服业绩", "千牛 客服数据"):
        assert name in hr.get(PAGE, {"month": "2026-10", "gaps": "1"}).content.decode()
    FigureExcuse.objects.bulk_create(
        FigureExcuse(
            shop=place.shop, source="qianniu_results", day=date(2026, 10, n), reason="试用期", by=None
        )
        for n in range(19, 32)
    )
    page = hr.get(PAGE, {"month": "2026-10", "gaps": "1"}).content.decode()
    assert "千牛 客服业绩" not in page.split("<tbody>", 1)[1]


def test_a_cell_names_who_is_missing_with_shift_attendance_and_other_sources(hr, place):
    begins = datetime(2026, 10, 18, 1, tzinfo=UTC)
    Shift.objects.create(
        person=place.man, starts_at=begins, ends_at=begins + timedelta(hours=8.5), published_at=NOW
    )
    Attendance.objects.create(person=place.man, day=DAY, source="钉钉", present=True)
    words = said(cell(hr, place.shop))
    assert "1 / 2 人有数据。" in words
    assert "陈小满 A2 · 排班 09:00–17:30 · 考勤：出勤 · 千牛 客服业绩：询单人数 49" in words
    assert "林小雅" not in words
    assert f"批次 {place.service.pk}" in words


def test_a_part_is_the_inside_alone(hr, place):
    page = cell(hr, place.shop, **{"X-Keji-Part": "1"}).content.decode()
    assert "<html" not in page
    assert f"/admin/reviews/importbatch/?shop={place.shop.pk}&amp;first=2026-10-18" in page


def test_the_import_page_opens_with_the_shop_and_the_day(hr, place):
    page = hr.get(
        "/admin/reviews/importbatch/", {"shop": place.shop.pk, "first": "2026-10-18"}
    ).content.decode()
    assert 'value="2026-10-18"' in page
    assert f'<option value="{place.shop.pk}" selected>' in page


def test_sources_that_differ_say_which_counts(hr, place):
    AgentFigures.objects.filter(source="qianniu_service", first_day=DAY).update(first_response_seconds="99.5")
    words = said(cell(hr, place.shop))
    assert "来源不一致" in words
    assert re.search(r"首次响应.*?20.07 千牛 客服业绩 ?99.5 千牛 客服数据", words)


class TestExcuse:
    def say(self, client, place, **changed):
        given = {
            "shop": place.shop.pk,
            "source": "qianniu_service",
            "day": DAY.isoformat(),
            "reason": "当日未上线",
        }
        return client.post(f"{PAGE}excuse/", given | changed, follow=True)

    def test_a_person_is_excused_and_the_word_taken_back(self, hr, place):
        account = PlatformAccount.objects.get(name="示例旗舰店:小满")
        words = said(self.say(hr, place, account=account.pk))
        assert "1 / 2 人有数据。" in words
        assert "示例旗舰店:小满：当日未上线" in words
        stored = FigureExcuse.objects.get()
        assert (stored.account, stored.by.person) == (account, place.hr)
        assert LogEntry.objects.filter(change_message="当日未上线").exists()
        assert "10-18 千牛 客服数据: 齐全" in hr.get(PAGE, {"month": "2026-10"}).content.decode()
        hr.post(f"{PAGE}{stored.pk}/withdraw/")
        assert not FigureExcuse.objects.exists()
        assert "10-18 千牛 客服数据: 缺 1 人" in hr.get(PAGE, {"month": "2026-10"}).content.decode()

    def test_said_twice_it_stands_once(self, hr, place):
        self.say(hr, place)
        self.say(hr, place, reason="再说一次")
        assert FigureExcuse.objects.get().reason == "当日未上线"

    @pytest.mark.parametrize(
        ("wrong", "status"),
        [
            pytest.param({"reason": " "}, 200, id="no reason"),
            pytest.param({"reason": "x" * 201}, 200, id="a long reason"),
            pytest.param({"day": "2026-11-30"}, 200, id="a day to come"),
            pytest.param({"source": "nobody's"}, 404, id="no such source"),
            pytest.param({"day": "x"}, 404, id="no day"),
            pytest.param({"shop": "999999"}, 404, id="no such shop"),
            pytest.param({"account": "999999"}, 404, id="no such account"),
        ],
    )
    def test_a_wrong_word_is_not_kept(self, hr, place, wrong, status):
        assert self.say(hr, place, **wrong).status_code == status
        assert not FigureExcuse.objects.exists()

    def test_it_is_an_act_not_a_link(self, hr, place):
        assert hr.get(f"{PAGE}excuse/").status_code == 405
        assert hr.get(f"{PAGE}1/withdraw/").status_code == 405

    def test_another_branch_finds_nothing(self, client, place):
        self_made = FigureExcuse.objects.create(
            shop=place.shop, source="qianniu_service", day=DAY, reason="当日未上线", by=None
        )
        client.force_login(place.far_hr.users.get())
        assert cell(client, place.shop).status_code == 404
        assert self.say(client, place).status_code == 404
        assert client.post(f"{PAGE}{self_made.pk}/withdraw/").status_code == 404
        assert client.get(PAGE, {"month": "2026-10", "shop": place.shop.pk}).status_code == 404
        assert FigureExcuse.objects.count() == 1

    @pytest.mark.parametrize("role", ["finance", "manager", ""])
    def test_it_is_HR_s_alone(self, client, place, role):
        person = factories.person("顾晓明", staff_no="x1")
        if role:
            factories.role(person, role, place.branch)
        client.force_login(User.objects.get(person=person))
        assert client.get(PAGE).status_code == 404
        assert self.say(client, place).status_code == 404
        assert not FigureExcuse.objects.exists()

    def test_XSS_a_reason_is_text(self, hr, place):
        page = self.say(hr, place, reason="<script>alert(1)</script>").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("query", ["month=x", "month=2026-13", "month=1999-01", "month=10000-01", "shop=x"])
def test_a_wrong_address_is_missing(hr, place, query):
    assert hr.get(f"{PAGE}?{query}").status_code == 404


def test_what_is_due_by_month_counts_and_names(place):
    team = [place.ya, place.man]
    Target.objects.create(person=place.ya, month=date(2026, 10, 1), kind="sales", amount="1.00")
    WorkSummary.objects.create(
        person=place.ya,
        month=date(2026, 10, 1),
        due_at=NOW - timedelta(days=5),
        handed_in_at=NOW - timedelta(days=6),
    )
    lead = factories.person("王倩", staff_no="lead")
    factories.role(lead, "manager", place.branch)
    Leave.objects.create(
        person=place.man,
        kind="annual",
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=8),
        hours=8,
        approved_by=lead,
    )
    for state in ("open", "decided"):
        extra = {"by_service": True, "decided_by": lead, "decided_at": NOW} if state == "decided" else {}
        ServiceEvent.objects.create(
            person=place.man,
            kind="dispute",
            day=DAY,
            recorded_at=NOW,
            state=state,
            recorded_by=place.hr.users.get(),
            **extra,
        )
    items = {str(item.title): item for item in items_of([place.shop.pk], date(2026, 10, 1), at=NOW)}
    told = {title: (item.done, item.total, item.lacking) for title, item in items.items()}
    assert told["目标"] == (1, 2, "陈小满")
    assert told["产品考试"] == (0, 2, "、".join(one.name for one in team))
    assert told["工作总结评分"] == (1, 2, "林小雅")  # 陈小满's can no longer be handed in
    assert told["纠纷认定"] == (1, 2, "陈小满")
    assert items["目标"].owners == "王倩"
    assert items_of([place.far_shop.pk], date(2026, 10, 1), at=NOW)[0].total == 0


def test_the_page_costs_the_same_for_1_and_for_12_shops(client, place, django_assert_max_num_queries):
    root = place.branch.parent
    chief = factories.person("何俊", staff_no="chief")
    factories.role(chief, "hr", root)
    client.force_login(chief.users.get())
    client.get(PAGE, {"month": "2026-10"})
    with django_assert_max_num_queries(45) as first:
        client.get(PAGE, {"month": "2026-10", "shop": place.shop.pk})
    for number in range(12):
        shop = factories.shop(f"第{number}家店")
        factories.unit(f"u{number}", parent=root, shop=shop, kind="branch")
        person = factories.person(f"客服{number}", login=False)
        account = factories.account(f"第{number}家店:甲", shop=shop, holder=person)
        stored(shop, ("own", account, DAY, {"sales": "1.00"}))
    with django_assert_max_num_queries(len(first.captured_queries) + 1):
        page = client.get(PAGE, {"month": "2026-10"}).content.decode()
    assert page.count('class="kc-shop"') == 10
    assert "page=2" in page
    assert client.get(PAGE, {"month": "2026-10", "page": "2"}).content.decode().count('class="kc-shop"') == 4
    with django_assert_max_num_queries(45):
        cell(client, place.shop)
