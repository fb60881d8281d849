"""The plan editor: HR edits drafts as sentences, everybody else reads or finds nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews import plans
from reviews.models import Plan, PlanAssignment, PlanVersion
from reviews.plan_editor.acts import act
from reviews.plan_editor.drawing import Drawing
from reviews.plan_editor.reading import Reader, plan_of, read_state
from reviews.plan_editor.state import PlanState, state_of
from reviews.scoring.rules import Events, Grade, Grades
from reviews.shipped import AGENT, GRADED, SHIPPED
from staff.models import Unit, User
from tests import factories as make
from tests.reviews.scoring.builders import line, tiers
from tests.reviews.scoring.builders import plan as core_plan

STARTS = date(2026, 1, 1)
EVERY_KIND = core_plan(
    line(
        "refund_rate",
        tiers((">=", "0.01", "-5")),
        Events(D(-2), small_sample=True),
        weight="50",
        small_sample_below=D(100),
    ),
    line("reply_rate", Grades((Grade(D("0.98"), D(100)), Grade(D("0.9"), D("62.5")))), weight="50"),
    adjustment_limit=D(5),
)


def posted(state: PlanState) -> dict[str, str]:
    """What a browser sends for a form that shows this state."""
    sent: dict[str, str] = {name: value for name, value in vars(state).items() if isinstance(value, str)}
    if state.veto:
        sent["veto"] = "on"
    for i, each in enumerate(state.lines):
        sent |= {f"l{i}-{k}": v for k, v in vars(each).items() if isinstance(v, str)}
        for j, rule in enumerate(each.rules):
            at = f"l{i}-r{j}-"
            sent |= {f"{at}kind": rule.kind, f"{at}sign": rule.sign}
            sent |= {f"{at}{k}": v for k, v in rule.numbers.items()}
            if rule.small:
                sent[f"{at}small"] = "on"
            for k, tier in enumerate(rule.tiers):
                sent |= {f"{at}t{k}-{name}": value for name, value in vars(tier).items()}
    for i, band in enumerate(state.bands):
        sent |= {f"b{i}-{k}": v for k, v in vars(band).items() if isinstance(v, str)}
        sent |= {f"b{i}-{k}": "on" for k in ("or_none", "observe") if getattr(band, k)}
    return sent


@pytest.mark.parametrize("base", [*SHIPPED.values(), EVERY_KIND], ids=[*SHIPPED, "every kind of rule"])
def test_a_plan_survives_the_form(base):
    reader = Reader()
    again = plan_of(read_state(posted(state_of(base, starts_on=STARTS))), code=base.code, reader=reader)
    assert not reader.errors
    assert again == base


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1,234.5", "1234.5"),
        ("１２．５", "12.5"),
        ("95%", "95"),
        ("95 %", "95"),
        ("−20", "-20"),
        ("", None),
    ],
)
def test_numbers_as_people_type_them(typed, kept):
    reader = Reader()
    found = reader.number_or_none("x", typed, size=(9, 6))
    assert (found, reader.errors) == (None if kept is None else D(kept), {})


@pytest.mark.parametrize("typed", ["x", "1e3", "NaN", "1.2.3", "10000", "1.234", "-"])
def test_what_is_no_number_of_points_is_named(typed):
    reader = Reader()
    assert reader.number("l0-weight", typed).is_nan()
    assert set(reader.errors) == {"l0-weight"}


def test_a_percentage_is_stored_as_a_ratio():
    assert Reader().number("x", "94.99", size=(9, 6), percent=True) == D("0.9499")


ACTIONS = [
    ("add_tier:2:0", {}, lambda s: len(s.lines[2].rules[0].tiers) == 4),
    ("remove_tier:2:0:1", {}, lambda s: [t.threshold for t in s.lines[2].rules[0].tiers] == ["1.5", "0.5"]),
    ("remove_rule:1:0", {}, lambda s: len(s.lines[1].rules) == 1),
    ("add_rule:0", {"l0-new-kind": "grades"}, lambda s: s.lines[0].rules[1].kind == "grades"),
    ("remove_line:3", {}, lambda s: len(s.lines) == 14),
    ("down:0", {}, lambda s: s.lines[1].code == "sales_completion"),
    ("up:8", {}, lambda s: s.lines[8].code == "response_time"),
    ("up:9", {}, lambda s: s.lines[8].code == "service_attitude"),
    ("add_band", {}, lambda s: len(s.bands) == 7),
    ("remove_band:0", {}, lambda s: s.bands[0].at_least == "90"),
    (
        "add_line:1",
        {
            "new-qualitative-measure": "communication",
            "new-qualitative-kind": "linear",
            "new-qualitative-weight": "3",
        },
        lambda s: (
            (s.lines[15].code, s.lines[15].weight, s.lines[15].rules[0].numbers)
            == ("communication-2", "3", {"worst": "0", "best": "5"})
        ),
    ),
]


@pytest.mark.parametrize(("action", "post", "holds"), ACTIONS, ids=[one[0] for one in ACTIONS])
def test_the_buttons_change_the_form(action, post, holds):
    state = state_of(AGENT, starts_on=STARTS)
    act(state, action, post)
    assert holds(state)


@pytest.mark.parametrize(
    "action",
    ["", "luck", "remove_line:99", "add_tier:1", "remove_line:x", "mend:0", "add_line:7", "up:0:0:0:0"],
)
def test_a_button_that_names_nothing_changes_nothing(action):
    state = state_of(AGENT, starts_on=STARTS)
    act(state, action, {})
    assert state == state_of(AGENT, starts_on=STARTS)


def test_a_failed_check_can_be_mended_by_its_button():
    state = state_of(AGENT, starts_on=STARTS)
    first, second, _third = state.lines[2].rules[0].tiers
    first.effect, second.effect = "3", "2"
    assert Drawing.of(state, code="x").failed == 1
    act(state, "mend:2", {})
    assert Drawing.of(state, code="x").failed == 0
    assert (first.effect, second.effect) == ("2", "3")


@pytest.fixture
def people(db):
    company = make.unit("company", kind="company")
    staff = make.position("office", subject_kind="none")
    made = {}
    for name, held in (("hr", "hr"), ("manager", "manager"), ("finance", "finance"), ("agent", None)):
        who = make.person(name, staff_no=name, unit=company, position=staff)
        if held:
            make.role(who, held, company)
        made[name] = User.objects.get(person=who)
    return made


@pytest.fixture
def draft(people):
    return plans.create_draft(AGENT, starts_on=STARTS, by=people["hr"])


@pytest.fixture
def published(people):
    version = plans.create_draft(GRADED, starts_on=STARTS, by=people["hr"])
    now = timezone.now()
    return plans.publish(version, by=people["hr"], at=now, on=timezone.localdate(now))


def page(name, version):
    return reverse(f"admin:reviews_plan_{name}", args=[version.public_id])


def form_of(version):
    return posted(state_of(plans.to_core(version), starts_on=version.starts_on))


READING = [
    ("hr", 200, 200),
    ("manager", 404, 200),
    ("finance", 404, 404),
    ("agent", 404, 404),
]


@pytest.mark.parametrize(("who", "of_draft", "of_published"), READING, ids=[one[0] for one in READING])
def test_who_reads_what(client, people, draft, published, who, of_draft, of_published):
    client.force_login(people[who])
    for version, status in ((draft, of_draft), (published, of_published)):
        assert client.get(page("version", version)).status_code == status
        change = reverse("admin:reviews_plan_change", args=[version.plan_id])
        assert client.get(change).status_code == status


@pytest.mark.parametrize("name", ["version", "preview", "copy", "drop"])
@pytest.mark.parametrize(("who", "status"), [("manager", 403), ("finance", 404), ("agent", 404)])
def test_only_hr_writes(client, people, published, name, who, status):
    client.force_login(people[who])
    assert client.post(page(name, published), form_of(published)).status_code == status
    assert PlanVersion.objects.count() == 1


@pytest.mark.parametrize("name", ["preview", "copy"])
def test_what_is_only_posted_refuses_get(client, people, draft, name):
    client.force_login(people["hr"])
    assert client.get(page(name, draft)).status_code == 405


def test_a_made_up_number_is_not_found(client, people, draft):
    client.force_login(people["hr"])
    for path in ("/admin/reviews/plan/999/change/", "/admin/reviews/plan/x/change/"):
        assert client.get(path).status_code == 404
    assert client.get(page("version", draft).replace(str(draft.public_id)[:8], "00000000")).status_code == 404


def test_a_reader_sees_sentences_and_no_inputs(client, people, published):
    client.force_login(people["manager"])
    text = client.get(page("version", published)).content.decode()
    assert "达到 45 % 得 80 %" in text or "达到 40 % 得 80 %" in text
    assert 'name="l0-weight"' not in text
    assert reverse("admin:reviews_plan_copy", args=[published.public_id]) not in text


def test_hr_changes_a_threshold_and_saves(client, people, draft):
    client.force_login(people["hr"])
    sent = {**form_of(draft), "l0-r0-standard": "95", "note": "lower standard"}
    assert client.post(page("version", draft), sent).status_code == 302
    again = PlanVersion.objects.get(pk=draft.pk)
    assert plans.to_core(again).lines[0].rules[0].standard == D("0.95")
    assert again.note == "lower standard"


def test_a_field_that_cannot_be_read_saves_nothing(client, people, draft):
    client.force_login(people["hr"])
    sent = {**form_of(draft), "l0-weight": "thirty", "l1-r0-standard": "", "source": "", "starts_on": "soon"}
    answer = client.post(page("version", draft), sent)
    assert answer.status_code == 400
    assert answer.content.decode().count('class="kp-error"') == 4
    assert plans.to_core(PlanVersion.objects.get(pk=draft.pk)) == AGENT


def test_the_preview_moves_the_chart_and_saves_nothing(client, people, draft):
    client.force_login(people["hr"])
    sent = form_of(draft)
    before = client.post(page("preview", draft), sent).json()["parts"]
    after = client.post(page("preview", draft), {**sent, "l0-r0-standard": "95"}).json()["parts"]
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"chart-0", "sentence-0"}
    assert plans.to_core(PlanVersion.objects.get(pk=draft.pk)) == AGENT


def test_the_preview_names_what_keeps_the_plan_from_being_published(client, people, draft):
    client.force_login(people["hr"])
    sent = {**form_of(draft), "l0-weight": "29", "l2-r0-t0-effect": "3", "l2-r0-t1-effect": "2"}
    parts = client.post(page("preview", draft), sent).json()["parts"]
    assert "还差 1 分" in parts["plan-checks"]
    assert "更差的值得分更高" in parts["plan-checks"]
    assert "更差的值得分更高" in parts["said-2"]
    assert 'fill="#F9DCD9"' in parts["chart-2"], "the red span"
    assert "disabled" in parts["plan-act"]
    assert "2 处检查不通过" in parts["plan-act"]


def test_publishing_a_plan_that_fails_is_refused_and_says_why(client, people, draft):
    client.force_login(people["hr"])
    answer = client.post(
        page("version", draft), {**form_of(draft), "l0-weight": "29", "do": "publish"}, follow=True
    )
    assert "还差 1 分" in answer.content.decode()
    assert PlanVersion.objects.get(pk=draft.pk).published_at is None


def test_publishing_freezes_and_a_late_save_changes_nothing(client, people, draft):
    client.force_login(people["hr"])
    client.post(page("version", draft), {**form_of(draft), "do": "publish"})
    version = PlanVersion.objects.get(pk=draft.pk)
    assert (version.state, version.published_by) == ("published", people["hr"])
    late = client.post(page("version", draft), {**form_of(draft), "l0-weight": "1"}, follow=True)
    assert "不可修改" in late.content.decode()
    assert plans.to_core(version) == AGENT


def test_without_script_a_button_redraws_the_form_with_what_was_typed(client, people, draft):
    client.force_login(people["hr"])
    sent = {**form_of(draft), "l0-weight": "12", "do": "add_tier:2:0"}
    text = client.post(page("version", draft), sent).content.decode()
    assert 'name="l2-r0-t3-threshold"' in text
    assert 'name="l0-weight" value="12"' in text
    assert plans.to_core(PlanVersion.objects.get(pk=draft.pk)) == AGENT


def test_a_new_version_begins_with_this_one(client, people, published):
    client.force_login(people["hr"])
    answer = client.post(page("copy", published))
    made = PlanVersion.objects.get(plan=published.plan, number=2)
    assert answer.url == page("version", made)
    assert plans.to_core(made) == GRADED
    assert made.starts_on.day == 1


def test_a_draft_is_deleted_after_asking(client, people, draft):
    client.force_login(people["hr"])
    assert client.get(page("drop", draft)).status_code == 200
    assert PlanVersion.objects.filter(pk=draft.pk).exists()
    client.post(page("drop", draft))
    assert not Plan.objects.exists()


def test_a_published_version_is_not_deleted(client, people, published):
    client.force_login(people["hr"])
    client.post(page("drop", published))
    assert PlanVersion.objects.filter(pk=published.pk).exists()


START = {
    "name_zh": "试用方案",
    "name_en": "Trial",
    "code": "trial",
    "source": "制度 3 条",
    "starts_on": "2026-12-01",
}


@pytest.mark.parametrize(("base", "lines"), [("", 0), ("graded-sheet", 6)])
def test_a_plan_is_started(client, people, base, lines):
    client.force_login(people["hr"])
    answer = client.post(reverse("admin:reviews_plan_add"), {**START, "base": base})
    version = PlanVersion.objects.get(plan__code="trial")
    assert answer.url == page("version", version)
    assert version.lines.count() == lines
    assert client.get(answer.url).status_code == 200


def test_a_code_is_taken_once(client, people, draft):
    client.force_login(people["hr"])
    answer = client.post(reverse("admin:reviews_plan_add"), {**START, "code": AGENT.code})
    assert answer.status_code == 200
    assert "已有方案用了这个代码" in answer.content.decode()


def test_names_are_inert_text(client, people, draft):
    client.force_login(people["hr"])
    sent = {**form_of(draft), "l0-name_zh": "<script>alert(1)</script>", "l0-name_en": '"><img src=x>'}
    client.post(page("version", draft), sent)
    text = client.get(page("version", draft)).content.decode()
    assert "<script>alert(1)" not in text
    assert "<img src=x>" not in text
    parts = client.post(page("preview", draft), sent).json()["parts"]
    assert "<script>alert(1)" not in repr(parts)


def test_the_pages_have_a_query_budget(client, people, draft, django_assert_max_num_queries):
    client.force_login(people["hr"])
    client.get(page("version", draft))
    with django_assert_max_num_queries(16):
        client.get(page("version", draft))
    with django_assert_max_num_queries(10):
        client.post(page("preview", draft), form_of(draft))
    for _ in range(4):
        plans.create_draft(GRADED, starts_on=STARTS, by=None)
    with django_assert_max_num_queries(16):
        client.get(reverse("admin:reviews_plan_changelist"))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_language_shows_only_its_own_words(client, people, draft, published, language):
    User.objects.filter(pk=people["manager"].pk).update(language=language)
    client.force_login(User.objects.get(pk=people["manager"].pk))
    text = client.get(page("version", published)).content.decode()
    body = text[text.index('class="kp-head"') : text.rindex('class="kp-side"')]
    if language == "en":
        assert "Quantitative" in body
        assert "定量" not in body
    else:
        assert "定量指标" in body
        assert "Quantitative" not in body


def test_a_plan_is_assigned_only_from_the_day_it_is_in_force(client, people, draft, published):
    client.force_login(people["hr"])
    url = reverse("admin:reviews_planassignment_add")
    unit, position = Unit.objects.get(), make.position()
    sent = {"unit": unit.pk, "position": position.pk, "employment_kind": ""}
    for version, starts_on, made in (
        (draft, "2026-06-01", 0),
        (published, "2025-12-31", 0),
        (published, "2026-01-01", 1),
    ):
        answer = client.post(url, {**sent, "plan": version.plan_id, "starts_on": starts_on})
        assert PlanAssignment.objects.count() == made
        assert ("还没有公布的版本" in answer.content.decode()) is not bool(made)
    client.force_login(people["manager"])
    assert client.post(url, sent).status_code == 403
