"""A shop with its HR and its tokens, and the API as a program calls it."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.utils import timezone

from staff.models import ApiToken
from staff.services import issue_token
from tests import factories

URL = "/api/figures/"


def token_for(shop, by, scope="write", name="ERP", days=30):
    token = ApiToken(name=name, shop=shop, scope=scope, expires_at=timezone.now() + timedelta(days=days))
    secret = issue_token(token, by=by.users.get(), at=timezone.now())
    return SimpleNamespace(secret=secret, row=token)


@pytest.fixture(autouse=True)
def _nobody_asked_before():
    cache.clear()


@pytest.fixture
def place(db):
    """Two shops in two branches, each with its HR; 李秀英 works in the first, 石磊 in the second."""
    root = factories.unit("company", kind="company")
    shop, other = factories.shop(), factories.shop("另一家店")
    branch = factories.unit("branch", parent=root, shop=shop, kind="branch")
    far = factories.unit("far", parent=root, shop=other, kind="branch")
    work = factories.position()
    hr = factories.person("韩雪", staff_no="hr")
    factories.role(hr, "hr", branch)
    far_hr = factories.person("罗海", staff_no="far_hr")
    factories.role(far_hr, "hr", far)
    return SimpleNamespace(
        shop=shop,
        other=other,
        branch=branch,
        hr=hr,
        far_hr=far_hr,
        agent=factories.person("李秀英", staff_no="0017", unit=branch, position=work),
        stranger=factories.person("石磊", staff_no="0099", unit=far, position=work),
    )


@pytest.fixture
def writer(place):
    return token_for(place.shop, place.hr)


@pytest.fixture
def reader(place):
    return token_for(place.shop, place.hr, scope="read", name="BI")


@pytest.fixture
def send(client, writer):
    """Post a body with a key of its own, unless they are given."""
    keys = iter(range(1000))

    def post(body, *, key=None, token=writer, language="en", **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {token.secret}", "Accept-Language": language} | headers
        given |= {"Idempotency-Key": key or f"key-{next(keys)}"}
        return client.post(URL, raw, content_type="application/json", headers=given)

    return post


@pytest.fixture
def fetch(client, reader):
    def get(token=reader, language="en", **filters):
        headers = {"Authorization": f"Bearer {token.secret}", "Accept-Language": language}
        return client.get(URL, filters, headers=headers)

    return get


def row(account="示例旗舰店:小雅", **more):
    return {"date": "2026-10-01", "account": account, "sales": "2637.68", "inquiries": 49} | more
