"""Messages: fixed sentences, said once, read by their owner alone; the inbox and the bell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy, override

from staff import messages
from staff.models import Message, User
from staff.services.messages import Notice, tell, tell_all, unread_count
from tests import factories

AT = datetime(2026, 11, 9, 1, tzinfo=UTC)
CARD = {"kind": "card_published", "key": "7.3", "path": "/cards/", "params": {"month": "2026-10"}}
WAITS = {
    "kind": "late_assess",
    "key": "1:2026-11-09",
    "path": "/month/",
    "params": {"month": "2026-10", "unit": "售前一组", "count": 3},
}


@pytest.fixture
def lin(db):
    return factories.person("林小满")


@pytest.fixture
def chen(db):
    return factories.person("陈一帆")


def user_of(person) -> User:
    return User.objects.get(person=person)


def test_the_same_is_said_once(lin, chen):
    assert tell([lin.pk], at=AT, **CARD) == 1
    assert tell([lin.pk, chen.pk], at=AT + timedelta(hours=1), **CARD) == 1
    assert tell([lin.pk, chen.pk], at=AT + timedelta(hours=2), **CARD) == 0
    assert Message.objects.filter(person=lin).get().at == AT
    assert Message.objects.count() == 2


def test_another_day_is_another_message(lin):
    tell([lin.pk], at=AT, **WAITS)
    assert tell([lin.pk], at=AT, **(WAITS | {"key": "1:2026-11-10"})) == 1


def test_a_thousand_at_once_take_few_queries(lin, django_assert_max_num_queries):
    notices = [Notice(lin.pk, "card_published", f"{number}.1", "/cards/") for number in range(1000)]
    with django_assert_max_num_queries(20):
        assert len(tell_all(notices, at=AT)) == 1000


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"kind": "no_such_kind"}, id="a kind nobody registered"),
        pytest.param({"params": {"score": "92.10"}}, id="a score"),
        pytest.param({"params": {"name": "林小满"}}, id="a name"),
        pytest.param({"params": {"count": "3,500.00"}}, id="an amount for a count"),
        pytest.param({"params": {"count": True}}, id="no whole number"),
        pytest.param({"params": {"month": "October"}}, id="no month"),
        pytest.param({"path": "https://evil.example/"}, id="another site"),
        pytest.param({"path": "//evil.example/"}, id="another site without a scheme"),
        pytest.param({"path": "/\\evil.example/"}, id="another site by a backslash"),
    ],
)
def test_nothing_else_gets_into_a_message(lin, changed):
    with pytest.raises(ValueError, match=r"kind|holds|month|inside|format"):
        tell([lin.pk], at=AT, **(CARD | changed))
    assert not Message.objects.exists()


def test_the_database_refuses_an_address_outside(lin):
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(person=lin, kind="card_published", key="1", path="//evil.example", at=AT)


def test_words_in_both_languages(lin):
    tell([lin.pk], at=AT, **WAITS)
    said = Message.objects.get()
    with override("zh-hans"):
        assert messages.words_of(said) == "售前一组，2026年10月：有 3 张考核表等你提交。期限已过。"
    with override("en"):
        assert messages.words_of(said) == (
            "售前一组, October 2026: 3 cards wait for you to submit them. The deadline is past."
        )
        said.params["count"] = 1
        assert "1 card waits for you to submit it." in messages.words_of(said)


def test_a_kind_that_went_out_of_use_is_still_a_message(lin):
    said = Message(person=lin, kind="gone", key="1", path="/", at=AT)
    with override("en"):
        assert messages.words_of(said) == "There is news for you."


def test_every_kind_can_be_said_in_both_languages():
    for code in messages.KINDS:
        for language in ("zh-hans", "en"):
            with override(language):
                said = messages.words_of(
                    Message(kind=code, params={"month": "2026-10", "unit": "售前一组", "count": 2})
                )
            assert "%(" not in said, code
            assert said, code
            # Chinese throughout, where it is asked for.
            assert language == "en" or not any(sign.isascii() and sign.isalpha() for sign in said), (
                code,
                said,
            )


def test_a_kind_is_registered_once():
    with pytest.raises(ValueError, match="there already"):
        messages.kind("card_published", gettext_lazy("x"), ngettext_lazy("x", "y", "count"))


def test_the_inbox_lists_the_newest_first_and_marks_what_is_new(client, lin, chen):
    tell([lin.pk], at=AT, **CARD)
    tell([lin.pk], at=AT + timedelta(hours=1), **WAITS)
    tell([chen.pk], at=AT, **(CARD | {"params": {"month": "2026-01"}}))
    client.force_login(user_of(lin))
    page = client.get(reverse("inbox")).content.decode()
    assert page.index("等你提交") < page.index("你2026年10月的考核表已公布")
    assert page.count('class="unread"') == 2
    assert "2026年1月" not in page


def test_following_a_message_opens_it_once_and_leads_on(client, lin):
    tell([lin.pk], at=AT, **CARD)
    said = Message.objects.get()
    client.force_login(user_of(lin))
    went = client.get(reverse("message", args=[said.public_id]))
    assert (went.status_code, went["Location"]) == (302, "/cards/")
    said.refresh_from_db()
    first = said.opened_at
    assert first is not None
    client.get(reverse("message", args=[said.public_id]))
    said.refresh_from_db()
    assert said.opened_at == first
    assert 'class="unread"' not in client.get(reverse("inbox")).content.decode()


def test_all_are_marked_as_read_and_only_the_own_ones(client, lin, chen):
    tell([lin.pk, chen.pk], at=AT, **CARD)
    client.force_login(user_of(lin))
    assert client.get(reverse("inbox_read")).status_code == 405
    assert client.post(reverse("inbox_read"))["Location"] == reverse("inbox")
    assert unread_count(user_of(lin)) == 0
    assert unread_count(user_of(chen)) == 1


def test_an_empty_inbox_says_what_will_come(client, lin):
    client.force_login(user_of(lin))
    assert "还没有消息" in client.get(reverse("inbox")).content.decode()


def test_a_long_inbox_has_pages_and_few_queries(client, lin, django_assert_max_num_queries):
    tell_all(
        [Notice(lin.pk, "card_published", f"{n}.1", "/cards/", {"month": "2026-10"}) for n in range(60)],
        at=AT,
    )
    client.force_login(user_of(lin))
    client.get(reverse("inbox"))
    with django_assert_max_num_queries(9):
        page = client.get(reverse("inbox"), {"page": 2}).content.decode()
    assert page.count('class="unread"') == 25
    assert "?page=3" in page
    assert "?page=1" in page
    assert client.get(reverse("inbox"), {"page": "99"}).content.decode().count('class="unread"') == 10


def test_the_bell_counts_what_is_new(client, lin, django_assert_num_queries):
    user = user_of(lin)
    with django_assert_num_queries(1):
        assert unread_count(user) == 0
    tell_all(
        [Notice(lin.pk, "card_published", f"{n}.1", "/cards/", {"month": "2026-10"}) for n in range(120)],
        at=AT,
    )
    client.force_login(user)
    page = client.get(reverse("cards")).content.decode()
    assert '<a class="bell"' in page
    assert ">99+</b>" in page


def test_a_log_in_without_a_person_has_no_bell_and_asks_nothing(client, db, django_assert_num_queries):
    root = User.objects.create_superuser("root", password="pass")
    with django_assert_num_queries(0):
        assert unread_count(root) == 0
    client.force_login(root)
    page = client.get(reverse("inbox"))
    assert page.status_code == 200
    assert '<a class="bell"' not in page.content.decode()


def test_the_menu_of_the_back_office_has_the_inbox(client, db):
    root = factories.unit("company", kind="company")
    sun = factories.person("孙人事", unit=root, position=factories.position("office", subject_kind="none"))
    factories.role(sun, "hr", root)
    tell([sun.pk], at=AT, **WAITS)
    client.force_login(user_of(sun))
    page = client.get(reverse("admin:index")).content.decode()
    assert f'href="{reverse("inbox")}"' in page
    assert "收件箱" in page
