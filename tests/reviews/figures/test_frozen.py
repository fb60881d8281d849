"""IMP-22: files for a month whose cards are submitted, and batches under submitted cards."""

from datetime import UTC, date, datetime

import pytest

from reviews.figures import applying, importing
from reviews.figures.importing import Asked, Refused, Upload
from reviews.models import AgentFigures
from tests import factories
from tests.reviews import scored
from tests.reviews.figures.sheets import RESULTS, result, xlsx

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def team():
    return scored.team()


@pytest.fixture
def agent(team):
    person = factories.person("林雅", staff_no="0017", unit=team.unit, position=team.position)
    factories.account("店:小雅", shop=team.shop, holder=person)
    return person


def staged(shop, path):
    batch = importing.receive([Upload(path, path.name)], shop=shop, by=None, asked=Asked())
    importing.stage(batch)
    return batch


def imported(shop, path):
    batch = staged(shop, path)
    applying.apply(batch, by=None, at=AT)
    return batch


def notes(batch):
    return [issue.code for issue in batch.files.get().issues.filter(severity="note")]


def test_rows_of_a_submitted_card_are_said_to_be_late_and_kept(team, agent, tmp_path):
    october = xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result("店:小雅"))
    assert "frozen" not in notes(staged(team.shop, october))
    scored.act("submit", scored.card(team, agent), team.supervisor)
    batch = imported(team.shop, october)
    assert "frozen" in notes(batch)
    assert AgentFigures.objects.filter(current=True).count() == 1


def test_a_batch_under_a_submitted_card_is_not_undone_until_the_card_is_a_draft_again(team, agent, tmp_path):
    by = team.hr.users.get()
    batch = imported(team.shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result("店:小雅")))
    card = scored.card(team, agent)
    scored.act("submit", card, team.supervisor)
    with pytest.raises(Refused, match="2026-10"):
        applying.undo(batch, by=by, at=AT)
    assert AgentFigures.objects.filter(current=True).count() == 1
    scored.act("send_back", card, team.director, hours=1, note="销售额重算")
    applying.undo(batch, by=by, at=AT)
    assert not AgentFigures.objects.filter(current=True).exists()


def test_another_months_batch_is_undone_freely(team, agent, tmp_path):
    batch = imported(team.shop, xlsx(tmp_path / "客服业绩_20260901.xlsx", RESULTS, result("店:小雅")))
    scored.act("submit", scored.card(team, agent), team.supervisor)
    applying.undo(batch, by=team.hr.users.get(), at=AT)
    assert date(2026, 9, 1) not in AgentFigures.objects.filter(current=True).values_list(
        "first_day", flat=True
    )
