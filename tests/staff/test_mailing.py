"""Mails: gathered once, sent once, tried again where the server fails, and silent about figures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from threading import Barrier

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.urls import reverse

from staff import messages
from staff.models import Delivery, Message, User
from staff.services import mailing
from staff.services.messages import tell
from tests import factories

AT = datetime(2026, 11, 9, 1, tzinfo=UTC)
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
CARD = {"kind": "card_published", "key": "7.3", "path": "/cards/", "params": {"month": "2026-10"}}
WAITS = {
    "kind": "late_assess",
    "key": "1:2026-11-09",
    "path": "/month/",
    "params": {"month": "2026-10", "unit": "售前一组", "count": 3},
}


@pytest.fixture(autouse=True)
def _mails(settings):
    """A site that sends mails, to a box of the test."""
    settings.EMAIL_ON = True
    settings.EMAIL_BACKEND = LOCMEM
    settings.SITE_URL = "https://keji.example.com"
    settings.DEFAULT_FROM_EMAIL = "keji@example.com"
    mail.outbox = []


def reachable(name: str, **changed) -> User:
    person = factories.person(name)
    User.objects.filter(person=person).update(email=f"{person.staff_no}@example.com", **changed)
    return User.objects.select_related("person").get(person=person)


@pytest.fixture
def lin(db):
    return reachable("林小满")


def failing(monkeypatch, error: Exception) -> None:
    def refuse(_backend, _messages):
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)


def send(at: datetime = AT) -> int:
    mailing.queue_digests(at)
    return mailing.send_due(at)


def test_messages_of_a_person_go_out_as_one_mail_once(lin):
    tell([lin.person_id], at=AT, **CARD)
    tell([lin.person_id], at=AT, **WAITS)
    assert send() == 1
    assert send(AT + timedelta(minutes=10)) == 0
    [sent] = mail.outbox
    assert sent.to == [lin.email]
    assert sent.from_email == "keji@example.com"
    assert sent.subject == "客绩：2 条消息"
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.lease_until) == ("delivered", 1, None)
    assert delivery.delivered_at >= AT
    assert f"https://keji.example.com/m/{delivery.token}/" in sent.body
    # What comes later comes in a mail of its own.
    tell([lin.person_id], at=AT + timedelta(hours=1), **(WAITS | {"key": "1:2026-11-10"}))
    assert send(AT + timedelta(hours=1)) == 1
    assert len(mail.outbox) == 2


def test_a_mail_says_nothing_about_figures_or_people(lin):
    tell([lin.person_id], at=AT, **CARD)
    send()
    raw = mail.outbox[0].message().as_bytes()
    body = mail.outbox[0].body
    for never in ("林小满", "92.34", "3,500.00", "3500"):
        assert never.encode() not in raw
        assert never not in body
    assert "你2026年10月的考核表已公布" in body
    assert not mail.outbox[0].message().is_multipart()


def test_a_mail_is_written_in_the_language_of_its_log_in(db):
    anna = reachable("Anna", language="en")
    tell([anna.person_id], at=AT, **WAITS)
    send()
    assert mail.outbox[0].subject == "Keji: 1 message"
    assert "3 cards wait for you to submit them." in mail.outbox[0].body


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"email": ""}, id="no address"),
        pytest.param({"is_active": False}, id="an ended log-in"),
    ],
)
def test_nobody_else_gets_a_mail(lin, changed):
    User.objects.filter(pk=lin.pk).update(**changed)
    tell([lin.person_id], at=AT, **CARD)
    assert send() == 0
    assert not Delivery.objects.exists()


def test_what_was_opened_or_is_old_is_not_mailed(lin):
    tell([lin.person_id], at=AT, **CARD)
    Message.objects.update(opened_at=AT)
    tell([lin.person_id], at=AT - timedelta(days=4), **WAITS)
    assert send() == 0


def test_without_e_mail_nothing_is_gathered_or_sent(lin, settings):
    tell([lin.person_id], at=AT, **CARD)
    mailing.queue_digests(AT)
    settings.EMAIL_ON = False
    tell([lin.person_id], at=AT, **WAITS)
    assert send() == 0
    assert Delivery.objects.get().state == "waiting"
    assert mail.outbox == []


def test_a_failing_server_is_tried_three_times_and_its_error_kept(lin, monkeypatch):
    tell([lin.person_id], at=AT, **CARD)
    failing(monkeypatch, SMTPServerDisconnected("gone"))
    assert send() == 0
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    assert waiting.error == "SMTPServerDisconnected: gone"
    # Not before the pause is over.
    send(AT + timedelta(minutes=9))
    assert Delivery.objects.get().attempts == 1
    send(AT + timedelta(minutes=11))
    send(AT + timedelta(minutes=80))
    failed = Delivery.objects.get()
    assert (failed.state, failed.attempts, failed.delivered_at) == ("failed", 3, None)
    send(AT + timedelta(hours=5))
    assert Delivery.objects.get().attempts == 3


def test_a_server_that_comes_back_takes_the_mail(lin, monkeypatch):
    tell([lin.person_id], at=AT, **CARD)
    with monkeypatch.context() as broken:
        failing(broken, ConnectionRefusedError("no route"))
        send()
    assert send(AT + timedelta(minutes=11)) == 1
    found = Delivery.objects.get()
    assert (found.state, found.attempts, found.error) == ("delivered", 2, "")
    assert len(mail.outbox) == 1


def test_one_address_no_server_takes_stops_no_other(db, monkeypatch):
    bad, good = reachable("林小满"), reachable("陈一帆")
    User.objects.filter(pk=bad.pk).update(email="a@b.example\nBcc: x@y.example")
    tell([bad.person_id, good.person_id], at=AT, **CARD)
    assert send() == 1
    states = dict(Delivery.objects.values_list("person", "state"))
    assert states == {bad.person_id: "failed", good.person_id: "delivered"}


def test_a_refused_recipient_is_no_delivery(lin, monkeypatch):
    tell([lin.person_id], at=AT, **CARD)
    failing(monkeypatch, SMTPRecipientsRefused({lin.email: (550, b"unknown")}))
    assert send() == 0
    assert Delivery.objects.get().delivered_at is None


def test_an_expired_claim_is_taken_up_again(lin):
    tell([lin.person_id], at=AT, **CARD)
    mailing.queue_digests(AT)
    # A worker was killed while sending.
    Delivery.objects.update(state="sending", claim=1, attempts=1, lease_until=AT + timedelta(seconds=90))
    assert mailing.send_due(AT + timedelta(seconds=60)) == 0
    assert mailing.send_due(AT + timedelta(seconds=91)) == 1
    assert Delivery.objects.get().claim == 2
    assert len(mail.outbox) == 1


def test_a_mail_that_kills_its_worker_is_given_up(lin):
    tell([lin.person_id], at=AT, **CARD)
    mailing.queue_digests(AT)
    Delivery.objects.update(state="sending", claim=3, attempts=3, lease_until=AT)
    assert mailing.send_due(AT + timedelta(seconds=1)) == 0
    found = Delivery.objects.get()
    assert (found.state, found.error) == ("failed", mailing.DIED)


def test_a_late_worker_cannot_write_over_the_one_after_it(lin):
    tell([lin.person_id], at=AT, **CARD)
    mailing.queue_digests(AT)
    pk = Delivery.objects.get().pk
    late = mailing._claim(pk, AT)
    assert late is not None
    assert mailing._claim(pk, AT) is None
    assert mailing._claim(pk, AT + timedelta(seconds=91)) is not None
    assert not late.finish(state="failed", error="late")
    assert Delivery.objects.get().state == "sending"


def test_of_two_who_found_the_same_mail_one_has_it(lin, monkeypatch):
    tell([lin.person_id], at=AT, **CARD)
    mailing.queue_digests(AT)
    pk = Delivery.objects.get().pk
    original, asked, quicker = mailing._free, [], []

    def between(at):
        """Let another worker claim the mail after this one has read it."""
        asked.append(at)
        if len(asked) == 2:
            monkeypatch.setattr(mailing, "_free", original)
            quicker.append(mailing._claim(pk, at))
        return original(at)

    monkeypatch.setattr(mailing, "_free", between)
    assert mailing._claim(pk, AT) is None
    assert quicker[0] is not None
    assert Delivery.objects.get().attempts == 1


def test_what_follows_a_mail_follows_once_it_is_taken_over(lin, monkeypatch):
    followed: list[tuple[str, datetime]] = []
    monkeypatch.setitem(messages.HOOKS, "card_published", [lambda said, at: followed.append((said.key, at))])
    tell([lin.person_id], at=AT, **CARD)
    with monkeypatch.context() as broken:
        failing(broken, SMTPServerDisconnected("gone"))
        send()
    assert followed == []
    send(AT + timedelta(minutes=11))
    [(key, at)] = followed
    assert key == "7.3"
    assert at >= AT + timedelta(minutes=11)


def test_a_fault_in_what_follows_does_not_send_the_mail_again(lin, monkeypatch):
    def fail(_said, _at):
        raise RuntimeError("no")

    monkeypatch.setitem(messages.HOOKS, "card_published", [fail])
    tell([lin.person_id], at=AT, **CARD)
    assert send() == 1
    assert send(AT + timedelta(hours=2)) == 0
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_send_one_mail_outside_any_transaction(monkeypatch):
    people = [reachable(name) for name in ("林小满", "陈一帆", "周一")]
    tell([user.person_id for user in people], at=AT, **CARD)
    inside: list[bool] = []
    original = EmailBackend.send_messages

    def watched(backend, written):
        inside.append(connection.in_atomic_block)
        return original(backend, written)

    monkeypatch.setattr(EmailBackend, "send_messages", watched)
    start = Barrier(2)

    def tick(_number: int) -> None:
        try:
            start.wait()
            mailing.queue_digests(AT)
            mailing.send_due(AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(tick, range(2)))
    mailing.send_due(AT)
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted(user.email for user in people)
    assert inside == [False, False, False]
    assert Delivery.objects.filter(state="delivered").count() == 3


class TestLink:
    @pytest.fixture
    def token(self, lin):
        tell([lin.person_id], at=AT, **CARD)
        send()
        return Delivery.objects.get().token

    def test_it_needs_a_log_in(self, client, token):
        went = client.get(reverse("mailed", args=[token]))
        assert went.status_code == 302
        assert went["Location"] == f"{reverse('account_login')}?next=/m/{token}/"
        assert Delivery.objects.get().opened_at is None

    def test_it_leads_its_reader_on(self, client, token, lin):
        client.force_login(lin)
        went = client.get(reverse("mailed", args=[token]))
        assert went["Location"] == reverse("message", args=[Message.objects.get().public_id])
        assert Delivery.objects.get().opened_at is not None

    def test_several_messages_lead_to_the_inbox(self, client, token, lin):
        tell([lin.person_id], at=AT, **WAITS)
        Delivery.objects.get().messages.add(Message.objects.get(kind="late_assess"))
        client.force_login(lin)
        assert client.get(reverse("mailed", args=[token]))["Location"] == reverse("inbox")

    def test_forwarded_it_is_not_there(self, client, token):
        client.force_login(reachable("陈一帆"))
        assert client.get(reverse("mailed", args=[token])).status_code == 404
        assert client.get(reverse("mailed", args=["x" * 22])).status_code == 404
        assert Delivery.objects.get().opened_at is None

    def test_nor_for_a_log_in_without_a_person(self, client, token):
        client.force_login(User.objects.create_superuser("root", password="pass"))
        assert client.get(reverse("mailed", args=[token])).status_code == 404

    def test_it_never_begins_with_the_host_of_a_request(self, token):
        assert "https://keji.example.com/m/" in mail.outbox[0].body
        assert mail.outbox[0].body.count("://") == 1
