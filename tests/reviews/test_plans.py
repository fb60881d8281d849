"""Plans as rows: the way there and back, publishing, freezing, and who is scored by which."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import given, settings
from hypothesis.extra.django import TestCase

from reviews import plans
from reviews.models import Band, Plan, PlanAssignment, PlanLine, PlanRule, PlanVersion, Tier, Veto
from reviews.models.guards import Unchangeable
from reviews.scoring.plan_data import plan_sha256
from reviews.scoring.rules import Events
from reviews.shipped import AGENT, GRADED, SHIPPED
from tests import factories as make
from tests.reviews.scoring.builders import SOLID, line, tiers, with_line
from tests.reviews.scoring.builders import plan as core_plan
from tests.reviews.scoring.test_laws import plans as any_plan

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    """Refusals are read here in the language they are written in."""
    with translation.override("en"):
        yield


def draft(base=AGENT, *, starts_on=date(2026, 1, 1)):
    return plans.create_draft(base, starts_on=starts_on, by=None)


def published(base=AGENT, *, starts_on=date(2026, 1, 1)):
    return plans.publish(draft(base, starts_on=starts_on), by=None, at=NOW, on=TODAY)


class TestRoundTrip(TestCase):
    """Rows keep every plan the core can hold."""

    @given(any_plan())
    @settings(max_examples=10)
    def test_any_plan_survives(self, base):
        version = draft(base)
        again = plans.to_core(PlanVersion.objects.get(pk=version.pk))
        assert again == base
        assert plan_sha256(again) == plan_sha256(base)


@pytest.mark.parametrize("base", SHIPPED.values(), ids=SHIPPED)
def test_shipped_plans_survive(base):
    assert plans.to_core(draft(base)) == base


def test_a_small_sample_rule_survives():
    base = core_plan(
        line(
            "refund_rate",
            tiers((">=", "0.01", "-5")),
            Events(D(-2), small_sample=True),
            small_sample_below=D(100),
        )
    )
    assert plans.to_core(draft(base)) == base


def test_reading_many_plans_takes_a_fixed_number_of_queries(django_assert_max_num_queries):
    one = [draft(AGENT).pk]
    many = [*one, draft(GRADED).pk, draft(AGENT).pk, draft(GRADED).pk]
    for ids in (one, many):
        with django_assert_max_num_queries(7):
            assert len(plans.core_plans(ids)) == len(ids)


def test_publishing_freezes_and_signs():
    version = published()
    assert (version.state, version.published_at, version.sha256) == ("published", NOW, plan_sha256(AGENT))


FROZEN = [
    pytest.param(lambda v: v.save(), id="save the version"),
    pytest.param(lambda v: v.delete(), id="delete the version"),
    pytest.param(lambda v: PlanVersion.objects.filter(pk=v.pk).update(source="x"), id="update the version"),
    pytest.param(lambda v: PlanVersion.objects.filter(pk=v.pk).delete(), id="delete by query"),
    pytest.param(lambda v: v.lines.first().save(), id="save a line"),
    pytest.param(lambda v: v.lines.first().delete(), id="delete a line"),
    pytest.param(lambda v: v.lines.update(weight=1), id="update lines"),
    pytest.param(lambda v: v.bands.all().delete(), id="delete bands"),
    pytest.param(lambda v: Tier.objects.update(effect=0), id="update tiers"),
    pytest.param(lambda v: PlanRule.objects.first().save(), id="save a rule"),
    pytest.param(lambda v: Veto.objects.first().delete(), id="delete a veto"),
    pytest.param(
        lambda v: Band(version=v, at_least=70, multiplier=1, level_change=0).save(), id="add a band"
    ),
    pytest.param(
        lambda v: Band.objects.bulk_create([Band(version=v, at_least=70, multiplier=1, level_change=0)]),
        id="add a band in bulk",
    ),
]


@pytest.mark.parametrize("attempt", FROZEN)
def test_a_published_version_refuses_every_change(attempt):
    version = published()
    with pytest.raises(Unchangeable):
        attempt(version)
    assert plans.to_core(PlanVersion.objects.get(pk=version.pk)) == AGENT


def test_saving_a_published_version_as_a_draft_is_refused():
    version = published()
    with pytest.raises(plans.PlanRefused, match="cannot be changed"):
        plans.save_draft(version, GRADED, by=None)
    with pytest.raises(plans.PlanRefused, match="cannot be changed"):
        plans.delete_draft(version, by=None)
    assert plans.to_core(version) == AGENT


def test_a_draft_is_replaced_whole():
    version = draft()
    changed = with_line(AGENT, "sales_completion", weight=D(29))
    plans.save_draft(version, changed, by=None, starts_on=date(2027, 1, 1), note="lighter")
    again = PlanVersion.objects.get(pk=version.pk)
    assert plans.to_core(again) == changed
    assert (again.starts_on, again.note) == (date(2027, 1, 1), "lighter")
    assert PlanLine.objects.count() == len(AGENT.lines)


def test_a_plan_with_weights_of_99_is_not_published_and_says_why():
    version = draft(with_line(AGENT, "sales_completion", weight=D(29)))
    with pytest.raises(plans.NotPublishable, match=r"还差 1 分|1 short of 100"):
        plans.publish(version, by=None, at=NOW, on=TODAY)
    assert PlanVersion.objects.get(pk=version.pk).state == "draft"


def test_publishing_twice_is_refused():
    version = draft()
    plans.publish(version, by=None, at=NOW, on=TODAY)
    with pytest.raises(plans.PlanRefused):
        plans.publish(version, by=None, at=NOW, on=TODAY)


@pytest.mark.parametrize(
    ("starts_on", "why"),
    [
        pytest.param(date(2026, 12, 1), "", id="next month"),
        pytest.param(date(2026, 12, 2), "first day of a month", id="inside a month"),
        pytest.param(date(2026, 1, 1), "must start after", id="with the version before"),
        pytest.param(date(2026, 11, 1), "after the day it is published", id="in the running month"),
    ],
)
def test_when_a_newer_version_may_start(starts_on, why):
    version = plans.new_version(published(), starts_on=starts_on, by=None)
    assert version.number == 2
    if why:
        with pytest.raises(plans.PlanRefused, match=why):
            plans.publish(version, by=None, at=NOW, on=TODAY)
    else:
        assert plans.publish(version, by=None, at=NOW, on=TODAY).state == "published"


def test_the_next_start_ends_a_version():
    first = published()
    second = plans.new_version(first, starts_on=date(2026, 12, 1), by=None)
    plans.publish(second, by=None, at=NOW, on=TODAY)
    found = {
        day: plans.version_in_force(first.plan, on=day)
        for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 11, 30), date(2026, 12, 1))
    }
    assert list(found.values()) == [None, first, first, second]


def test_a_draft_can_go_and_takes_an_empty_plan_with_it():
    version = draft()
    plans.delete_draft(version, by=None)
    assert not Plan.objects.exists()


@pytest.fixture
def tree():
    company = make.unit("company", kind="company")
    shop = make.unit("shop", parent=company, kind="branch")
    team = make.unit("team", parent=shop)
    versions = {base.code: published(base) for base in SHIPPED.values()}
    return {"company": company, "shop": shop, "team": team}, make.position(), versions


def assign(unit, position, version, *, kind="", since=date(2026, 1, 1)):
    PlanAssignment.objects.create(
        plan=version.plan, unit=unit, position=position, employment_kind=kind, starts_on=since
    )


def test_the_most_specific_assignment_wins(tree):
    units, position, versions = tree
    agent, graded = versions["customer-service-agent"], versions["graded-sheet"]
    assign(units["company"], position, agent)
    assert plans.plan_for(units["team"], position.pk, "full", on=TODAY) == agent, "inherited"
    assign(units["company"], position, graded, kind="temporary")
    assert plans.plan_for(units["team"], position.pk, "temporary", on=TODAY) == graded
    assert plans.plan_for(units["team"], position.pk, "full", on=TODAY) == agent
    assign(units["shop"], position, agent)
    assert plans.plan_for(units["team"], position.pk, "temporary", on=TODAY) == agent, "nearer unit"
    assert plans.plan_for(units["team"], make.position("packer").pk, "full", on=TODAY) is None


def test_an_assignment_begins_on_its_day_and_ends_the_one_before(tree):
    units, position, versions = tree
    assign(units["team"], position, versions["customer-service-agent"], since=date(2026, 2, 1))
    assign(units["team"], position, versions["graded-sheet"], since=date(2026, 5, 1))
    days = (date(2026, 1, 31), date(2026, 2, 1), date(2026, 4, 30), date(2026, 5, 1))
    found = [plans.plan_for(units["team"], position.pk, "full", on=day) for day in days]
    assert [one and one.plan.code for one in found] == [
        None,
        "customer-service-agent",
        "customer-service-agent",
        "graded-sheet",
    ]


def test_finding_plans_for_many_takes_two_queries(tree, django_assert_num_queries):
    units, position, versions = tree
    assign(units["company"], position, versions["graded-sheet"])
    with django_assert_num_queries(2):
        finder = plans.plan_finder(on=TODAY)
        found = {finder.version_id(units["team"], position.pk, "full") for _ in range(1000)}
    assert found == {versions["graded-sheet"].pk}


def row(version):
    return PlanLine.objects.create(
        version=version, order=0, code="x", name_zh="x", radar="sales", measure="sales", weight=1
    )


BROKEN_ROWS = {
    "reviews_planversion_number_unique": lambda v: PlanVersion.objects.create(
        plan=v.plan, number=v.number, starts_on=TODAY, source="x"
    ),
    "reviews_planline_code_unique": lambda v: (row(v), row(v)),
    "reviews_planrule_steps_have_standard": lambda v: row(v).rules.create(kind="steps"),
    "reviews_planrule_below_whole": lambda v: row(v).rules.create(kind="steps", standard=1, below_step=1),
    "reviews_planrule_above_whole": lambda v: row(v).rules.create(
        kind="steps", standard=1, above_step=0, above_points=1
    ),
    "reviews_planrule_mark_whole": lambda v: row(v).rules.create(kind="steps", standard=1, mark_at=1),
    "reviews_planrule_grades_have_rest": lambda v: row(v).rules.create(kind="grades"),
    "reviews_planrule_linear_has_ends": lambda v: row(v).rules.create(kind="linear", worst=1, best=1),
    "reviews_planrule_events_have_points": lambda v: row(v).rules.create(kind="events"),
    "reviews_planrule_kind_known": lambda v: row(v).rules.create(kind="luck"),
    "reviews_band_unique": lambda v: [
        v.bands.create(at_least=5, multiplier=1, level_change=0) for _ in range(2)
    ],
    "reviews_band_not_negative": lambda v: v.bands.create(at_least=-1, multiplier=1, level_change=0),
    "reviews_band_dismissal_or_change": lambda v: v.bands.create(at_least=5, multiplier=1),
    "reviews_veto_unique": lambda v: [v.vetoes.create(code="x", cap=1) for _ in range(2)],
}


@pytest.mark.parametrize("name", BROKEN_ROWS)
def test_constraints(name):
    version = draft(core_plan(line("sales_completion", tiers(("<", "1", "-1"))), bands=()))
    with pytest.raises(IntegrityError), transaction.atomic():
        BROKEN_ROWS[name](version)


def test_loading_the_shipped_plans_twice_changes_nothing():
    for _ in range(2):
        call_command("load_plans", stdout=StringIO())
    assert sorted(PlanVersion.objects.values_list("plan__code", "number", "state")) == [
        ("customer-service-agent", 1, "published"),
        ("graded-sheet", 1, "published"),
    ]
    assert plans.published_plan("customer-service-agent", on=TODAY) == AGENT
    assert plans.published_plan("moon", on=TODAY) is None


def test_the_command_scores_by_the_installations_plan(tmp_path):
    heavier = with_line(with_line(AGENT, "sales_growth", weight=D(7)), "sales_completion", weight=D(31))
    published(heavier)
    path = tmp_path / "facts.json"
    path.write_text(json.dumps({"position": AGENT.code, "month": "2026-10", "facts": SOLID}))
    points = {}
    for from_db in (False, True):
        out = StringIO()
        call_command("score", str(path), db=from_db, stdout=out)
        points[from_db] = [row["points"] for row in json.loads(out.getvalue())["lines"][:2]]
    assert points == {False: ["30.00", "8.00"], True: ["31.00", "7.00"]}
