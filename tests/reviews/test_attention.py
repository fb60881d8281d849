"""What needs eyes: the edges of each reason, and the marks of one supervisor against the others'."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.utils import translation

from reviews import attention, means
from reviews.attention import Looked, reasons
from reviews.checking import Coverage
from reviews.means import Apart, Checked, Marks, apart, apart_by_assessor
from reviews.models import CardLine, Objection, OpeningMonth, RubricItem, SpotCheck, SpotMark
from reviews.rubrics import load_rubric
from tests.reviews.people import Company, company

OCTOBER = date(2026, 10, 1)
BOUNDS = (D(80), D(90))


def looked(total: str = "85.00", **given: object) -> Looked:
    """A card in the middle of its band, that nothing stands out on."""
    return Looked(**{"total": D(total), "month": OCTOBER, "bounds": BOUNDS, **given})  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("card", "said"),
    [
        pytest.param(looked(), [], id="nothing stands out"),
        pytest.param(looked("79.49"), [], id="0.51 below a bound"),
        pytest.param(looked("79.50"), ["0.50 below the 80 band"], id="0.50 below a bound"),
        pytest.param(looked("80.00"), ["0.00 above the bound of the 80 band"], id="on the bound"),
        pytest.param(looked("80.50"), ["0.50 above the bound of the 80 band"], id="0.50 above a bound"),
        pytest.param(looked("80.51"), [], id="0.51 above a bound"),
        pytest.param(looked(bounds=()), [], id="a plan of one band"),
        pytest.param(looked(before=D("75.00")), [], id="moved by 10.00"),
        pytest.param(looked(before=D("74.99")), ["10.01 above September"], id="moved by 10.01"),
        pytest.param(looked(before=D("95.01")), ["10.01 below September"], id="fell by 10.01"),
        pytest.param(looked(before=None), [], id="no month before"),
        pytest.param(looked(waived=1), ["1 line waived"], id="a waived line"),
        pytest.param(looked(adjusted=True), ["holds an adjustment line"], id="an adjustment"),
        pytest.param(looked(estimated=True), ["holds estimated figures"], id="estimated figures"),
        pytest.param(looked(before_cap=D("85.00")), [], id="a cap that took nothing"),
        pytest.param(looked(before_cap=D("99.00")), ["the total is capped by a veto"], id="a cap"),
        pytest.param(looked(cover=Coverage(1, 2, 5, 2, 2)), ["spot checks: 3 of 5"], id="missing checks"),
        pytest.param(looked(cover=Coverage(2, 3, 5, 2, 2)), [], id="all checks made"),
        pytest.param(looked(objections_open=2), ["2 objections open"], id="open objections"),
        pytest.param(looked(objections_upheld=1), ["1 objection upheld this month"], id="one upheld"),
        pytest.param(
            looked(apart=Apart(D("4.62"), D("3.98"))),
            ["spot-check mean 4.62, other supervisors 3.98"],
            id="a mean apart",
        ),
    ],
)
def test_reasons(card, said):
    assert reasons(card) == said


def marks(mean: str, people: int = 5) -> Marks:
    """A hundred marks of a mean, given in steps of 0.01 by their sum in halves."""
    return Marks(int(D(mean) * 200), 100, people)


@pytest.mark.parametrize(
    ("own", "others", "all_seen", "found"),
    [
        pytest.param("4.50", ["4.00"], True, None, id="0.50 apart is not over it"),
        pytest.param("4.51", ["4.00"], True, ("4.51", "4.00"), id="0.51 above"),
        pytest.param("3.49", ["4.00"], True, ("3.49", "4.00"), id="0.51 below"),
        pytest.param(
            "4.62", ["3.90", "4.06"], True, ("4.62", "3.98"), id="each other supervisor counts once"
        ),
        pytest.param("4.62", [], True, None, id="nobody to compare with"),
        pytest.param("4.62", ["3.98"], False, ("4.62", "3.98"), id="five people may be shown"),
    ],
)
def test_a_mean_apart_from_the_others(own, others, all_seen, found):
    stands = apart(marks(own), [marks(one) for one in others], all_seen=all_seen)
    assert stands == (Apart(D(found[0]), D(found[1])) if found else None)


@pytest.mark.parametrize(("all_seen", "said"), [(True, True), (False, False)])
def test_the_mean_of_four_people_is_shown_only_to_those_who_see_their_cards(all_seen, said):
    stands = apart(marks("4.62"), [marks("3.98", people=4)], all_seen=all_seen)
    assert (stands is not None) is said


def test_who_was_not_marked_is_compared_with_nobody():
    assert apart(None, [marks("3.98")], all_seen=True) is None
    assert apart(Marks(0, 0, 3), [marks("3.98")], all_seen=True) is None
    assert apart(marks("4.62"), [Marks(0, 0, 9)], all_seen=True) is None


def test_where_nobody_else_assesses_in_the_review_the_company_is_compared():
    people = {
        1: Checked(1, assessor_id=10, review_id=1, halves=10, marks=1),
        2: Checked(2, assessor_id=20, review_id=2, halves=6, marks=1),
    }
    found = apart_by_assessor(people, reviews={1}, seen={1, 2})
    assert found == {(1, 10): Apart(D("5.00"), D("3.00"))}
    nearer = {**people, 3: Checked(3, assessor_id=30, review_id=1, halves=10, marks=1)}
    assert apart_by_assessor(nearer, reviews={1}, seen={1, 2, 3}) == {}


@pytest.fixture
def firm(db) -> Company:
    return company()


def check(firm: Company, person, *, sold: bool, halves: int) -> SpotCheck:
    """A check of October with the same mark for each item that has marks."""
    version = load_rubric()
    made = SpotCheck.objects.create(
        person=person, version=version, checker=firm.wang, checked_at=datetime(2026, 10, 20, tzinfo=UTC),
        chat_on=date(2026, 10, 19), sold=sold, buyer="买*家", shown_at=datetime(2026, 10, 21, tzinfo=UTC),
    )  # fmt: skip
    for item in RubricItem.objects.filter(version=version, critical=False):
        SpotMark.objects.create(check_made=made, item=item, halves=halves)
    return made


def test_checks_and_marks_are_counted_by_person_in_one_query(firm, django_assert_num_queries):
    firm.card()
    firm.card(firm.chen)
    check(firm, firm.lin, sold=True, halves=10)
    check(firm, firm.lin, sold=False, halves=8)
    superseded = check(firm, firm.chen, sold=True, halves=6).marks.first()
    SpotMark.objects.filter(pk=superseded.pk).update(superseded=True)
    items = RubricItem.objects.filter(critical=False).count()
    with django_assert_num_queries(1):
        found = means.checked(OCTOBER)
    lin, chen = found[firm.lin.pk], found[firm.chen.pk]
    assert (lin.sold, lin.unsold, lin.halves, lin.marks) == (1, 1, 18 * items, 2 * items)
    assert (chen.sold, chen.unsold, chen.marks) == (1, 0, items - 1)
    assert lin.assessor_id == firm.wang.pk


def test_flags_come_from_the_rows(firm, django_assert_max_num_queries):
    card = firm.card()
    quiet = firm.card(firm.chen)
    OpeningMonth.objects.create(person=firm.lin, month=date(2026, 9, 1), total=D("70.00"))
    CardLine.objects.filter(segment__version=card.current_id, code="disputes").update(status="waived")
    Objection.objects.create(
        version=card.current, line="disputes", reason="物流", made_at=datetime(2026, 11, 6, tzinfo=UTC)
    )
    with django_assert_max_num_queries(4):
        found = attention.flags_of([card, quiet])
    assert [one.split(" ", 1)[1] for one in found[card.pk][:1]] == ["above September"]
    assert "1 objection open" in found[card.pk]
    assert "1 line waived" in found[card.pk]
    assert set(found.get(quiet.pk, [])) <= {"spot checks: 0 of 5"}
