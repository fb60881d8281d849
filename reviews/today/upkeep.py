"""Rows of what keeps the months running: reviews not computed, plans, holidays, pay dates, jobs, e-mails; and
for finance the hand-overs."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reviews import pay_warnings
from reviews.completeness.wording import names_in_short
from reviews.models import Card, HandOver, PlanVersion, Review
from reviews.procedures import WORKING_DAYS
from reviews.today.cards import last_ended
from reviews.today.items import Action, Item, month_name, opens
from reviews.today.reader import Reader
from staff.calendar import Calendar, add_months, last_day_of
from staff.models import Delivery, Job, Unit
from staff.progress import title_of

PLANS_DUE = 15
DECEMBER = 12
NEWS = timedelta(days=7)
NAMED = 3


def upkeep_items(reader: Reader, *, calendar: Calendar) -> list[Item]:
    """Return these rows; at most eight queries."""
    found = _hand_overs(reader, calendar) if reader.scope.has("finance") else []
    if reader.is_hr:
        found += _not_computed(reader, calendar)
        found += _plans(reader, calendar)
        found += _jobs(reader)
        found += _mails(reader)
        found += _holidays(reader, calendar)
        found += _pay_dates(reader)
    return found


def _not_computed(reader: Reader, calendar: Calendar) -> list[Item]:
    """Return the branches whose last month has ended and has no card and nobody's reason for none."""
    month = last_ended(reader.on)
    cards = Card.objects.filter(review=OuterRef("pk"))
    computed = Review.objects.filter(Exists(cards) | Q(computed_at__isnull=False), month=month)
    units = Unit.objects.filter(reader.hr_reaches(""), reviewed=True).exclude(pk__in=computed.values("unit"))
    due = calendar.nth_after(last_day_of(month), WORKING_DAYS["assess"]).day
    late = calendar.ordinal(due, reader.on) if reader.on > due else 0
    fact = _("%(unit)s: %(month)s is not computed yet")
    return [
        Item(
            "not_computed",
            fact % {"unit": unit.name, "month": month_name(month)},
            _("There are no cards; nobody can submit."),
            due,
            late,
            opens(pgettext("action", "Run the month"), "admin:reviews_review_changelist"),
        )
        for unit in units.order_by("path")
    ]


def _plans(reader: Reader, calendar: Calendar) -> list[Item]:
    """Return the drafts of plans for coming months: published by working day 15 after the month's end."""
    if not reader.scope.everything:
        return []
    drafts = PlanVersion.objects.visible_to(reader.user, on=reader.on).filter(state=PlanVersion.State.DRAFT)
    found = []
    for version in drafts.select_related("plan").order_by("starts_on", "pk"):
        # A plan for December is published by working day 15 of November, that is after October's end.
        before = add_months(version.starts_on.replace(day=1), -2)
        due = calendar.nth_after(last_day_of(before), PLANS_DUE).day
        found.append(
            Item(
                "plan_draft",
                _("Plan “%(plan)s”, version %(number)s is still a draft")
                % {"plan": version.plan, "number": version.number},
                _("In force from %(day)s once it is published") % {"day": f"{version.starts_on:%Y-%m-%d}"},
                due,
                calendar.ordinal(due, reader.on) if reader.on > due else 0,
                opens(pgettext("action", "Open"), "admin:reviews_plan_version", version.public_id),
            )
        )
    return found


def _jobs(reader: Reader) -> list[Item]:
    """Return the work of the last days that failed and was not done since."""
    later = Job.objects.filter(kind=OuterRef("kind"), key=OuterRef("key"), pk__gt=OuterRef("pk"))
    jobs = Job.objects.visible_to(reader.user, on=reader.on).filter(
        ~Exists(later), state=Job.State.FAILED, finished_at__gte=reader.at - NEWS
    )
    kinds = list(jobs.order_by("-pk").values_list("kind", flat=True))
    if not kinds:
        return []
    fact = ngettext("%(count)s job failed", "%(count)s jobs failed", len(kinds)) % {"count": len(kinds)}
    titles = names_in_short(dict.fromkeys(title_of(kind) for kind in kinds), most=NAMED)
    return [
        Item(
            "jobs", fact, titles, None, 0, opens(pgettext("action", "Look at"), "admin:staff_job_changelist")
        )
    ]


