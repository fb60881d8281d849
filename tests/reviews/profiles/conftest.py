"""HR, a shop, and a sheet that no shipped format knows."""

import pytest

from staff.models import User
from tests import factories
from tests.reviews.figures.sheets import xlsx
from tests.reviews.profiles.door import SHEET, row


@pytest.fixture
def company():
    return factories.unit("CO", kind="company")


@pytest.fixture
def shop(company):
    found = factories.shop()
    factories.unit("B1", parent=company, shop=found, kind="branch")
    return found


@pytest.fixture
def login(client, company):
    def as_role(role, unit=company, staff_no="0009"):
        person = factories.person("韩雪", staff_no=staff_no)
        if role:
            factories.role(person, role, unit)
        client.force_login(User.objects.get(person=person))
        return client

    return as_role


@pytest.fixture
def hr(login):
    return login("hr")


@pytest.fixture
def sheet(tmp_path):
    return xlsx(tmp_path / "自建日报_20261001.xlsx", SHEET, row(), row("店:小潘", 88, "1,200"), row("汇总"))
