"""Tokens: made and shown once by HR, told by their hash, with one scope and one shop, dead when they end."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from reviews.api.tokens import Failures
from staff.models import ApiToken, RoleHolding
from staff.services import revoke_token, token_of
from tests.reviews.api.conftest import URL, row, token_for

pytestmark = pytest.mark.django_db
LIST = "/admin/staff/apitoken/"


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


def last_day(days=30):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.fixture
def hr(client, place):
    client.force_login(place.hr.users.get())
    return client


class TestScope:
    def test_a_token_to_read_does_not_write(self, send, reader):
        assert send({"rows": [row()]}, token=reader).status_code == 403

    def test_a_token_to_write_does_not_read(self, fetch, writer):
        assert fetch(token=writer, month="2026-10").status_code == 403

    def test_another_shop_is_missing(self, client, fetch, place, writer):
        foreign, missing = (fetch(month="2026-10", shop=number) for number in (place.other.pk, 999_999))
        assert (foreign.status_code, foreign.content) == (404, missing.content)
        headers = bearer(writer.secret) | {"Idempotency-Key": "a"}
        body = json.dumps({"rows": [row()]})
        address = f"{URL}?shop={place.other.pk}"
        assert client.post(address, body, content_type="application/json", headers=headers).status_code == 404
        assert fetch(month="2026-10", shop=place.shop.pk).status_code == 200

    @pytest.mark.parametrize("address", ["/api/cards/", "/api/schema/", "/admin/", "/"])
    def test_it_opens_nothing_else(self, client, reader, address):
        assert client.get(address, headers=bearer(reader.secret)).status_code in (302, 401, 403, 404)

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_other_methods_change_nothing(self, client, writer, method):
        answer = getattr(client, method)(URL, headers=bearer(writer.secret))
        assert answer.status_code == 405


class TestDoor:
    @pytest.mark.parametrize(
        "header",
        [
            pytest.param(None, id="none"),
            pytest.param("", id="blank"),
            pytest.param("Bearer", id="no token"),
            pytest.param("Bearer ", id="a blank token"),
            pytest.param("Bearer keji_x", id="no such token"),
            pytest.param("Bearer keji_x y", id="two words"),
            pytest.param("Basic aHI6cGFzcw==", id="another scheme"),
            pytest.param("Bearer ÿ", id="not ASCII"),
        ],
    )
    def test_OBJ_01_nobody_gets_in(self, client, place, header):
        headers = {} if header is None else {"Authorization": header}
        for method in ("get", "head", "options", "post", "put", "patch", "delete"):
            answer = getattr(client, method)(URL, headers=headers)
            assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")

    def test_whatever_is_wrong_with_a_token_is_answered_alike(self, client, place):
        now = timezone.now()
        revoked, expired, leavers = (token_for(place.shop, place.hr, scope="read") for _ in range(3))
        revoke_token(revoked.row, at=now)
        ApiToken.objects.filter(pk=expired.row.pk).update(expires_at=now)
        far = token_for(place.other, place.far_hr, scope="read")
        place.far_hr.users.update(is_active=False)
        answers = [
            client.get(URL, {"month": "2026-10"}, headers=bearer(secret))
            for secret in (revoked.secret, expired.secret, far.secret, "keji_garbage", leavers.secret[:-1])
        ]
        assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
        assert client.get(URL, {"month": "2026-10"}, headers=bearer(leavers.secret)).status_code == 200

    @pytest.mark.parametrize("ends", ["the log-in", "the role"])
    def test_SES_04_a_token_dies_with_its_makers_log_in_or_role(self, client, place, reader, ends):
        assert client.get(URL, {"month": "2026-10"}, headers=bearer(reader.secret)).status_code == 200
        if ends == "the log-in":
            place.hr.users.update(is_active=False)
        else:
            RoleHolding.objects.filter(person=place.hr).update(ends_on=timezone.localdate())
        assert client.get(URL, {"month": "2026-10"}, headers=bearer(reader.secret)).status_code == 401

    def test_guesses_are_throttled_and_a_true_token_is_not(self, client, place, reader, monkeypatch):
        monkeypatch.setattr(Failures, "rate", "3/min")
        statuses = [client.get(URL, headers=bearer(f"keji_{n}")).status_code for n in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        assert client.get(URL, {"month": "2026-10"}, headers=bearer(reader.secret)).status_code == 200

    @pytest.mark.parametrize("who", ["hr", "agent"])
    def test_a_log_in_never_writes(self, client, place, who):
        client.force_login(getattr(place, who).users.get())
        body = json.dumps({"rows": [row()]})
        answer = client.post(URL, body, content_type="application/json", headers={"Idempotency-Key": "a"})
        assert answer.status_code == 403

    def test_a_log_in_without_the_role_does_not_read(self, client, place):
        client.force_login(place.agent.users.get())
        assert client.get(URL, {"month": "2026-10", "shop": place.shop.pk}).status_code == 403

    def test_its_use_is_noted_at_most_once_a_minute(self, fetch, reader):
        fetch(month="2026-10")
        first = ApiToken.objects.get(pk=reader.row.pk).used_at
        fetch(month="2026-10")
        assert ApiToken.objects.get(pk=reader.row.pk).used_at == first
        ApiToken.objects.update(used_at=first - timedelta(minutes=2))
        fetch(month="2026-10")
        assert ApiToken.objects.get(pk=reader.row.pk).used_at >= first


class TestAdmin:
    def make(self, hr, place, **changed):
        form = {"name": "ERP", "shop": place.shop.pk, "scope": "write", "last_day": last_day()} | changed
        return hr.post(f"{LIST}add/", form)

    def test_the_secret_is_shown_once_and_only_its_hash_is_kept(self, hr, place):
        answer = self.make(hr, place)
        token = ApiToken.objects.get()
        secret = next(word for word in answer.content.decode().split("code>") if word.startswith("keji_"))[
            :-2
        ]
        assert token_of(secret, at=timezone.now()) == token
        assert "no-store" in answer["Cache-Control"]
        assert (token.made_by.person, token.scope, token.hint) == (place.hr, "write", secret[:11])
        for address in (LIST, f"{LIST}{token.pk}/change/", f"{LIST}{token.pk}/history/"):
            page = hr.get(address, follow=True).content.decode()
            assert secret not in page
            assert token.digest not in page
        assert f"{token.hint}…" in hr.get(LIST).content.decode()

    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param({"last_day": last_day(365)}, id="more than a year"),
            pytest.param({"last_day": last_day(-1)}, id="yesterday"),
            pytest.param({"scope": "all"}, id="another scope"),
            pytest.param({"name": ""}, id="no name"),
        ],
    )
    def test_a_wrong_form_makes_none(self, hr, place, wrong):
        assert self.make(hr, place, **wrong).status_code == 200
        assert not ApiToken.objects.exists()

    def test_another_branch_s_shop_is_no_choice(self, hr, place):
        self.make(hr, place, shop=place.other.pk)
        assert not ApiToken.objects.exists()
        with pytest.raises(ValidationError):
            token_for(place.other, place.hr)

    def test_WF_07_only_what_is_asked_for_is_taken(self, hr, place):
        self.make(hr, place, digest="x", hint="x", made_by=place.far_hr.users.get().pk, used_at="2026-01-01")
        token = ApiToken.objects.get()
        assert (token.hint[:5], token.made_by.person, token.used_at) == ("keji_", place.hr, None)

    def test_it_is_revoked_by_post_and_stays(self, hr, client, place, reader):
        address = f"{LIST}{reader.row.pk}/revoke"
        assert "吊销" in hr.get(address, follow=True).content.decode()
        assert ApiToken.objects.get(pk=reader.row.pk).revoked_at is None
        hr.post(f"{address}/")
        revoked = ApiToken.objects.get(pk=reader.row.pk)
        assert revoked.revoked_at
        hr.post(f"{address}/")
        assert ApiToken.objects.get(pk=reader.row.pk).revoked_at == revoked.revoked_at
        hr.logout()
        assert client.get(URL, {"month": "2026-10"}, headers=bearer(reader.secret)).status_code == 401

    def test_it_is_never_changed_or_deleted(self, hr, reader):
        assert hr.post(f"{LIST}{reader.row.pk}/delete/", {"post": "yes"}).status_code in (403, 404)
        hr.post(f"{LIST}{reader.row.pk}/change/", {"name": "x", "scope": "write"})
        kept = ApiToken.objects.get(pk=reader.row.pk)
        assert (kept.name, kept.scope) == ("BI", "read")

    def test_another_branch_s_token_is_missing(self, client, place, reader):
        client.force_login(place.far_hr.users.get())
        for tail in ("change/", "revoke/"):
            foreign = client.get(f"{LIST}{reader.row.pk}/{tail}", follow=True)
            missing = client.get(f"{LIST}999999/{tail}", follow=True)
            assert foreign.status_code == missing.status_code
        assert client.post(f"{LIST}{reader.row.pk}/revoke/").status_code == 404
        assert reader.row.hint not in client.get(LIST).content.decode()

    def test_the_list_has_a_budget(self, hr, place, django_assert_max_num_queries):
        for number in range(3):
            token_for(place.shop, place.hr, name=f"T{number}")
        with django_assert_max_num_queries(20):
            hr.get(LIST)
        for number in range(20):
            token_for(place.shop, place.hr, name=f"U{number}")
        with django_assert_max_num_queries(20):
            hr.get(LIST)


def test_the_description_of_the_API_is_valid_and_names_the_token(tmp_path):
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out)
    described = json.loads(out.getvalue())
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    figures = described["paths"][URL]
    assert set(figures) == {"get", "post"}
    assert {"200", "400", "409", "413", "415", "422", "401", "403", "404"} <= set(
        figures["post"]["responses"]
    )
    assert {"token": []} in figures["get"]["security"]
