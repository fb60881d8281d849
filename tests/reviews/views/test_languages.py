"""English pages show no Chinese but data, Chinese pages no English."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from reviews import workflow
from reviews.effects import Answer
from staff.models import Position, Unit
from tests.reviews.people import november, user
from tests.reviews.views.conftest import enter, pass_on

SPOKEN = {"placeholder", "aria-label", "title", "alt", "data-busy", "data-none", "data-missing", "data-ready"}
# What both languages write alike: the switch itself, the format's name, the staff numbers and codes of the test.
SAME = re.compile(r"中文|English|PDF|S\d{4}|L1|KJ\d\d(-\w{4})+|\{n\}|\{names\}|CNY")
CHINESE = re.compile(r"[\u3400-\u9fff][^<>\n]{0,20}")
WORDS = re.compile(r"[A-Za-z]{2,}[^<>\n]{0,20}")


class Texts(HTMLParser):
    """Collects what a page says, seen or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in {"script", "style"}
        self.said += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag):
        self.silent -= tag in {"script", "style"}

    def handle_data(self, data):
        if not self.silent and data.strip():
            self.said.append(data.strip())


def said_on(client, address: str) -> str:
    """Return a page's words without what both languages share."""
    parser = Texts()
    response = client.get(address)
    assert response.status_code in {200, 404}, address
    parser.feed(response.content.decode())
    return SAME.sub("", "\n".join(parser.said))


@pytest.fixture
def month(firm):
    """A month with cards in every state, and people and places with names of the language under test."""
    lin = pass_on(firm, firm.card(firm.lin), "published")
    workflow.take(
        "object", lin, by=user(firm.lin), at=november(6), objections={"follow_up": "5", "disputes": "5"}
    )
    firm.card(firm.chen, facts={"sales": "90000.00", "sales_target": "100000.00"})
    return lin


def rename(firm, names: dict[str, str]) -> None:
    """Give the data of the test one script, so that what is left over is the product's own words."""
    for place, person in enumerate((firm.lin, firm.chen, firm.wang, firm.zhao, firm.qian, firm.sun)):
        person.name = names["person"] * (place + 2)
        person.save()
    Unit.objects.update(name=names["unit"])
    Position.objects.update(name_zh="售前客服", name_en="Agent")
    firm.review.unit.shop.name = names["unit"]
    firm.review.unit.shop.save()


def visits(firm, lin) -> list[tuple[object, str]]:
    """Pages of every role."""
    review, card = [firm.review.public_id], [lin.public_id]
    return [
        (firm.lin, "/"),
        (firm.lin, "/cards/"),
        (firm.lin, reverse("card", args=card)),
        (firm.lin, reverse("card_history", args=card)),
        (firm.lin, "/nothing/"),
        (firm.lin, "/accounts/password/change/"),
        (firm.lin, "/accounts/2fa/"),
        (firm.wang, "/"),
        (firm.wang, reverse("board", args=review)),
        (firm.wang, reverse("board_act", args=[*review, "submit"])),
        (firm.zhao, "/"),
        (firm.zhao, reverse("board", args=review)),
        (firm.zhao, reverse("card_answer", args=card)),
        (firm.qian, reverse("board", args=review)),
        (firm.sun, "/"),
    ]


@pytest.mark.parametrize(
    ("language", "names", "foreign"),
    [
        ("en", {"person": "Al", "unit": "Team"}, CHINESE),
        ("zh-hans", {"person": "林", "unit": "售前一组"}, WORDS),
    ],
    ids=["English", "Chinese"],
)
def test_pages_speak_one_language(firm, month, language, names, foreign):
    rename(firm, names)
    clients = {}
    found = {}
    for person, address in visits(firm, month):
        client = clients.setdefault(person.pk, enter(person, language))
        if strange := foreign.findall(said_on(client, address)):
            found[address] = strange
    assert found == {}


def test_an_answered_card_speaks_one_language(firm, month):
    rename(firm, {"person": "Al", "unit": "Team"})
    answers = [
        Answer("follow_up", upheld=False, text="5"),
        Answer("disputes", upheld=False, text="5"),
    ]
    workflow.take("answer", month, by=user(firm.zhao), at=november(6), answers=answers)
    page = said_on(enter(firm.lin, "en"), reverse("card", args=[month.public_id]))
    assert CHINESE.findall(page) == []
