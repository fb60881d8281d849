"""A company with one branch of two teams, and everybody who has a role in it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from tests import factories


@pytest.fixture
def company(db):
    """The company: HR, finance, general office, manager, director, supervisor, two agents and a trainer."""
    root = factories.unit("company", kind="company")
    shop = factories.shop()
    branch = factories.unit("branch", parent=root, shop=shop, kind="branch", reviewed=True)
    team = factories.unit("team", parent=branch)
    other = factories.unit("other", parent=root, kind="branch")
    work = factories.position("presales")
    level = factories.level(work)
    lead = factories.position("supervisor", subject_kind="supervisor")
    office = factories.position("office", subject_kind="none")

    def someone(name, number, unit, position, role=None, over=None, level=None):
        made = factories.person(name, staff_no=number, unit=unit, position=position, level=level)
        if role:
            factories.role(made, role, over or unit)
        return made

    return SimpleNamespace(
        root=root,
        branch=branch,
        team=team,
        other=other,
        shop=shop,
        presales=work,
        level=level,
        hr=someone("韩雪", "hr", root, office, "hr"),
        finance=someone("顾晓明", "finance", root, office, "finance"),
        general_office=someone("何总", "general_office", root, office, "general_office"),
        director=someone("何俊", "director", root, lead, "director"),
        manager=someone("沈国栋", "manager", branch, lead, "manager"),
        supervisor=someone("陈立", "supervisor", team, lead, "supervisor"),
        trainer=someone("罗海", "trainer", root, office, "trainer"),
        agent=someone("李秀英", "agent", team, work, level=level),
        colleague=someone("王伟", "colleague", team, work, level=level),
        stranger=someone("石磊", "stranger", other, work, level=level),
    )


@pytest.fixture
def login(company):
    """Log somebody of the company in by role, in Chinese unless said otherwise."""

    def enter(name: str, language: str = "zh-hans") -> Client:
        user = getattr(company, name).users.get()
        user.language = language
        user.save(update_fields=["language"])
        client = Client()
        client.force_login(user)
        return client

    return enter
