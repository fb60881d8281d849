"""What is asked for on a review's pages: a month to run, a pay date, and the filters of the table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.models import CardState, Procedure
from reviews.overview import SHOWS, Choice
from staff.calendar import add_months
from staff.models import Unit

MONTHS_OFFERED = 13
MOST_DIGITS = 6


class NewRun(forms.Form):
    """Which branch and month to compute, whether on trial, and by which procedure."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Unit"), empty_label=None)
    month = forms.ChoiceField(label=gettext_lazy("Month"))
    procedure = forms.ModelChoiceField(
        Procedure.objects.all(),
        label=gettext_lazy("Procedure"),
        required=False,
        empty_label=gettext_lazy("as set for the branch"),
    )
    trial = forms.BooleanField(label=gettext_lazy("Trial month"), required=False)

    def __init__(self, *args: Any, today: date, user: Any, **kwargs: Any) -> None:
        """Offer the branches the user looks after, and the months up to the running one."""
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(user, on=today).filter(reviewed=True)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        months = [add_months(today, -count) for count in range(MONTHS_OFFERED)]
        self.fields["month"].choices = [(f"{month:%Y-%m-%d}", f"{month:%Y-%m}") for month in months]  # type: ignore[attr-defined]
        # The month to be reviewed is the one that has just ended.
        self.fields["month"].initial = f"{add_months(today, -1):%Y-%m-%d}"


class PayOn(forms.Form):
    """When pay of a review is due."""

    pay_on = forms.DateField(
        label=gettext_lazy("Pay is due on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def choice_of(data: Mapping[str, Any]) -> Choice:
    """Return what a form or an address asks for; nonsense is ignored."""
    page, state, show = (str(data.get(name, "")) for name in ("page", "state", "show"))
    return Choice(
        state=state if state in CardState.values else "",
        show=show if show in SHOWS else "",
        unit=str(data.get("unit", ""))[:100],
        search=str(data.get("q", "")).strip()[:60],
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < MOST_DIGITS else 1,
    )


def address_of(choice: Choice, **changed: Any) -> str:
    """Return the address of the table with some of its filters changed."""
    fields = {**fields_of(choice), **changed}
    return f"?{urlencode({name: value for name, value in fields.items() if value})}#cards"


def fields_of(choice: Choice) -> dict[str, str]:
    """Return the filters as fields of a form."""
    return {"state": choice.state, "show": choice.show, "unit": choice.unit, "q": choice.search}


def words_of_shows() -> dict[str, str]:
    """Name the filters of the table; the empty one shows all."""
    return {
        "": _("All"),
        "gaps": _("Lines open"),
        "late": _("Late"),
        "look": _("Needs eyes"),
        "low": _("Below 80"),
        "mine": _("My turn"),
        "returned": _("Returned"),
        "aside": _("Set aside"),
    }
