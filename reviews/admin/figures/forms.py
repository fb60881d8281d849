"""What HR's import page takes: an upload, and what to look for among the batches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reviews.figures.days import read_month
from reviews.figures.history import Wanted
from reviews.figures.importing import Asked
from reviews.models import ImportBatch
from reviews.services import figures
from staff.models import Shop, User


class UploadForm(forms.Form):
    """Whose files these are, and what they may not say themselves."""

    shop = forms.ModelChoiceField(Shop.objects.none(), label=_("Shop"), empty_label=None)
    first = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    mode = forms.ChoiceField(
        label=_("Attribution"),
        required=False,
        choices=[
            ("", _("as the shop's setting")),
            ("pay_first", _("paying agent first")),
            ("order_first", _("ordering agent first")),
        ],
    )

    at = forms.DateTimeField(
        label=_("Taken at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": _("Give day and hour as 2026-11-11 10:30.")},
    )

    def __init__(self, *args: Any, shops: QuerySet[Shop], **kwargs: Any) -> None:
        """Offer the shops the user looks after; where there are several, none is chosen beforehand."""
        super().__init__(*args, **kwargs)
        field = self.fields["shop"]
        field.queryset = shops  # type: ignore[attr-defined]
        if not self.is_bound and len(shops[:2]) > 1:
            field.empty_label = _("choose")  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """Return what was said. Raises ValidationError."""
        data = self.cleaned_data
        overlap = ImportBatch.Overlap.ASK
        return figures.asked_from(
            first=data["first"], last=data["last"], mode=data["mode"], overlap=overlap, at=data["at"]
        )


class HistoryForm(forms.Form):
    """What to look for among the batches; a field that makes no sense is not looked for."""

    of = forms.ModelChoiceField(
        Shop.objects.none(), label=_("Shop"), required=False, empty_label=_("all shops")
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all states")), *ImportBatch.State.choices]
    )
    who = forms.ModelChoiceField(
        User.objects.none(), label=_("By"), required=False, empty_label=_("everybody")
    )
    month = forms.CharField(
        label=_("Month of the figures"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "month"}),
    )
    text = forms.CharField(label=_("File name"), required=False, max_length=100)

    def __init__(
        self, *args: Any, shops: QuerySet[Shop], users: Iterable[int] | QuerySet[Any], **kwargs: Any
    ) -> None:
        """Offer shops and people whose batches the user may see."""
        super().__init__(*args, **kwargs)
        self.fields["of"].queryset = shops  # type: ignore[attr-defined]
        found = User.objects.filter(pk__in=users).select_related("person")
        self.fields["who"].queryset = found  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Return what to look for."""
        self.is_valid()
        data = self.cleaned_data
        month = read_month(data.get("month") or "")
        return Wanted(
            shop=data["of"].pk if data.get("of") else None,
            state=data.get("state") or "",
            who=data["who"].pk if data.get("who") else None,
            month=month if isinstance(month, date) else None,
            text=(data.get("text") or "").strip(),
        )