def _mails(reader: Reader) -> list[Item]:
    """Return how many e-mails of the last days reached nobody after three attempts."""
    if not reader.scope.everything:
        return []
    failed = Delivery.objects.filter(state=Delivery.State.FAILED, created_at__gte=reader.at - NEWS)
    names = list(failed.order_by("-pk").values_list("person__name", flat=True))
    if not names:
        return []
    fact = ngettext("%(count)s e-mail was not accepted", "%(count)s e-mails were not accepted", len(names))
    why = _("%(names)s; told in the inbox only, and that is no delivery")
    who = names_in_short(dict.fromkeys(names), most=NAMED)
    return [
        Item(
            "mails",
            fact % {"count": len(names)},
            why % {"names": who},
            None,
            0,
            opens(pgettext("action", "Look at"), "admin:staff_delivery_changelist"),
        )
    ]


def _holidays(reader: Reader, calendar: Calendar) -> list[Item]:
    """From December on, ask for the next year's holidays; and for this year's as long as they are open."""
    year = reader.on.year + (reader.on.month == DECEMBER)
    if not reader.scope.everything or year in calendar.published:
        return []
    return [
        Item(
            "holidays",
            _("Holidays of %(year)s are not entered yet") % {"year": year},
            _("Until then deadlines count plain weekdays and are marked estimated"),
            max(date(year - 1, DECEMBER, 31), reader.on),
            0,
            opens(pgettext("action", "Enter"), "admin:staff_holiday_changelist"),
        )
    ]


def _pay_dates(reader: Reader) -> list[Item]:
    """Return the months whose pay is due before the results are handed over."""
    return [
        Item(
            "pay_date",
            _("%(place)s: %(fact)s")
            % {
                "place": _("%(unit)s, %(month)s")
                % {"unit": one.unit.name, "month": month_name(one.date.month)},
                "fact": _("pay is due before the hand-over"),
            },
            one.words,
            max(one.date.pay_on, reader.on),
            0,
            opens(pgettext("action", "Look at"), "admin:reviews_review_changelist"),
        )
        for one in pay_warnings.warnings(reader.user, on=reader.on)
    ]


def _hand_overs(reader: Reader, calendar: Calendar) -> list[Item]:
    """Return what HR handed over and finance has not acknowledged: counts, no amounts."""
    waiting = HandOver.objects.visible_to(reader.user, on=reader.on).filter(acknowledged_at=None)
    # A list of which every card was returned is nobody's to acknowledge.
    rows = waiting.filter(cards__gt=0)
    found = []
    for one in rows.select_related("review__unit", "made_by").order_by("made_at", "pk"):
        due = calendar.nth_after(last_day_of(one.review.month), WORKING_DAYS["pay"]).day
        fact = _("%(unit)s, %(month)s: hand-over no. %(number)s to acknowledge")
        day = timezone.localdate(one.made_at)
        people = ngettext("%(count)s person", "%(count)s people", one.cards) % {"count": one.cards}
        found.append(
            Item(
                "hand_over",
                fact
                % {"unit": one.review.unit.name, "month": month_name(one.review.month), "number": one.number},
                _("%(people)s, handed over by %(who)s on %(day)s")
                % {"people": people, "who": one.made_by.name, "day": f"{day:%m-%d}"},
                due,
                calendar.ordinal(due, reader.on) if reader.on > due else 0,
                _hand_over_page(one),
            )
        )
    return found


def _hand_over_page(one: HandOver) -> Action | None:
    """The hand-over's own page where there is one, else the review's."""
    own = opens(pgettext("action", "Acknowledge"), "admin:reviews_handover_change", one.pk)
    return own or opens(pgettext("action", "Acknowledge"), "admin:reviews_review_change", one.review_id)
