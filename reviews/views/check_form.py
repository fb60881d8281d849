"""The form of a spot check: what was posted, and what the page shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews import chats
from reviews.checks import CheckGiven, MarkGiven, mark_problems
from reviews.models import RootCause, RubricItem, RubricVersion, SpotCheck
from reviews.models.rubrics import FULL_HALVES

FULL = FULL_HALVES // 2


class ChatForm(forms.Form):
    """The chat itself: when, who, what came of it, and its text."""

    use_required_attribute = False

    chat_on = forms.DateField(
        label=gettext_lazy("Day of the chat"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    buyer = forms.CharField(
        label=gettext_lazy("Buyer's nickname"),
        max_length=60,
        help_text=gettext_lazy("Kept masked: only its first and last character."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    sold = forms.ChoiceField(
        label=gettext_lazy("What came of it"),
        choices=[("yes", gettext_lazy("Sold")), ("no", gettext_lazy("Not sold"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether the buyer bought.")},
    )
    product = forms.CharField(
        label=gettext_lazy("Product"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = forms.CharField(label=gettext_lazy("Chat"), required=False, strip=False, widget=forms.Textarea)
    note = forms.CharField(
        label=gettext_lazy("Words to the agent"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@dataclass(frozen=True, slots=True)
class Chip:
    """One mark to pick: 3, and 2.5 where a half is taken off it."""

    value: int
    half: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ItemShown:
    """One marked or critical item as the form shows it."""

    item: RubricItem
    chips: tuple[Chip, ...]
    half: bool
    halves: int
    meanings: tuple[tuple[int, str], ...]
    causes: tuple[tuple[RootCause, bool], ...]
    quote: str
    happened: bool
    faults: tuple[str, ...]

    @property
    def mark(self) -> Decimal:
        """The mark in points."""
        return Decimal(self.halves) / 2

    @property
    def full(self) -> bool:
        """Whether nothing is taken off."""
        return self.halves == FULL_HALVES


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted of one item."""

    value: int = FULL
    half: bool = False
    causes: frozenset[str] = frozenset()
    quote: str = ""
    happened: bool = False

    @property
    def halves(self) -> int:
        """The mark in halves: 3 with a half off is 5. Nothing is taken off 0."""
        return self.value * 2 - (self.half and self.value > 0)


def posted_items(version: RubricVersion, data: QueryDict) -> dict[str, Posted]:
    """Read each item of the rubric from a post. A mark that is no number reads as below zero."""
    found = {}
    for item in version.items.all():
        code = item.code
        text = data.get(f"mark-{code}", "")
        found[code] = Posted(
            value=int(text) if text.isascii() and text.isdigit() and len(text) == 1 else -1,
            half=f"half-{code}" in data,
            causes=frozenset(data.getlist(f"cause-{code}")),
            quote=data.get(f"quote-{code}", ""),
            happened=f"critical-{code}" in data,
        )
    return found


def form_of(check: SpotCheck) -> ChatForm:
    """Return the form filled with a kept check."""
    return ChatForm(
        initial={
            "chat_on": check.chat_on,
            "buyer": check.buyer,
            "sold": "yes" if check.sold else "no",
            "product": check.product,
            "text": check.transcript,
            "note": check.note,
        }
    )


def items_of(check: SpotCheck) -> dict[str, Posted]:
    """Return a kept check's items as a form would post them."""
    found = {}
    marks = check.marks.filter(superseded=False).select_related("item").prefetch_related("causes")
    for row in marks:
        halves = row.halves
        found[row.item.code] = Posted(
            value=FULL if halves is None else (halves + 1) // 2,
            half=halves is not None and halves % 2 == 1,
            causes=frozenset(cause.code for cause in row.causes.all()),
            quote=row.quote,
            happened=halves is None,
        )
    return found


