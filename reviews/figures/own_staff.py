"""Our own sheets about people: who they are, exam marks, shifts, attendance, events; and columns all own sheets share."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from reviews.figures.columns import ACCOUNT, DAY, LAST_DAY, NAME, STAFF_NO, Column, Format, Kind, Unit
from reviews.figures.sources import OWN

EXAM_KINDS = {
    "产品知识": "product",
    "岗位技能": "skills",
    "Product knowledge": "product",
    "Job skills": "skills",
}
EMPLOYMENT_KINDS = {
    "全职": "full",
    "试用期": "trial",
    "兼职": "part_time",
    "实习": "intern",
    "临时": "temporary",
    "外包": "outsourced",
    "Full-time": "full",
    "Trial period": "trial",
    "Part-time": "part_time",
    "Intern": "intern",
    "Temporary": "temporary",
    "Outsourced": "outsourced",
}
YES_NO = {"是": "yes", "否": "no", "Yes": "yes", "No": "no"}
EVENT_KINDS = {
    "纠纷": "dispute",
    "投诉": "complaint",
    "差评": "negative",
    "好评": "praise",
    "Dispute": "dispute",
    "Complaint": "complaint",
    "Negative review": "negative",
    "Praising review": "praise",
}
CAUSES = {
    "买家": "buyer",
    "物流": "logistics",
    "商品": "goods",
    "服务": "service",
    "Buyer": "buyer",
    "Logistics": "logistics",
    "Goods": "goods",
    "Service": "service",
}
WHO = _("As in the list of people; zeros in front stay.")
NOT_CHECKED = _("For reading only; people are found by their number.")
LEFT_EMPTY = _("Empty if not known; an empty cell is not 0.")

STAFF_NO_COLUMN = Column(
    "工号", STAFF_NO, Unit.TEXT, required=True, also=("Staff number",), note=WHO, example="0017"
)
NAME_COLUMN = Column("姓名", NAME, Unit.TEXT, also=("Name",), note=NOT_CHECKED)
DAY_COLUMN = Column("日期", DAY, Unit.DAY, required=True, also=("Date",), example=date(2026, 10, 1))
LAST_DAY_COLUMN = Column(
    "结束日期",
    LAST_DAY,
    Unit.DAY,
    also=("Last day",),
    note=_("Only where a row stands for several days of one month."),
)


EXAMS_FORMAT = Format(
    "own_exams",
    "own template: exam marks",
    Kind.EXAMS,
    (
        Column(
            "工号",
            STAFF_NO,
            Unit.TEXT,
            required=True,
            also=("Staff number",),
            note=WHO,
            example="0017",
        ),
        NAME_COLUMN,
        Column(
            "考试",
            "exam",
            Unit.TEXT,
            required=True,
            also=("Exam",),
            choices=EXAM_KINDS,
            note=_("Product knowledge or Job skills."),
            example="产品知识",
        ),
        Column(
            "考试日期",
            DAY,
            Unit.DAY,
            required=True,
            also=("Sat on",),
            example=date(2026, 10, 20),
        ),
        Column(
            "得分",
            "mark",
            Unit.MARK,
            required=True,
            also=("Mark",),
            example=Decimal(92),
        ),
        Column(
            "满分",
            "full_mark",
            Unit.MARK,
            also=("Full mark",),
            note=_("100 where left empty."),
            example=Decimal(100),
        ),
    ),
    title=_("Exam marks"),
    own=True,
)

SHIFTS_FORMAT = Format(
    "own_shifts",
    "own template: shifts",
    Kind.SHIFTS,
    (
        Column(
            "工号",
            STAFF_NO,
            Unit.TEXT,
            required=True,
            also=("Staff number",),
            note=WHO,
            example="0017",
        ),
        NAME_COLUMN,
        Column(
            "日期",
            DAY,
            Unit.DAY,
            required=True,
            also=("Date",),
            example=date(2026, 10, 1),
        ),
        Column(
            "上班",
            "starts",
            Unit.CLOCK,
            required=True,
            also=("Starts",),
            example=time(9, 0),
        ),
        Column(
            "下班",
            "ends",
            Unit.CLOCK,
            required=True,
            also=("Ends",),
            note=_("Not later than the start means the next day."),
            example=time(18, 0),
        ),
        Column(
            "班次",
            "shift",
            Unit.TEXT,
            also=("Shift",),
            note=_("Code or name of a shift type."),
        ),
    ),
    title=_("Shifts"),
    own=True,
)

ATTENDANCE_FORMAT = Format(
    "own_attendance",
    "own template: attendance",
    Kind.ATTENDANCE,
    (
        STAFF_NO_COLUMN,
        NAME_COLUMN,
        DAY_COLUMN,
        Column(
            "出勤",
            "present",
            Unit.TEXT,
            required=True,
            also=("Present",),
            choices=YES_NO,
            note=_("Yes or No; a rest day has no row."),
            example="是",
        ),
        Column("迟到次数", "late", required=True, also=("Times late",), example=0),
        Column("旷工次数", "absent", required=True, also=("Times absent",), example=0),
    ),
    title=_("Attendance"),
    source=OWN,
    own=True,
)

EVENTS_FORMAT = Format(
    "own_events",
    "own template: events",
    Kind.EVENTS,
    (
        STAFF_NO_COLUMN,
        NAME_COLUMN,
        DAY_COLUMN,
        Column(
            "类型",
            "event",
            Unit.TEXT,
            required=True,
            also=("Kind",),
            choices=EVENT_KINDS,
            note=_("Dispute, Complaint, Negative review or Praising review."),
            example="纠纷",
        ),
        Column(
            "订单编号",
            "order",
            Unit.TEXT,
            also=("Order number",),
            note=_("Events of one order count once; only its last four characters are kept readable."),
        ),
        Column(
            "经过",
            "story",
            Unit.TEXT,
            required=True,
            also=("What happened",),
            note=_("One sentence; phone numbers and addresses are masked."),
            example="买家称收到的颜色与描述不符",
        ),
        Column("原因", "cause", Unit.TEXT, also=("Cause",), choices=CAUSES, note=LEFT_EMPTY),
        Column("处理", "handling", Unit.TEXT, also=("Handling",)),
    ),
    title=_("Disputes and reviews"),
    own=True,
)

PEOPLE_FORMAT = Format(
    "own_people",
    "own template: people",
    Kind.PEOPLE,
    (
        Column(
            "工号",
            STAFF_NO,
            Unit.TEXT,
            required=True,
            also=("Staff number",),
            note=WHO,
            example="0017",
        ),
        Column("姓名", NAME, Unit.TEXT, required=True, also=("Name",), example="李秀英"),
        Column(
            "入职日期",
            "hired_on",
            Unit.DAY,
            required=True,
            also=("Hired on",),
            example=date(2026, 3, 2),
        ),
        Column(
            "组",
            "unit",
            Unit.TEXT,
            required=True,
            also=("Unit",),
            note=_("Code or name of a unit."),
        ),
        Column(
            "岗位",
            "position",
            Unit.TEXT,
            required=True,
            also=("Position",),
            note=_("Code or name of a position."),
        ),
        Column(
            "级别",
            "level",
            Unit.TEXT,
            also=("Pay level",),
            note=_("Code or name of a pay level."),
        ),
        Column(
            "用工性质",
            "employment_kind",
            Unit.TEXT,
            also=("Employment kind",),
            choices=EMPLOYMENT_KINDS,
            example="全职",
        ),
        Column(
            "生效日期",
            "starts_on",
            Unit.DAY,
            also=("Starts on",),
            note=_("The day unit, position and level hold from; the hire date where left empty."),
        ),
        Column("平台账号", ACCOUNT, Unit.TEXT, also=("Platform account",)),
        Column("手机", "phone", Unit.TEXT, also=("Phone",)),
    ),
    title=_("People"),
    own=True,
)
