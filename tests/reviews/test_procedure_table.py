"""A procedure as a table: what is refused, what is warned of, and who changes it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from reviews import procedure_table
from reviews.models import Procedure, ProcedureStep
from reviews.procedures import load_procedures
from tests.reviews.people import company, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def full():
    return load_procedures()["full"]


def form_of(procedure, **changed):
    """What the page would post."""
    data = {}
    for line in procedure_table.grid_of(procedure).lines:
        for cell in line.cells:
            data |= {f"role-{cell.name}": cell.role, f"day-{cell.name}": cell.day}
            data |= {f"go-{cell.name}": "1"} if cell.in_one_go else {}
    data |= {f"second-{role}": "1" for role in procedure.second_roles}
    return data | changed


@pytest.mark.parametrize(
    ("changed", "count"),
    [
        pytest.param({}, 0, id="as shipped"),
        pytest.param({"day-approve-agent": "2"}, 1, id="approved before it is submitted"),
        pytest.param({"day-approve-agent": "0"}, 1, id="no working day"),
        pytest.param({"day-approve-agent": "５"}, 1, id="no digit of ours"),
        pytest.param(
            {"role-assess-agent": "emperor", "day-pay-agent": "99"}, 2, id="two faults, two sentences"
        ),
        pytest.param({f"second-{role}": "" for role in procedure_table.MAY_CONSENT}, 1, id="nobody consents"),
    ],
)
def test_what_keeps_a_table_from_being_kept(full, changed, count):
    grid = procedure_table.grid_from(form_of(full, **changed), full)
    assert len(procedure_table.problems(grid)) == count


@pytest.mark.parametrize(
    ("changed", "count"),
    [
        pytest.param({}, 0, id="as shipped"),
        pytest.param({"role-approve-agent": "supervisor"}, 1, id="who submits approves"),
        pytest.param({"role-decide-agent": "director"}, 1, id="who approves decides"),
        pytest.param(
            {"role-decide-agent": "director", "approver_may_decide": "1"}, 0, id="which may be wanted"
        ),
    ],
)
def test_four_eyes_are_warned_of(full, changed, count):
    load_procedures()
    ProcedureStep.objects.filter(procedure=full).exclude(subject_kind="agent").delete()
    procedure = Procedure.objects.get(pk=full.pk)
    grid = procedure_table.grid_from(form_of(procedure, **changed), procedure)
    assert len(procedure_table.warnings(grid)) == count


@pytest.mark.parametrize(
    ("who", "status"),
    [
        pytest.param("sun", 302, id="HR of the company"),
        pytest.param("zhao", 403, id="a manager reads only"),
        pytest.param("zhou", 404, id="no page for finance"),
        pytest.param("wang", 404, id="no page for a supervisor"),
    ],
)
def test_who_changes_a_procedure(client, full, who, status):
    firm = company()
    client.force_login(user(getattr(firm, who)))
    address = reverse("admin:reviews_procedure_change", args=[full.pk])
    answer = client.post(address, form_of(full, **{"day-approve-agent": "6"}))
    assert answer.status_code == status
    step = ProcedureStep.objects.get(procedure=full, act="approve", subject_kind="agent")
    assert step.working_day == (6 if status == 302 else 5)
    assert step.history.count() == (1 if status == 302 else 0)


def test_a_faulty_table_is_shown_again_with_every_cause(client, full):
    firm = company()
    client.force_login(user(firm.sun))
    address = reverse("admin:reviews_procedure_change", args=[full.pk])
    answer = client.post(address, form_of(full, **{"day-approve-agent": "1", "day-close-agent": "x"}))
    assert answer.status_code == 422
    assert len(answer.context["faults"]) == 2
    assert 'value="x"' in answer.content.decode()
