"""A team of two agents under 赵启航, with the shipped rubric."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from reviews.rubrics import load_rubric
from tests import factories as make

OCTOBER = date(2026, 10, 1)
SHOP_TIME = datetime(2026, 10, 22, 6, 0, tzinfo=UTC)  # Thursday 14:00 in Shanghai


@pytest.fixture
def team(db) -> SimpleNamespace:
    """何静姝 and 林晚 work for 赵启航; 秦朗 leads another team; 顾宁 is HR."""
    company = make.unit("company", kind="company")
    first, second = make.unit("first", parent=company), make.unit("second", parent=company)
    presales, lead = make.position(), make.position("lead", subject_kind="supervisor")
    people = SimpleNamespace(
        jing=make.person("何静姝", unit=first, position=presales),
        wan=make.person("林晚", unit=first, position=presales),
        zhao=make.person("赵启航", unit=first, position=lead),
        qin=make.person("秦朗", unit=second, position=lead),
        gu=make.person("顾宁", unit=company, position=make.position("office", subject_kind="none")),
        company=company,
        first=first,
        second=second,
    )
    make.role(people.zhao, "supervisor", first)
    make.role(people.qin, "supervisor", second)
    make.role(people.gu, "hr", company)
    load_rubric()
    return people
