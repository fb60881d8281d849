"""A company with two teams of agents, one branch beside it, and those who plan or read the plan."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client

from reviews.year_targets.saving import start_plan
from tests import factories

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = date(2026, 11, 20)
MARCH = date(2027, 3, 1)


@pytest.fixture
def firm(db):
    """Two teams under a branch: 林, 陈 and 周 sell in the first, 吴 in the second, who leaves on 16 March 2027."""
    root = factories.unit("CO", kind="company")
    branch = factories.unit("B1", parent=root, shop=factories.shop(), kind="branch", reviewed=True)
    first, second = factories.unit("T1", parent=branch), factories.unit("T2", parent=branch)
    other = factories.unit("B2", parent=root, kind="branch")
    work = factories.position("presales")
    office = factories.position("office", subject_kind="none")
    junior, senior = (
        factories.level(work),
        factories.level(work, base="7000.00", performance="3000.00", rank=2),
    )

    def someone(name, number, unit, role=None, position=office, **more):
        made = factories.person(name, staff_no=number, unit=unit, position=position, **more)
        if role:
            factories.role(made, role, unit)
        return made

    return SimpleNamespace(
        root=root,
        branch=branch,
        first=first,
        second=second,
        other=other,
        shop=branch.shop,
        lin=someone("林娜", "A1", first, position=work, level=junior),
        chen=someone("陈晨", "A2", first, position=work, level=senior),
        zhou=someone("周敏", "A3", first, position=work),
        wu=someone("吴刚", "A4", second, position=work, level=junior, left=date(2027, 3, 16)),
        hr=someone("韩雪", "hr", root, "hr"),
        branch_hr=someone("蒋欣", "branch_hr", branch, "hr"),
        other_hr=someone("郑芳", "other_hr", other, "hr"),
        director=someone("何俊", "director", root, "director"),
        manager=someone("沈国栋", "manager", branch, "manager"),
        supervisor=someone("王磊", "supervisor", first, "supervisor"),
    )


@pytest.fixture
def started(firm):
    """Start a plan for 2027 of a unit, 1,200,000.00 in equal parts unless said otherwise."""

    def start(unit=None, amount="1200000.00", key="equal", on=TODAY, **more):
        root, _saved = start_plan(
            unit=unit or firm.branch,
            year=2027,
            amount=Decimal(amount),
            key=key,
            by=firm.hr.users.get(),
            at=NOW,
            on=on,
            **more,
        )
        return root

    return start


@pytest.fixture
def login(firm):
    """Log somebody of the firm in, in Chinese unless said otherwise."""

    def enter(name: str, language: str = "zh-hans") -> Client:
        user = getattr(firm, name).users.get()
        user.language = language
        user.save(update_fields=["language"])
        client = Client()
        client.force_login(user)
        return client

    return enter
