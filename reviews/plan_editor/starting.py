"""The small form that starts a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reviews.models import Plan
from reviews.scoring import plan as core
from reviews.shipped import SHIPPED

NOTHING = ""


def first_of_next_month(day: date) -> date:
    """Return the first day of the month after a day's."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def empty_plan(*, code: str, name_zh: str, name_en: str, source: str) -> core.Plan:
    """Return a plan without lines and with one band that changes nothing."""
    band = core.Band(Decimal(0), Decimal(1), 0, "建议不变", "Suggested: no change")
    return core.Plan(code, name_zh, name_en, source, (), (band,))


def _bases() -> list[tuple[str, Any]]:
    english = (get_language() or "").startswith("en")
    shipped = [(code, plan.name_en if english else plan.name_zh) for code, plan in SHIPPED.items()]
    return [(NOTHING, _("nothing")), *shipped]


class StartForm(forms.Form):
    """Names a new plan and says what it begins with."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    code = forms.SlugField(
        label=_("code"), max_length=40, help_text=_("Short, in Latin letters; it never changes.")
    )
    source = forms.CharField(
        label=_("policy and clause"),
        max_length=200,
        help_text=_("The document that says so, for whoever asks later."),
    )
    starts_on = forms.DateField(label=_("in force from"), help_text=_("The first day of a month."))
    base = forms.ChoiceField(label=_("begin with"), choices=_bases, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = first_of_next_month(today)

    def clean_code(self) -> str:
        """Refuse a code that another plan has."""
        code: str = self.cleaned_data["code"]
        if Plan.objects.filter(code=code).exists():
            raise forms.ValidationError(
                _("Another plan has this code. Open that one, or choose another code.")
            )
        return code

    def plan(self) -> core.Plan:
        """Return the plan to begin with."""
        names = {key: self.cleaned_data[key] for key in ("code", "name_zh", "name_en", "source")}
        base = SHIPPED.get(self.cleaned_data["base"])
        return replace(base, **names) if base else empty_plan(**names)
