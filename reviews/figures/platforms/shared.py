"""What the platforms' formats share: the column of dates, and rates that are known by their parts."""

from __future__ import annotations

from reviews.figures.columns import DAY, Column, RateCheck, Unit

# Platforms name the days in the file's name; a sheet of several days has them in a column instead.
DATE_COLUMN = Column("日期", DAY, Unit.DAY, also=("统计日期", "数据日期", "Date"))

CONVERSION = RateCheck("inquiry_conversion", "paid_inquiries", "inquiries")
REPLIES = RateCheck("reply_rate", "unanswered", "receptions", complement=True)
ANSWERS = RateCheck("answer_ratio", "messages_out", "messages_in")
SATISFACTION = RateCheck("satisfaction_rate", "satisfied", "rated")
