"""Exam marks in: all or none, a correction supersedes."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from tests import factories as make
from training.models import ExamMark
from training.services import MarkGiven, Recorded, record_marks

DAY = date(2026, 10, 9)


@pytest.fixture
def jing(db):
    return make.person("何静姝")


def record(*marks):
    return record_marks(marks, by=None, source="考试成绩.xlsx")


def test_a_correction_supersedes_and_the_same_again_changes_nothing(jing):
    assert record(MarkGiven(jing.pk, "product", DAY, Decimal(80))) == Recorded(1, 0, 0)
    assert record(MarkGiven(jing.pk, "product", DAY, Decimal("80.00"))) == Recorded(0, 0, 1)
    assert record(MarkGiven(jing.pk, "product", DAY, Decimal(86))) == Recorded(0, 1, 0)
    rows = ExamMark.objects.order_by("pk").values_list("mark", "superseded")
    assert list(rows) == [(Decimal(80), True), (Decimal(86), False)]


@pytest.mark.parametrize(
    ("kind", "mark", "full"),
    [
        pytest.param("product", "101", "100", id="above full"),
        pytest.param("product", "-1", "100", id="negative"),
        pytest.param("product", "NaN", "100", id="not a number"),
        pytest.param("product", "1", "0", id="full mark 0"),
        pytest.param("product", "86.555", "100", id="three decimals"),
        pytest.param("cooking", "1", "100", id="unknown exam"),
    ],
)
def test_one_bad_mark_keeps_all_out(jing, kind, mark, full):
    bad = MarkGiven(jing.pk, kind, DAY, Decimal(mark), Decimal(full), where="表1 第 3 行")
    with pytest.raises(ValidationError, match="表1 第 3 行"):
        record(MarkGiven(jing.pk, "skills", DAY, Decimal(60)), bad)
    assert not ExamMark.objects.exists()


def test_two_different_marks_for_one_sitting_are_refused(jing):
    with pytest.raises(ValidationError):
        record(
            MarkGiven(jing.pk, "product", DAY, Decimal(60)), MarkGiven(jing.pk, "product", DAY, Decimal(61))
        )


def test_a_hundred_marks_take_as_many_queries_as_one(jing, django_assert_max_num_queries):
    people = [make.person(f"考生{n}", login=False) for n in range(30)]
    with django_assert_max_num_queries(6):
        record(*(MarkGiven(person.pk, "product", DAY, Decimal(70)) for person in people))


def test_the_database_refuses_a_mark_above_full(jing):
    with pytest.raises(IntegrityError, match="within_full"):
        ExamMark.objects.create(person=jing, kind="product", sat_on=DAY, mark=101, source="x")
