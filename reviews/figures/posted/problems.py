"""What is wrong with a request, each with where it stands and a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.figures import messages
from reviews.figures.rows import Issue

SHOWN = 100  # problems in one answer; the rest is counted

SENTENCES: dict[str, str | Promise] = {
    "not_json": gettext_lazy("The body is not JSON; send it in UTF-8 as application/json."),
    "too_deep": gettext_lazy("The body is nested too deep."),
    "key_twice": gettext_lazy("The key “{text}” stands twice in one object."),
    "not_an_object": gettext_lazy("Send an object here, not {text}."),
    "not_a_list": gettext_lazy("Send a list of rows here, not {text}."),
    "no_posted_rows": gettext_lazy("There are no rows."),
    "too_many_rows": gettext_lazy("{count} rows: at most {most} go in at once; send them in parts."),
    "body_too_big": gettext_lazy("The body is larger than {most} MB; send it in parts."),
    "unknown_key": gettext_lazy("There is no field “{text}” here."),
    "missing_key": gettext_lazy("This field is missing."),
    "inexact": gettext_lazy(
        '{text} is not exact: write amounts, rates and seconds as text, as in "12.50", counts as whole numbers.'
    ),
    "write_as_text": gettext_lazy('{text}: write amounts, rates and seconds as text, as in "12.50".'),
    "write_as_count": gettext_lazy("{text}: write a count as a whole number, not as text."),
    "not_plain": gettext_lazy('“{text}”: write digits and a decimal point only, as in "12.50".'),
    "wrong_type": gettext_lazy("{text} cannot stand here; write text."),
    "empty_text": gettext_lazy("This text is empty; leave the field out or send null."),
    "not_iso": gettext_lazy("“{text}” is not a date; write it as 2026-10-01."),
    "two_owners": gettext_lazy("Name the account or the staff number, not both."),
    "summary_name": gettext_lazy("“{text}” names a sum or an average, not an agent."),
    "unknown_choice": gettext_lazy("“{text}” is not one of {words}."),
    "source_has_none": gettext_lazy("The source {source} has no such rows."),
    "nothing_in_row": gettext_lazy("The row has no figure."),
    "same_row": gettext_lazy("The same account and days from the same source stand in {first} already."),
    "no_key": gettext_lazy("The header Idempotency-Key is missing: 1 to 80 printable ASCII characters."),
    "bad_key": gettext_lazy("Idempotency-Key is 1 to 80 printable ASCII characters."),
    "other_body": gettext_lazy("This Idempotency-Key was used with another body; nothing was changed."),
    "unknown_filter": gettext_lazy("There is no filter “{text}” here."),
    "filter_twice": gettext_lazy("Give this filter once."),
    "no_days": gettext_lazy("Give month, or date, or from and to."),
    "two_months": gettext_lazy("from and to lie in one month, the earlier first."),
    "no_shop": gettext_lazy("Give the number of a shop."),
    "not_a_page": gettext_lazy("“{text}” is not a number from 1."),
    "changed_meanwhile": gettext_lazy(
        "Figures of these days were changed by somebody else at the same time; nothing was changed. Send it again."
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a path such as `rows[17].sales`, a code, and what to fill in."""

    where: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    def said(self) -> dict[str, str]:
        """Return it as the answer has it."""
        own = SENTENCES.get(self.code)
        text = str(own).format(**self.params) if own else messages.sentence(self.code, self.params)
        return {"where": _writable(self.where), "code": self.code, "message": _writable(text)}


class RequestRefused(Exception):
    """A request that changes nothing: the status to answer with and all that is wrong."""

    def __init__(self, status: int, problems: Iterable[Problem]) -> None:
        """Keep both."""
        self.status, self.problems = status, list(problems)
        super().__init__(f"{status}: {self.problems[0].code}")

    def said(self) -> dict[str, object]:
        """Return the body of the answer."""
        errors = [problem.said() for problem in self.problems[:SHOWN]]
        detail = _("Nothing was done. Correct what is named below and send it again.")
        more = len(self.problems) - len(errors)
        return {"detail": detail, "errors": errors} | ({"more": more} if more else {})


def _writable(text: str) -> str:
    """Return a text that UTF-8 can write: half a surrogate pair of a request is written as its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def problem_of(issue: Issue) -> Problem:
    """Return what the reading or comparing of files says, with the path of the posted row."""
    if issue.row is None:
        return Problem("mode" if issue.code == "mode_mixed" else "rows", issue.code, issue.params)
    where = path_of(issue.row) + (f".{issue.column}" if issue.column else "")
    first = issue.params.get("first")
    if issue.code == "row_twice" and isinstance(first, int):
        return Problem(where, "same_row", {"first": path_of(first)})
    return Problem(where, issue.code, issue.params)


def path_of(number: int) -> str:
    """Return the path of a row by its number, which counts from 1 as in sheets."""
    return f"rows[{number - 1}]"
