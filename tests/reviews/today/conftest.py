"""The company of the month's tests with a second branch that has its own HR."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from staff.models import CalendarYear
from tests import factories
from tests.reviews import people


@pytest.fixture(autouse=True)
def _nothing_kept():
    """What the page keeps of the figures belongs to one test."""
    cache.clear()


@pytest.fixture
def firm(db):
    """The company, its year's holidays published."""
    CalendarYear.objects.create(year=2026, published=True)
    return people.company()


@pytest.fixture
def other_hr(firm):
    """HR of another branch, which has nothing to do with the first."""
    branch = factories.unit(
        "other", parent=firm.root, kind="branch", shop=factories.shop("另一家店"), reviewed=True
    )
    office = factories.position("office", subject_kind="none")
    person = factories.person("郑人事", unit=branch, position=office)
    factories.role(person, "hr", branch)
    return person
