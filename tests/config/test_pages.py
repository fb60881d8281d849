"""The frame of every page: log-in, languages, log-out, pages for what went wrong."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def lin():
    """An agent with a log-in."""
    team = make.unit("售前一组")
    return make.person("林晓岚", staff_no="Q0217", unit=team, position=make.position())


def enter(client: Client, person) -> None:
    client.force_login(person.users.get())


def test_a_stranger_is_sent_to_the_log_in_page(client):
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"] == f"{LOGIN}?next=/"


def test_log_in_leads_home(client, lin):
    response = client.post(LOGIN, {"login": "Q0217", "password": "pass"})
    assert response["Location"] == "/"


def test_a_wrong_password_keeps_the_name_and_says_so(client, lin):
    page = client.post(LOGIN, {"login": "Q0217", "password": "wrong"}).content.decode()
    assert 'value="Q0217"' in page
    assert 'role="alert"' in page


def test_nobody_signs_up(client):
    page = client.get("/accounts/signup/").content.decode()
    assert "<input" not in page.split("</header>")[1]


@pytest.mark.parametrize("query", ['"><script>alert(1)</script>', "javascript:alert(1)", "//evil.example"])
def test_next_is_inert_on_the_log_in_page(client, query):
    page = client.get(LOGIN, {"next": query}).content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


def test_pages_start_in_chinese_whatever_the_browser_says(client):
    page = client.get(LOGIN, headers={"accept-language": "en-US"}).content.decode()
    assert '<html lang="zh-Hans">' in page
    assert "登录名" in page


class TestLanguageSwitch:
    def switch(self, client, code, back="/accounts/login/?a=1"):
        return client.post(reverse("set_language"), {"language": code, "next": back})

    def test_it_keeps_the_page(self, client):
        response = self.switch(client, "en")
        assert response["Location"] == "/accounts/login/?a=1"
        assert "Log-in name" in client.get(LOGIN).content.decode()

    def test_it_goes_with_the_account(self, client, lin):
        enter(client, lin)
        self.switch(client, "en")
        assert lin.users.get().language == "en"
        other_device = Client()
        enter(other_device, lin)
        assert other_device.get("/").headers["Content-Language"] == "en"

    def test_what_was_picked_before_log_in_stays(self, client, lin):
        self.switch(client, "en")
        client.post(LOGIN, {"login": "Q0217", "password": "pass"})
        assert lin.users.get().language == "en"

    def test_the_next_person_at_the_computer_starts_in_chinese(self, client, lin):
        self.switch(client, "en")
        enter(client, lin)
        client.post(reverse("account_logout"))
        assert client.get(LOGIN).headers["Content-Language"] == "zh-hans"

    @pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
    def test_it_leads_nowhere_else(self, client, back):
        assert self.switch(client, "en", back)["Location"] == "/"

    @pytest.mark.parametrize("code", ["", "xx", "de", "../en"])
    def test_an_unknown_language_changes_nothing(self, client, lin, code):
        enter(client, lin)
        assert self.switch(client, code).status_code == 400
        assert lin.users.get().language == "zh-hans"

    def test_by_post_only(self, client):
        assert client.get(reverse("set_language")).status_code == 405


def test_log_out_is_an_act_not_a_link(client, lin):
    enter(client, lin)
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get("/").status_code == 200
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("code", ["zh-hans", "en"])
def test_what_does_not_exist_is_one_page(client, lin, code):
    enter(client, lin)
    client.post(reverse("set_language"), {"language": code})
    response = client.get("/nothing/<script>alert(1)</script>/")
    assert response.status_code == 404
    page = response.content.decode()
    assert {"zh-hans": "没有这个页面。", "en": "There is no such page."}[code] in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    "address", ["/accounts/password/change/", "/accounts/2fa/", "/accounts/password/reset/"]
)
def test_account_pages_wear_our_frame(client, lin, address):
    enter(client, lin)
    page = client.get(address).content.decode()
    assert "keji/portal.css" in page
    assert "<style" not in page
    assert " style=" not in page


def test_a_forged_form_is_refused_on_a_page_of_ours(lin):
    strict = Client(enforce_csrf_checks=True)
    enter(strict, lin)
    response = strict.post(reverse("account_logout"))
    assert response.status_code == 403
    assert "你的操作没有改变任何内容" in response.content.decode()
    assert strict.get("/").status_code == 200
