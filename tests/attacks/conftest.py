"""The company of the staff tests, under attack."""

from tests.staff.conftest import company, login

__all__ = ["company", "login"]
