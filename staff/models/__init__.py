"""Staff's tables."""

from staff.models.history import AuditEvent, AuditText
from staff.models.jobs import Job, JobStep
from staff.models.levels import (
    AccountHolder,
    Assignment,
    Deputy,
    EmploymentKind,
    Level,
    LevelAmount,
    PlatformAccount,
    Position,
    Role,
    RoleHolding,
)
from staff.models.messages import Delivery, Message
from staff.models.people import Employment, Person, Shop, Unit, User
from staff.models.sheets import SheetImport, SheetPart
from staff.models.shifts import Attendance, CalendarYear, Holiday, Leave, Shift, ShiftType
from staff.models.tokens import ApiToken

__all__ = [
    "AccountHolder",
    "ApiToken",
    "Assignment",
    "Attendance",
    "AuditEvent",
    "AuditText",
    "CalendarYear",
    "Delivery",
    "Deputy",
    "Employment",
    "EmploymentKind",
    "Holiday",
    "Job",
    "JobStep",
    "Leave",
    "Level",
    "LevelAmount",
    "Message",
    "Person",
    "PlatformAccount",
    "Position",
    "Role",
    "RoleHolding",
    "SheetImport",
    "SheetPart",
    "Shift",
    "ShiftType",
    "Shop",
    "Unit",
    "User",
]
