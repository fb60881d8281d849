"""The admin: who gets in, what each role sees there, and that its lists stay cheap."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import override

from staff.models import Deputy, LevelAmount, Person, RoleHolding, User
from tests import factories

LISTS = [
    "staff_person", "staff_unit", "staff_shop", "staff_position", "staff_level", "staff_levelamount",
    "staff_roleholding", "staff_platformaccount", "staff_holiday", "staff_calendaryear", "staff_leave",
    "staff_shifttype", "staff_shift", "staff_attendance", "staff_user", "staff_job", "staff_apitoken",
]  # fmt: skip
NOBODY_ELSE = {"hr"}
READERS = {
    "staff_person": {"hr", "manager", "director"},
    "staff_level": {"hr", "manager", "director", "finance", "general_office"},
    "staff_levelamount": {"hr", "finance"},
    "staff_roleholding": {"hr", "manager", "director", "general_office"},
    "staff_user": NOBODY_ELSE,
    "staff_job": NOBODY_ELSE,
    "staff_apitoken": NOBODY_ELSE,
    "staff_holiday": {"hr", "manager", "director", "finance", "general_office"},
    "staff_leave": {"hr", "manager", "director"},
}
ROLES = ["hr", "finance", "general_office", "director", "manager", "supervisor", "trainer", "agent"]


def page(model: str) -> str:
    return reverse(f"admin:{model}_changelist")


@pytest.mark.parametrize("role", ROLES)
def test_the_back_office_exists_for_its_roles_only(role, login):
    inside = {"hr", "finance", "general_office", "director", "manager", "trainer"}
    assert login(role).get(reverse("admin:index")).status_code == (200 if role in inside else 404)


def test_a_stranger_is_sent_to_the_one_log_in_page(client, db):
    response = client.get(page("staff_person"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("model", READERS)
def test_a_list_exists_for_those_who_may_read_it(role, model, login):
    assert login(role).get(page(model)).status_code == (200 if role in READERS[model] else 404)


def test_a_manager_sees_the_own_branch_and_changes_nothing(company, login):
    manager = login("manager")
    text = manager.get(page("staff_person")).content.decode()
    assert "李秀英" in text
    assert "石磊" not in text
    change = reverse("admin:staff_person_change", args=[company.agent.pk])
    assert manager.get(change).status_code == 200
    data = {"staff_no": "agent", "name": "改名", "phone": ""}
    assert manager.post(change, data).status_code == 403
    assert Person.objects.get(pk=company.agent.pk).name == "李秀英"


@pytest.mark.parametrize("tail", ["change", "history"])
def test_a_foreign_person_is_as_missing_as_none(company, login, tail):
    manager = login("manager")
    foreign = manager.get(reverse(f"admin:staff_person_{tail}", args=[company.stranger.pk]), follow=True)
    missing = manager.get(reverse(f"admin:staff_person_{tail}", args=[99999]), follow=True)
    assert foreign.status_code == missing.status_code
    assert "石磊" not in foreign.content.decode()


def test_pickers_offer_only_whom_the_reader_sees(company, login):
    ask = {"app_label": "staff", "model_name": "leave", "field_name": "person", "term": ""}
    found = login("manager").get(reverse("admin:autocomplete"), ask).json()["results"]
    names = {one["text"].split()[0] for one in found}
    assert "李秀英" in names
    assert "石磊" not in names
    assert login("finance").get(reverse("admin:autocomplete"), ask).status_code in {403, 404}


def test_people_are_found_by_the_initials_of_their_pinyin(login):
    text = login("hr").get(page("staff_person"), {"q": "lxy"}).content.decode()
    assert "李秀英" in text
    assert "王伟" not in text


def test_amounts_are_shown_to_hr_and_finance_alone(company, login):
    address = reverse("admin:staff_level_change", args=[company.level.pk])
    assert "3500.00" in login("hr").get(address).content.decode()
    assert "3500.00" in login("finance").get(address).content.decode()
    assert "3500.00" not in login("director").get(address).content.decode()
    amount = LevelAmount.objects.get()
    history = reverse("admin:staff_levelamount_history", args=[amount.pk])
    assert login("director").get(history).status_code == 404


def holding(person: Person, unit) -> dict[str, object]:
    return {
        "person": person.pk, "role": "director", "unit": unit.pk, "starts_on": "2026-11-01", "ends_on": "",
        "deputies-TOTAL_FORMS": 0, "deputies-INITIAL_FORMS": 0,
    }  # fmt: skip


def test_nobody_in_hr_gives_a_role_to_oneself(company, login):
    hr, before = login("hr"), RoleHolding.objects.count()
    address = reverse("admin:staff_roleholding_add")
    refused = hr.post(address, holding(company.hr, company.root))
    assert "不能给自己授予角色" in refused.content.decode()
    assert RoleHolding.objects.count() == before
    assert hr.post(address, holding(company.colleague, company.root)).status_code == 302
    assert RoleHolding.objects.count() == before + 1


def test_a_log_in_is_made_with_a_first_password_shown_once(company, login, client):
    hr = login("hr")
    company.colleague.users.all().delete()
    address = reverse("admin:staff_person_make_login", args=[company.colleague.pk])
    shown = hr.post(address, {"username": "colleague"}).content.decode()
    password = re.findall(r"<code>([^<]+)</code>", shown)[1]
    assert client.login(username="colleague", password=password)
    again = hr.post(address, {"username": "colleague"}).content.decode()
    assert "<code>" not in again
    assert User.objects.filter(person=company.colleague).count() == 1


def test_a_new_first_password_ends_the_old_one(company, login, client):
    hr = login("hr")
    user = company.agent.users.get()
    address = reverse("admin:staff_user_new_password", args=[user.pk])
    assert "<code>" not in hr.get(address).content.decode()
    shown = hr.post(address).content.decode()
    assert not client.login(username="agent", password="pass")
    assert client.login(username="agent", password=re.findall(r"<code>([^<]+)</code>", shown)[1])


def test_hr_does_not_reach_the_installations_own_log_in(login, db):
    root = User.objects.create_superuser("root", password="pass")
    hr = login("hr")
    assert hr.post(reverse("admin:staff_user_new_password", args=[root.pk])).status_code == 404
    assert "root" not in re.findall(
        r"field-username[^<]*<[^>]*>([^<]+)", hr.get(page("staff_user")).content.decode()
    )


@pytest.mark.parametrize(
    "model", ["staff_person", "staff_roleholding", "staff_platformaccount", "staff_user"]
)
def test_a_list_asks_no_more_for_thirty_than_for_three(model, company, login, django_assert_max_num_queries):
    hr = login("hr")
    hr.get(page(model))

    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            made = factories.person(
                f"客服{number}", staff_no=f"KF-{number:03}", unit=company.team, position=company.presales
            )
            factories.role(made, "trainer", company.team)
            factories.account(f"账号{number}", shop=company.shop, holder=made)

    fill(0, 3)
    with django_assert_max_num_queries(24):
        hr.get(page(model))
    fill(3, 33)
    with django_assert_max_num_queries(24):
        hr.get(page(model))


# Names of products, formats and units that are the same in Chinese.
ENGLISH_ALLOWED = {
    "Keji",
    "English",
    "PDF",
    "XLSX",
    "CSV",
    "HR",
    "KB",
    "MB",
    "L",
    "S",
    "Excel",
    "zh",
    "hans",
    "en",
}
MARKUP = re.compile(r"<(script|style|template)\b.*?</\1>", re.DOTALL)


def english_words(html: str) -> set[str]:
    """Return Latin words a reader sees, data and icon names left out."""
    html = MARKUP.sub(" ", html)
    html = re.sub(r'<span class="[^"]*material-symbols-outlined[^"]*"[^>]*>[^<]*</span>', " ", html)
    shown = strip_tags(html) + " ".join(re.findall(r'(?:title|placeholder|aria-label|alt)="([^"{]*)"', html))
    data = set(User.objects.values_list("username", flat=True)) | {"presales", "supervisor", "office"}
    data |= {"company", "branch", "team", "other", "general"}
    return {
        word
        for word in re.findall(r"[A-Za-z]{2,}", shown)
        if word not in ENGLISH_ALLOWED and word not in data
    }


@pytest.mark.parametrize("model", LISTS)
def test_chinese_pages_show_no_english(model, login, company):
    factories.account("云杉:秀英", shop=company.shop, holder=company.agent)
    hr = login("hr")
    assert english_words(hr.get(page(model)).content.decode()) == set()
    add = hr.get(reverse(f"admin:{model}_add"))
    if add.status_code == 200:
        assert english_words(add.content.decode()) == set()


def test_the_chinese_page_of_a_person_shows_no_english(login, company):
    hr = login("hr")
    for tail in ("change", "history", "delete"):
        response = hr.get(reverse(f"admin:staff_person_{tail}", args=[company.agent.pk]))
        if response.status_code == 200:
            assert english_words(response.content.decode()) == set()


CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@pytest.mark.parametrize("model", LISTS)
def test_english_pages_show_no_chinese_but_data(model, login):
    text = strip_tags(MARKUP.sub(" ", login("hr", language="en").get(page(model)).content.decode()))
    names = set(Person.objects.values_list("name", flat=True)) | {"示例旗舰店", "中文", "韩"}
    assert {word for word in CHINESE.findall(text) if word not in names} == set()


def test_every_admin_page_answers_by_role():
    ours = {"staff", "training", "reviews", "rewards"}
    loose = [
        model._meta.label
        for model, owner in admin.site._registry.items()
        if model._meta.app_label in ours and not hasattr(owner, "writers")
    ]
    assert loose == []


def test_overlapping_employments_are_refused_in_the_form(company, login):
    hr = login("hr")
    address = reverse("admin:staff_person_change", args=[company.agent.pk])
    empty = {
        f"{prefix}-{key}": 0
        for prefix in ("assignments", "roles", "accounts", "users")
        for key in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    span = company.agent.employments.get()
    data = {
        "staff_no": "agent", "name": "李秀英", "phone": "", **empty,
        "employments-TOTAL_FORMS": 2, "employments-INITIAL_FORMS": 1,
        "employments-0-id": span.pk, "employments-0-person": company.agent.pk,
        "employments-0-hired_on": span.hired_on.isoformat(), "employments-0-left_on": "",
        "employments-1-id": "", "employments-1-person": company.agent.pk,
        "employments-1-hired_on": "2026-01-01", "employments-1-left_on": "",
    }  # fmt: skip
    refused = hr.post(address, data)
    assert "两段在职重叠" in refused.content.decode()
    assert company.agent.employments.count() == 1
    data["employments-0-left_on"] = "2025-12-01"
    assert hr.post(address, data).status_code == 302
    assert set(company.agent.employments.values_list("hired_on", flat=True)) == {
        span.hired_on,
        date(2026, 1, 1),
    }
    assert timezone.localdate() > date(2026, 1, 1)


def test_a_persons_history_tells_of_all_that_is_dated_about_them(company, login):
    hr = login("hr")
    row = company.agent.assignments.get()
    row.employment_kind = "trial"
    row.save()
    text = hr.get(reverse("admin:staff_person_history", args=[company.agent.pk])).content.decode()
    assert "试用期" in text
    assert "team" in text
    assert english_words(text) == set()
    company.agent.assignments.get().delete()
    assert "删除" in hr.get(reverse("admin:staff_person_history", args=[company.agent.pk])).content.decode()


def test_a_role_is_not_held_twice_at_a_time_and_nobody_stands_in_for_oneself(company):
    twice = RoleHolding(
        person=company.manager, role="manager", unit=company.branch, starts_on=date(2026, 1, 1)
    )
    with pytest.raises(ValidationError, match="已担任"), override("zh-hans"):
        twice.full_clean()
    held = company.manager.roles.get()
    own = Deputy(holding=held, person=company.manager, starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1))
    with pytest.raises(ValidationError, match="本人"), override("zh-hans"):
        own.full_clean()
    early = Deputy(
        holding=held, person=company.director, starts_on=date(2020, 1, 1), ends_on=date(2026, 2, 1)
    )
    with pytest.raises(ValidationError, match="任期"), override("zh-hans"):
        early.full_clean()


def test_a_unit_is_not_placed_below_itself(company, login):
    company.branch.parent = company.team
    with pytest.raises(ValidationError, match="下级"), override("zh-hans"):
        company.branch.full_clean()
    data = {"code": "team", "name": "team", "kind": "team", "parent": company.other.pk, "shop": ""}
    assert (
        login("hr").post(reverse("admin:staff_unit_change", args=[company.team.pk]), data).status_code == 302
    )
    company.team.refresh_from_db()
    assert company.team.path.startswith(company.other.path)


def test_an_account_changes_hands_in_one_form(company, login):
    account = factories.account("云杉:秀英", shop=company.shop, holder=company.agent)
    held = account.holders.get()
    data = {
        "shop": company.shop.pk, "name": account.name, "kind": "person",
        "holders-TOTAL_FORMS": 2, "holders-INITIAL_FORMS": 1,
        "holders-0-id": held.pk, "holders-0-account": account.pk, "holders-0-person": company.agent.pk,
        "holders-0-starts_at_0": "2025-01-01", "holders-0-starts_at_1": "08:00",
        "holders-0-ends_at_0": "", "holders-0-ends_at_1": "",
        "holders-1-id": "", "holders-1-account": account.pk, "holders-1-person": company.colleague.pk,
        "holders-1-starts_at_0": "2026-10-01", "holders-1-starts_at_1": "00:00",
        "holders-1-ends_at_0": "", "holders-1-ends_at_1": "",
    }  # fmt: skip
    address = reverse("admin:staff_platformaccount_change", args=[account.pk])
    hr = login("hr")
    assert "两位使用人" in hr.post(address, data).content.decode()
    data |= {"holders-0-ends_at_0": "2026-10-01", "holders-0-ends_at_1": "00:00"}
    assert hr.post(address, data).status_code == 302
    assert list(account.holders.values_list("person__name", flat=True)) == ["李秀英", "王伟"]


@pytest.fixture
def branch_hr(company):
    """HR of one branch."""
    made = factories.person("林晓芸", staff_no="branch_hr", unit=company.branch, position=company.presales)
    factories.role(made, "hr", company.branch)
    company.branch_hr = made
    return made


def test_hr_of_a_branch_gives_roles_in_it_and_nowhere_else(branch_hr, company, login):
    hr, address = login("branch_hr"), reverse("admin:staff_roleholding_add")
    assert hr.post(address, holding(company.colleague, company.team)).status_code == 302
    before = RoleHolding.objects.count()
    for person, unit in ((company.colleague, company.root), (company.stranger, company.team)):
        assert hr.post(address, holding(person, unit)).status_code == 200
    assert RoleHolding.objects.count() == before


@pytest.mark.parametrize("model", ["staff_position", "staff_level", "staff_holiday", "staff_shifttype"])
def test_hr_of_a_branch_reads_what_the_whole_company_shares(model, branch_hr, login):
    hr = login("branch_hr")
    assert hr.get(page(model)).status_code == 200
    assert hr.get(reverse(f"admin:{model}_add")).status_code == 403


def test_hr_of_a_branch_sees_its_people_shops_and_accounts_only(branch_hr, company, login):
    foreign = factories.shop("别家店")
    factories.account("别家:一", shop=foreign)
    factories.account("本店:一", shop=company.shop)
    hr = login("branch_hr")
    assert "石磊" not in hr.get(page("staff_person")).content.decode()
    accounts = hr.get(page("staff_platformaccount")).content.decode()
    assert "本店:一" in accounts
    assert "别家:一" not in accounts
    assert "别家店" not in hr.get(page("staff_shop")).content.decode()
    text = hr.get(reverse("admin:staff_person_change", args=[company.agent.pk])).content.decode()
    assert 'name="assignments-0-starts_on"' in text
    text = hr.get(reverse("admin:staff_level_change", args=[company.level.pk])).content.decode()
    assert 'name="amounts-0-base_salary"' not in text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_about_sheets_speak_one_language(language, company, login):
    hr = login("hr", language)
    sheet = "工号,姓名,入职日期,用工形式\r\nagent,李秀瑛,,试用期\r\nhr,,2027-01-01,\r\n".encode()
    file = SimpleUploadedFile("a.csv", sheet)
    form = hr.get(reverse("admin:staff_person_import")).content.decode()
    shown = hr.post(reverse("admin:staff_person_import"), {"file": file}, follow=True).content.decode()
    for text in (form, shown):
        if language == "zh-hans":
            assert english_words(text.replace("a.csv", "")) == set()
        else:
            names = set(Person.objects.values_list("name", flat=True)) | {"李秀瑛", "中文", "韩"}
            assert {w for w in CHINESE.findall(strip_tags(MARKUP.sub(" ", text))) if w not in names} == set()


def test_a_trainer_picks_people_without_having_a_page_of_them(company, login):
    ask = {"app_label": "training", "model_name": "exammark", "field_name": "person", "term": "lxy"}
    trainer = login("trainer")
    found = trainer.get(reverse("admin:autocomplete"), ask).json()["results"]
    assert [one["text"] for one in found] == ["李秀英 agent"]
    assert trainer.get(page("staff_person")).status_code == 404
    assert login("agent").get(reverse("admin:autocomplete"), ask).status_code == 404
