"""The sentences of the month's messages: each fixed, with the month, the unit and a count to fill in."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy

from staff.messages import kind

# What happened to a card, to those it concerns.
kind(
    "card_published",
    gettext_lazy("Your card of %(month)s is published. Please read it, then confirm or object."),
    icon="card",
)
kind(
    "card_answered",
    gettext_lazy("Your objections to the card of %(month)s are answered. Please agree or maintain."),
    icon="chat",
)
kind(
    "card_silent",
    gettext_lazy("Your time to answer about the card of %(month)s has ended; it counts as confirmed."),
    icon="clock",
)
kind(
    "card_withdrawn",
    gettext_lazy(
        "Your card of %(month)s went back to be corrected. You will be told when it is published again."
    ),
    icon="back",
)
kind(
    "card_objected",
    gettext_lazy("%(unit)s, %(month)s: an agent objected to a card. It waits for your answer."),
    icon="chat",
)
kind(
    "card_back",
    gettext_lazy("%(unit)s, %(month)s: a card came back to you. The reason stands in its history."),
    icon="back",
)
kind(
    "return_asked",
    gettext_lazy("%(unit)s, %(month)s: HR asks to return a card. A second person has to consent."),
    icon="back",
)
kind(
    "month_closed",
    ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s card is closed. HR can hand it over to finance.",
        "%(unit)s, %(month)s: %(count)s cards are closed. HR can hand them over to finance.",
        "count",
    ),
    icon="check",
)
kind(
    "handed_over",
    ngettext_lazy(
        "%(unit)s, %(month)s: HR handed over %(count)s card. Finance can acknowledge it.",
        "%(unit)s, %(month)s: HR handed over %(count)s cards. Finance can acknowledge them.",
        "count",
    ),
    icon="check",
)

# What waits, to those who have to act.
WAITS: Mapping[str, Promise | str] = {
    "assess": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s card waits for you to submit it.",
        "%(unit)s, %(month)s: %(count)s cards wait for you to submit them.",
        "count",
    ),
    "approve": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s card waits for you to approve it.",
        "%(unit)s, %(month)s: %(count)s cards wait for you to approve them.",
        "count",
    ),
    "confirm": gettext_lazy("Your card of %(month)s waits for you to read and answer it."),
    "decide": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s card waits for your answer to its objections.",
        "%(unit)s, %(month)s: %(count)s cards wait for your answer to their objections.",
        "count",
    ),
    "close": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s confirmed card waits for you to close the month.",
        "%(unit)s, %(month)s: %(count)s confirmed cards wait for you to close the month.",
        "count",
    ),
    "hand_over": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s closed card waits for you to hand it over.",
        "%(unit)s, %(month)s: %(count)s closed cards wait for you to hand them over.",
        "count",
    ),
    "pay": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s card waits for you to acknowledge it.",
        "%(unit)s, %(month)s: %(count)s cards wait for you to acknowledge them.",
        "count",
    ),
}

# The same, to the superior of those who have to act.
WAITS_BELOW: Mapping[str, Promise | str] = {
    "assess": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s card has not been submitted.",
        "%(unit)s, %(month)s: %(count)s cards have not been submitted.",
        "count",
    ),
    "approve": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s card has not been approved.",
        "%(unit)s, %(month)s: %(count)s cards have not been approved.",
        "count",
    ),
    "confirm": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s card has not been answered by its agent.",
        "%(unit)s, %(month)s: %(count)s cards have not been answered by their agents.",
        "count",
    ),
    "decide": ngettext_lazy(
        "%(unit)s, %(month)s: the objections to %(count)s card have not been answered.",
        "%(unit)s, %(month)s: the objections to %(count)s cards have not been answered.",
        "count",
    ),
    "close": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s confirmed card has not been closed.",
        "%(unit)s, %(month)s: %(count)s confirmed cards have not been closed.",
        "count",
    ),
    "hand_over": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s closed card has not been handed over.",
        "%(unit)s, %(month)s: %(count)s closed cards have not been handed over.",
        "count",
    ),
    "pay": ngettext_lazy(
        "%(unit)s, %(month)s: %(count)s card has not been acknowledged by finance.",
        "%(unit)s, %(month)s: %(count)s cards have not been acknowledged by finance.",
        "count",
    ),
}

for _act, _words in WAITS.items():
    kind(f"due_{_act}", _words, gettext_lazy("The deadline is the next working day."), icon="clock")
    kind(f"late_{_act}", _words, gettext_lazy("The deadline is past."), icon="warn")
    kind(f"urged_{_act}", _words, gettext_lazy("HR asks you to see to it."), icon="clock")
for _act, _words in WAITS_BELOW.items():
    kind(
        f"above_{_act}",
        _words,
        gettext_lazy("The deadline passed two working days ago or more."),
        icon="warn",
    )
