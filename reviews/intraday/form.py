"""The short form of an hour's top three, the same on the phone and in the administration."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews.intraday.leaders import PLACES, LeaderGiven
from staff.models import Person

NAMES = {1: _("First"), 2: _("Second"), 3: _("Third")}


def day_of(request: HttpRequest, *, today: date) -> date:
    """Return the day asked for by `day=2026-11-11`, never one to come; else today."""
    try:
        asked = date.fromisoformat(request.GET.get("day") or request.POST.get("day") or "")
    except ValueError:
        return today
    return min(asked, today)


class LeadersForm(forms.Form):
    """An hour and who stood first to third in it, with sales where they are known."""

    hour = forms.TypedChoiceField(
        label=_("Hour"), coerce=int, choices=[(hour, f"{hour:02}:00–{hour + 1:02}:00") for hour in range(24)]
    )

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        """Offer the people who may be picked."""
        super().__init__(*args, **kwargs)
        for place in PLACES:
            self.fields[f"person_{place}"] = forms.ModelChoiceField(
                people, label=NAMES[place], required=False, empty_label=_("nobody")
            )
            self.fields[f"sales_{place}"] = forms.DecimalField(
                label=_("Sales, CNY (if known)"),
                required=False,
                min_value=0,
                max_digits=14,
                decimal_places=2,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """The fields of each place: person and sales."""
        return [(self[f"person_{place}"], self[f"sales_{place}"]) for place in PLACES]

    def clean(self) -> dict[str, Any]:
        """Refuse sales of nobody."""
        data = super().clean() or {}
        for place in PLACES:
            if data.get(f"sales_{place}") is not None and data.get(f"person_{place}") is None:
                self.add_error(f"person_{place}", _("Choose whose sales these are."))
        return data

    def given(self) -> list[LeaderGiven]:
        """Return the places that are filled."""
        data = self.cleaned_data
        return [
            LeaderGiven(place, data[f"person_{place}"].pk, data[f"sales_{place}"])
            for place in PLACES
            if data[f"person_{place}"]
        ]
