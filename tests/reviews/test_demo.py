"""The demo: made by the importer, the services and the workflow; deterministic; never outside DEBUG."""

from collections import Counter
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reviews.demo import cast, company, work
from reviews.demo.load import load
from reviews.gaps import gaps_of
from reviews.models import AgentFigures, Card, ImportBatch, NoCard, Objection, SpotCheck, TargetNode
from staff.models import Person, PlatformAccount, User
from tests import factories as make

NOVEMBER = datetime(2026, 11, 22, 4, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def debug(settings):
    settings.DEBUG = True


def test_it_refuses_without_debug(db, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("load_demo")
    assert not Person.objects.exists()


def test_it_does_nothing_where_people_exist(db, debug):
    make.person("何静姝")
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert "nothing was changed" in out.getvalue()
    assert Person.objects.count() == 1


def test_a_month_to_come_is_refused(db, debug):
    with pytest.raises(CommandError, match="over"):
        call_command("load_demo", "--month", "2099-01")
    assert not Person.objects.exists()


def test_forty_agents_of_two_positions_in_four_teams():
    agents = company.agents([OCTOBER])
    assert len(agents) == 40
    assert len({agent.account for agent in agents}) == 40
    assert Counter(agent.team.position for agent in agents) == {cast.PRESALES: 28, cast.AFTERSALES: 12}


def test_a_day_is_the_same_whenever_it_is_asked_for():
    agent = company.agents([OCTOBER])[0]
    assert work.day_of(agent, OCTOBER) == work.day_of(agent, OCTOBER)
    assert work.day_of(agent, OCTOBER) != work.day_of(agent, date(2026, 10, 2))


@pytest.mark.slow
def test_two_months_of_it_leave_something_to_do_for_everybody(db, debug):
    load(last_month=OCTOBER, now=NOVEMBER, say=lambda _text: None, count=2)
    states = Counter(Card.objects.filter(month=OCTOBER).values_list("state", flat=True))
    assert set(states) == {"draft", "submitted", "published", "objected", "confirmed"}
    assert set(Card.objects.exclude(month=OCTOBER).values_list("state", flat=True)) == {"paid"}
    assert Objection.objects.filter(outcome="", version__card__month=OCTOBER).count() == 1
    drafts = list(Card.objects.filter(month=OCTOBER, state="draft").select_related("person"))
    gaps = gaps_of(drafts)
    assert cast.WITHOUT_FIGURES in {card.person.name for card in drafts if gaps.get(card.pk)}
    assert PlatformAccount.objects.filter(kind="unknown").count() == 1
    assert set(ImportBatch.objects.values_list("state", flat=True)) == {"applied"}
    assert set(NoCard.objects.values_list("reason", flat=True)) == {"position"}
    assert AgentFigures.objects.exists()
    assert SpotCheck.objects.exists()
    assert TargetNode.objects.get(level="month", by_hand=True).first_month == date(2026, 11, 1)
    out = StringIO()
    call_command("demo_logins", stdout=out)
    assert all(f"  {name} " in out.getvalue() for name in cast.SHOWN)
    assert User.objects.get(username=cast.AGENT_LOGIN).check_password(cast.PASSWORD)