def given_of(form: ChatForm, version: RubricVersion, items: Mapping[str, Posted]) -> CheckGiven:
    """Return a valid form as the service takes it."""
    clean = form.cleaned_data
    return CheckGiven(
        chat_on=clean["chat_on"],
        sold=clean["sold"] == "yes",
        buyer=clean["buyer"],
        text=clean["text"],
        product=clean["product"],
        note=clean["note"],
        marks=marks_of(version, items),
        critical=critical_of(version, items),
    )


def marks_of(version: RubricVersion, items: Mapping[str, Posted]) -> dict[str, MarkGiven]:
    """Return the marks of the posted items."""
    return {
        item.code: MarkGiven(
            items[item.code].halves, tuple(sorted(items[item.code].causes)), items[item.code].quote
        )
        for item in version.items.all()
        if not item.critical
    }


def critical_of(version: RubricVersion, items: Mapping[str, Posted]) -> dict[str, str]:
    """Return the critical items that were switched on, with their quotes."""
    return {
        item.code: items[item.code].quote
        for item in version.items.all()
        if item.critical and items[item.code].happened
    }


def mark_faults(version: RubricVersion, items: Mapping[str, Posted], form: ChatForm) -> dict[str, list[str]]:
    """Return what is wrong with the marks where the rest of the form is wrong already: all is said at once."""
    return mark_problems(
        list(version.items.all()),
        marks=marks_of(version, items),
        critical=critical_of(version, items),
        note=form.data.get("note", ""),
    )


def shown_items(
    version: RubricVersion, items: Mapping[str, Posted], faults: Mapping[str, list[str]]
) -> list[ItemShown]:
    """Return the items as the form shows them; the version comes with items, meanings and causes prefetched."""
    shown = []
    for item in version.items.all():
        posted = items.get(item.code, Posted())
        shown.append(
            ItemShown(
                item=item,
                chips=tuple(Chip(n, _half_below(n), n == posted.value) for n in range(FULL + 1)),
                half=posted.half,
                halves=max(posted.halves, 0),
                meanings=tuple((row.halves // 2, row.meaning) for row in item.meanings.all()),
                causes=tuple((cause, cause.code in posted.causes) for cause in item.causes.all()),
                quote=chats.mask_text(posted.quote),
                happened=posted.happened,
                faults=tuple(faults.get(f"mark-{item.code}", ())),
            )
        )
    return shown


def _half_below(mark: int) -> str:
    return str(Decimal(2 * mark - 1) / 2) if mark else "0"


def masked(form: ChatForm) -> ChatForm:
    """Return a posted form with nothing unmasked in it, to be shown again. Its faults stay."""
    data: dict[str, Any] = {name: form.data.get(name, "") for name in form.fields}
    on = _day(data["chat_on"])
    messages = chats.read(data["text"], on=on, buyer=data["buyer"])
    data["text"] = chats.written(messages)
    data["buyer"] = chats.mask_buyer(data["buyer"])
    for name in ("note", "product"):
        data[name] = chats.mask_text(data[name])
    form.data = data
    return form


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date(2000, 1, 1)


def add_faults(form: ChatForm, refused: ValidationError) -> dict[str, list[str]]:
    """Put a service's refusal beside the fields it names; return those of the rubric's items."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
        return {}
    items = {}
    for name, messages in refused.message_dict.items():
        if name in form.fields:
            form.add_error(name, messages)
        else:
            items[name] = messages
    return items


def form_key(text: str) -> UUID:
    """Return the form's own key, by which a second press is told; a new one for nonsense."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right, and where."""

    text: str
    anchor: str


def faults_of(form: ChatForm, items: Mapping[str, list[str]]) -> list[Fault]:
    """Return everything to put right, in the page's order."""
    found = [
        Fault(_("%(field)s: %(fault)s") % {"field": form[name].label, "fault": text}, form[name].id_for_label)
        for name in form.fields
        for text in form.errors.get(name, [])
    ]
    found += [Fault(str(text), "") for text in form.non_field_errors()]
    return found + [Fault(text, name) for name, texts in items.items() for text in texts]
