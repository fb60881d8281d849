"""The editor's fields as HTML: small inputs that stand inside a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Choice = tuple[str, str | Promise]


@dataclass(frozen=True)
class Fields:
    """Draws fields with what was typed and what is wrong with it.

    With `plain` the values stand as bold text: nobody can change them.
    """

    errors: Mapping[str, str]
    plain: bool = False

    def number(self, name: str, value: str, label: str, *, wide: bool = False) -> SafeString:
        """Draw a number that stands in a sentence."""
        if self.plain:
            return format_html("<b>{}</b>", value or "–")
        error = self.errors.get(name, "")
        return format_html(
            '<input class="kp-num{}" name="{}" value="{}" inputmode="decimal" autocomplete="off" '
            'maxlength="24" size="{}" aria-label="{}"{}>{}',
            " kp-wide" if wide else "",
            name,
            value,
            max(3, min(len(value), 12)),
            label,
            format_html(' aria-invalid="true" title="{}"', error) if error else "",
            format_html('<span class="kp-error">{}</span>', error) if error else "",
        )

    def choice(self, name: str, value: str, choices: Iterable[Choice], label: str) -> SafeString:
        """Draw a choice; what is chosen stands as text where nothing can be changed."""
        rows = list(choices)
        if self.plain:
            words = dict(rows)
            return format_html("<b>{}</b>", words.get(value, value))
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((code, SafeString(" selected") if code == value else "", words) for code, words in rows),
        )
        return format_html(
            '<select class="kp-select" name="{}" aria-label="{}">{}</select>', name, label, options
        )

    def text(self, name: str, value: str, label: str, *, most: int) -> SafeString:
        """Draw a text with its error below."""
        if self.plain:
            return format_html("<b>{}</b>", value or "–")
        error = self.errors.get(name, "")
        return format_html(
            '<input class="kp-text" name="{}" value="{}" maxlength="{}" aria-label="{}"{}>{}',
            name,
            value,
            most,
            label,
            format_html(' aria-invalid="true" title="{}"', error) if error else "",
            format_html('<span class="kp-error">{}</span>', error) if error else "",
        )

    def tick(self, name: str, label: str, *, on: bool) -> SafeString:
        """Draw a box to tick with its label."""
        if self.plain:
            return format_html("<b>{}</b>", label) if on else SafeString("")
        return format_html(
            '<label class="kp-tick"><input type="checkbox" name="{}"{}> {}</label>',
            name,
            SafeString(" checked") if on else "",
            label,
        )

    def button(self, action: str, words: str, label: str = "") -> SafeString:
        """Draw a small button of the form."""
        if self.plain:
            return SafeString("")
        return format_html(
            '<button class="kp-small" name="do" value="{}" aria-label="{}">{}</button>',
            action,
            label or words,
            words,
        )

    def remove(self, action: str, what: str) -> SafeString:
        """Draw the cross that takes something away."""
        label = _("Remove: %(what)s") % {"what": what}
        if self.plain:
            return SafeString("")
        return format_html(
            '<button class="kp-cross" name="do" value="{}" aria-label="{}" title="{}">×</button>',
            action,
            label,
            label,
        )
