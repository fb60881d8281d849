"""钉钉 每日统计: who came, who was late. Its header takes two rows, groups over the columns of each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reviews.figures.columns import DAY, NAME, STAFF_NO, Column, Format, Kind, Unit
from reviews.figures.sources import DINGTALK

DINGTALK_FORMAT = Format(
    DINGTALK,
    "钉钉 每日统计",
    Kind.ATTENDANCE,
    (
        Column("姓名", NAME, Unit.TEXT),
        Column("考勤组", "", Unit.TEXT),
        Column("部门", "", Unit.TEXT),
        Column("工号", STAFF_NO, Unit.TEXT, required=True),
        Column("职位", "", Unit.TEXT),
        Column("UserId", "", Unit.TEXT),
        Column("日期", DAY, Unit.DAY, required=True),
        Column("班次", "shift", Unit.TEXT),
        Column("上班1打卡时间", "", Unit.TEXT),
        Column("上班1打卡结果", "came", Unit.TEXT),
        Column("下班1打卡时间", "", Unit.TEXT),
        Column("下班1打卡结果", "went", Unit.TEXT),
        Column("出勤天数", "present_days", Unit.DAYS, required=True),
        Column("迟到次数", "late", required=True),
        Column("迟到时长", "", Unit.SECONDS, also=("迟到时长(分钟)",)),
        Column("旷工天数", "absent_days", Unit.DAYS, required=True),
    ),
    title=_("DingTalk days"),
    source=DINGTALK,
    two_rows=True,
)
