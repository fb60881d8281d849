"""The month's pages on a phone and in both languages: nothing sideways, every control named, one language."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from reviews import workflow
from reviews.models import Review
from staff.models import Person
from tests.reviews.people import Company, company, user
from tests.reviews.views.conftest import pass_on

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# What is wide, has no name, or is said: one look at the page as it stands.
LOOK = """() => {
  const seen = (one) => one.checkVisibility({visibilityProperty: true});
  const named = (one) => [one.getAttribute('aria-label'), one.innerText, one.textContent, one.title,
    one.placeholder, ...[...(one.labels || [])].map((label) => label.innerText),
    ...[...one.querySelectorAll('img')].map((image) => image.alt)].some((text) => text && text.trim());
  const controls = document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary');
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const skipped = 'script, style, template, [class*=material-symbols], [name=language], [lang]:not(html)';
  while (walk.nextNode()) {
    const holder = walk.currentNode.parentElement;
    if (seen(holder) && !holder.closest(skipped)) texts.push(walk.currentNode.data.trim());
  }
  return {
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    nameless: [...controls].filter((one) => seen(one) && !named(one)).map((one) => one.outerHTML.slice(0, 160)),
    texts: texts.filter((text) => text),
  };
}"""
HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]{3,}")
NAMES = ("PDF", "QR", "Keji", "XXXX", "CSV", "XLSX", "PNG", "JPG", "JPEG")


@pytest.fixture
def firm() -> Company:
    """Lin's card is published, Chen's waits for an answer to one line."""
    firm = company()
    pass_on(firm, firm.card(), "published")
    other = pass_on(firm, firm.card(firm.chen), "published")
    at = datetime(2026, 11, 6, 4, tzinfo=UTC)
    workflow.take("object", other, by=user(firm.chen), at=at, objections={"response_time": "断线两小时"})
    return firm


def places(firm: Company) -> list[tuple[Person, list[str]]]:
    """Who opens which pages."""
    review: Review = firm.review
    card, objected = (review.cards.get(person=who) for who in (firm.lin, firm.chen))
    month = [review.public_id]
    admin = {
        name: reverse(f"admin:reviews_{name}_changelist")
        for name in ("review", "handover", "succession", "procedure")
    }
    return [
        (
            firm.lin,
            [
                "/",
                reverse("inbox"),
                reverse("card", args=[card.public_id]),
                reverse("card_object", args=[card.public_id]),
                reverse("card_history", args=[card.public_id]),
                reverse("card_second_look", args=[card.public_id]),
                reverse("verify"),
            ],
        ),
        (firm.wang, [reverse("board", args=month)]),
        (
            firm.zhao,
            [
                reverse("board", args=month),
                reverse("month_close", args=month),
                reverse("card_answer", args=[objected.public_id]),
            ],
        ),
        (firm.qian, [reverse("board", args=month), reverse("board_returns", args=month)]),
        (
            firm.sun,
            [
                reverse("admin:index"),
                *admin.values(),
                reverse("admin:reviews_review_change", args=[review.pk]),
                reverse("admin:reviews_review_pay_on", args=[review.pk]),
                reverse("admin:reviews_review_late", args=[review.pk]),
                reverse("admin:reviews_review_consent", args=[review.pk]),
                reverse("admin:reviews_handover_prepare", args=[review.pk]),
                reverse("admin:staff_holiday_changelist"),
            ],
        ),
    ]


def foreign(texts: list[str], language: str, names: list[str]) -> list[str]:
    """Return the texts in the wrong script, names of people and data left out."""
    wrong = []
    for text in texts:
        rest = text if len(text) > 1 else ""  # a face is one character of the name
        for name in names:
            rest = rest.replace(name, "")
        if HAN.search(rest) if language == "en" else WORD.search(rest):
            wrong.append(text)
    return wrong


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_of_the_month_is_wide_nameless_or_half_translated(open_as, firm, language):
    people = list(Person.objects.values_list("name", flat=True))
    data = ["断线两小时", *NAMES, *people, *(name[1:] for name in people)]
    data += ["shop", "Shop", "team", "company", "presales", "office", "supervisor", "manager", "pre-sales"]
    faults = []
    for person, addresses in places(firm):
        page = open_as(person, width=390, language=language)
        for address in addresses:
            page.goto(address)
            found = page.evaluate(LOOK)
            if found["sideways"] > 0:
                faults.append((address, f"{found['sideways']} px too wide"))
            faults += [(address, f"no name: {one}") for one in found["nameless"]]
            faults += [(address, text) for text in foreign(found["texts"], language, data)]
    assert faults == [], "\n".join(f"{address} {fault}" for address, fault in faults)
