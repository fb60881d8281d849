"""In the browser: HR builds the default plan from nothing, sees a chart move, and publishes."""

from __future__ import annotations

import pytest

from reviews import plans
from reviews.models import PlanVersion
from reviews.plan_editor.state import state_of
from reviews.scoring.plan import Group
from reviews.shipped import AGENT
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(open_as):
    """A page of a browser in which HR is logged in."""
    company = make.unit("company", kind="company")
    hr = make.person(
        "韩雪", staff_no="HR", unit=company, position=make.position("office", subject_kind="none")
    )
    make.role(hr, "hr", company)
    found = open_as(hr)
    found.on("dialog", lambda dialog: dialog.accept())
    return found


def press(page, value):
    """Press a button of the form and wait until the server has drawn it anew."""
    with page.expect_response(lambda answer: answer.url.endswith("/preview/")):
        page.locator(f'button[name=do][value="{value}"]').first.click()
    page.wait_for_timeout(50)


def start(page):
    page.goto("/admin/reviews/plan/add/")
    for name, value in {
        "name_zh": AGENT.name_zh,
        "name_en": AGENT.name_en,
        "code": AGENT.code,
        "source": AGENT.source,
        "starts_on": "2026-12-01",
    }.items():
        page.fill(f"[name={name}]", value)
    page.press("[name=source]", "Enter")
    page.wait_for_url("**/version/**")


def add_line(page, index, line):
    """Add a line with its measure, weight and first kind of rule, then what else it has."""
    group = 0 if line.group == Group.QUANTITATIVE.value else 1
    page.select_option(f"[name=new-{line.group}-measure]", line.measure)
    page.select_option(f"[name=new-{line.group}-kind]", line.rules[0].kind)
    page.fill(f"[name=new-{line.group}-weight]", line.weight)
    press(page, f"add_line:{group}")
    page.locator(f"#line-{index} summary").click()
    for name in ("code", "name_zh", "name_en", "source", "bonus_limit"):
        field = page.locator(f"[name=l{index}-{name}]")
        if name != "code":
            field.fill(getattr(line, name))
    page.select_option(f"[name=l{index}-radar]", line.radar)
    for place, rule in enumerate(line.rules):
        if place:
            page.select_option(f"[name=l{index}-new-kind]", rule.kind)
            press(page, f"add_rule:{index}")
        fill_rule(page, f"l{index}-r{place}-", f"{index}:{place}", rule)


def fill_rule(page, at, where, rule):
    for name, value in rule.numbers.items():
        page.fill(f"[name={at}{name}]", value)
    for number, tier in enumerate(rule.tiers):
        if number:
            press(page, f"add_tier:{where}")
        page.select_option(f"[name={at}t{number}-operator]", tier.operator)
        page.select_option(f"[name={at}t{number}-sign]", tier.sign)
        page.fill(f"[name={at}t{number}-threshold]", tier.threshold)
        page.fill(f"[name={at}t{number}-effect]", tier.effect)


def fill_bands(page, state):
    for number, band in enumerate(state.bands):
        if number:
            press(page, "add_band")
        for name in ("at_least", "multiplier", "advice_zh", "advice_en"):
            page.fill(f"[name=b{number}-{name}]", getattr(band, name))
        page.select_option(f"[name=b{number}-level_change]", band.level_change)
        for name in ("or_none", "observe"):
            page.set_checked(f"[name=b{number}-{name}]", getattr(band, name))


def test_hr_builds_the_default_plan_from_nothing_and_publishes_it(page):
    start(page)
    assert page.locator(".kp-act button[value=publish]").is_disabled()
    state = state_of(AGENT, starts_on=PlanVersion.objects.get().starts_on)
    for index, line in enumerate(state.lines):
        add_line(page, index, line)
    fill_bands(page, state)
    page.check("[name=veto]")
    page.fill("[name=adjustment_limit]", state.adjustment_limit)
    with page.expect_response(lambda answer: answer.url.endswith("/preview/")):
        page.fill("[name=l0-r0-standard]", "95")
    page.wait_for_timeout(200)
    moved = page.inner_html("[data-part=chart-0]")
    with page.expect_response(lambda answer: answer.url.endswith("/preview/")):
        page.fill("[name=l0-r0-standard]", "100")
    page.wait_for_timeout(200)
    assert page.inner_html("[data-part=chart-0]") != moved, "the chart follows the threshold"
    page.locator(".kp-act button[value=save]").click()
    page.wait_for_load_state()
    made = plans.to_core(PlanVersion.objects.get())
    wanted = {one.code: one for one in AGENT.lines}
    for one in made.lines:
        twin = wanted.get(one.code) or next(w for w in AGENT.lines if w.measure == one.measure)
        assert (one.rules, one.weight, one.bonus_limit, one.standard, one.name_zh) == (
            twin.rules,
            twin.weight,
            twin.bonus_limit,
            twin.standard,
            twin.name_zh,
        )
    assert (made.bands, made.vetoes) == (AGENT.bands, AGENT.vetoes)
    page.locator(".kp-act button[value=publish]").click()
    page.wait_for_load_state()
    assert PlanVersion.objects.get().state == "published"
    assert page.locator("input[name=l0-weight]").count() == 0
    assert page.locator("button[value=publish]").count() == 0
