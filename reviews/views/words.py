"""Days, hours and people's names as the portal says them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

WEEKDAYS = (
    pgettext_lazy("weekday", "Mon"),
    pgettext_lazy("weekday", "Tue"),
    pgettext_lazy("weekday", "Wed"),
    pgettext_lazy("weekday", "Thu"),
    pgettext_lazy("weekday", "Fri"),
    pgettext_lazy("weekday", "Sat"),
    pgettext_lazy("weekday", "Sun"),
)
SECONDS_AN_HOUR = 3600
HOURS_A_DAY = 24
LONGEST_FULL_NAME = 3
NOON, EVENING = 12, 18


def short_day(day: date) -> str:
    """Write a day without its year: `11月10日`, `10 Nov`."""
    return date_format(day, "MONTH_DAY_FORMAT")


def day_words(day: date) -> str:
    """Write a day on which somebody must act: `11月10日（周二）`, `Tue 10 Nov`."""
    return _("%(weekday)s %(day)s") % {"weekday": WEEKDAYS[day.weekday()], "day": short_day(day)}


def moment_words(at: datetime) -> str:
    """Write the hour by which somebody must act: `11月10日（周二）18:00`, `Tue 10 Nov, 18:00`."""
    local = timezone.localtime(at)
    return _("%(day)s, %(time)s") % {
        "day": day_words(local.date()),
        "time": date_format(local, "TIME_FORMAT"),
    }


def minute_words(at: datetime) -> str:
    """Write when something happened: `11月9日 09:32`, `9 Nov 09:32`."""
    local = timezone.localtime(at)
    return f"{short_day(local.date())} {date_format(local, 'TIME_FORMAT')}"


def left_words(span: timedelta) -> str:
    """Write what is left until a deadline, in days and whole hours: `1 天 8 小时`."""
    hours = max(int(span.total_seconds()) // SECONDS_AN_HOUR, 0)
    days, hours = divmod(hours, HOURS_A_DAY)
    parts = []
    if days:
        parts.append(ngettext("%(count)s day", "%(count)s days", days) % {"count": days})
    if hours:
        parts.append(ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours})
    return " ".join(parts) or _("less than an hour")


def month_words(month: date) -> str:
    """Write a month: `2026年10月`, `October 2026`."""
    return date_format(month, "YEAR_MONTH_FORMAT")


def month_name(month: date) -> str:
    """Write a month without its year: `10月`, `October`."""
    return date_format(month, pgettext("date format of a month's name", "F"))


def given_name(name: str) -> str:
    """Return how colleagues call somebody: a Chinese name without its family name, another as it is."""
    chinese = all("\u4e00" <= sign <= "\u9fff" for sign in name)
    return name[1:] if chinese and len(name) == LONGEST_FULL_NAME else name


def greeting(name: str, *, at: datetime) -> str:
    """Greet somebody by the hour of the day."""
    hour = timezone.localtime(at).hour
    if hour < NOON:
        return _("Good morning, %(name)s") % {"name": name}
    if hour < EVENING:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


def listed(names: Sequence[str], *, most: int = 0) -> str:
    """Write names in a row: `王倩、李维`, `Wang, Li`; with `most`, the others are counted."""
    shown = list(names)[:most] if most else list(names)
    said = pgettext("list", ", ").join(shown)
    if rest := len(names) - len(shown):
        return _("%(names)s and %(count)s more") % {"names": said, "count": rest}
    return said
