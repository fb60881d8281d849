"""What changes in staff beyond plain reference data."""

from staff.services.attendance import (
    AttendanceRow,
    plan_attendance,
    record_attendance,
    take_back_attendance,
)
from staff.services.calendar_seed import publish_year, seed_calendar
from staff.services.logins import make_login, renew_password, speak
from staff.services.outcome import Change, Outcome, Problem, SheetRefused, Words
from staff.services.people import upsert_people
from staff.services.people_plan import PersonRow, plan_people
from staff.services.shifts import ShiftRow, plan_shifts, record_shifts
from staff.services.shops import shops_looked_after
from staff.services.tokens import issue_token, note_use, revoke_token, token_of
from staff.services.units import place_unit

__all__ = [
    "AttendanceRow",
    "Change",
    "Outcome",
    "PersonRow",
    "Problem",
    "SheetRefused",
    "ShiftRow",
    "Words",
    "issue_token",
    "make_login",
    "note_use",
    "place_unit",
    "plan_attendance",
    "plan_people",
    "plan_shifts",
    "publish_year",
    "record_attendance",
    "record_shifts",
    "renew_password",
    "revoke_token",
    "seed_calendar",
    "shops_looked_after",
    "speak",
    "take_back_attendance",
    "token_of",
    "upsert_people",
]
