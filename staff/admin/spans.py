"""Spans of time typed in together: the end of one and the start of the next are judged as they will be."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from staff.models import PlatformAccount
from staff.services import Words

if TYPE_CHECKING:
    _Form = forms.ModelForm[Any]
else:
    _Form = forms.ModelForm


class SpanForm(_Form):
    """A span whose neighbours are in the same formset: the model leaves the comparison to that."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.checked_together = True


class SpanFormSet(PaginationInlineFormSet):
    """Spans of one parent, which must not overlap."""

    start: ClassVar[str]
    end: ClassVar[str]
    refusal: ClassVar[Words]

    def key(self, span: Any) -> Any:
        """Return what spans must not overlap within."""
        return None

    def clean(self) -> None:
        """Refuse spans that overlap as they would stand after saving."""
        super().clean()
        if any(form.errors for form in self.forms):
            return
        groups: dict[Any, list[Any]] = defaultdict(list)
        for form in self.forms:
            if form not in self.deleted_forms and (form.instance.pk or form.has_changed()):
                groups[self.key(form.instance)].append(form.instance)
        for spans in groups.values():
            spans.sort(key=lambda span: getattr(span, self.start))
            for earlier, later in pairwise(spans):
                end = getattr(earlier, self.end)
                if end is None or end > getattr(later, self.start):
                    raise ValidationError(str(self.refusal))


class EmploymentFormSet(SpanFormSet):
    """Employments of one person."""

    start, end = "hired_on", "left_on"
    refusal = _("Two employments of one person overlap. End the earlier one before the later begins.")


class HolderFormSet(SpanFormSet):
    """Holders of one account; a shared one has several at a time, but none of them twice."""

    start, end = "starts_at", "ends_at"
    refusal = _("Two people have this account at one time. End the earlier one, or declare it as shared.")

    def key(self, span: Any) -> Any:
        """Return the person on a shared account."""
        return span.person_id if self.instance.kind == PlatformAccount.Kind.SHARED else None
