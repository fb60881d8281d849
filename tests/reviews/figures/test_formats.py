"""Every listed format, in files nobody has tuned for: other orders, brackets, encodings, ways to write a cell."""

from decimal import Decimal as D

import pytest

from reviews.figures.days import Span
from reviews.figures.fields import AGENT_FIELDS
from reviews.figures.reading import read_file
from tests.reviews.figures.exports import COLUMNS, Maker


def span_of(export):
    return Span(*export.span) if export.span else None


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", COLUMNS)
def test_an_export_with_any_quirks_reads_to_its_figures(tmp_path, name, seed):
    export = Maker(name, seed, tmp_path).make()
    file = read_file(export.path, asked=span_of(export))
    assert file.errors == []
    assert (file.form.name, file.skipped) == (name, export.skipped)
    found = [
        (
            row.account,
            row.span.first,
            row.span.last,
            {k: v for k, v in row.values.items() if k in AGENT_FIELDS},
        )
        for row in file.rows
    ]
    wanted = [(row.account, row.first, row.last, row.values) for row in export.rows]
    for mine, theirs in zip(found, wanted, strict=True):
        assert mine[:3] == theirs[:3]
        for key in mine[3].keys() | theirs[3].keys():
            assert mine[3].get(key) == pytest.approx(
                theirs[3].get(key), abs=D("0.00005") if key in RATES else 0
            ), key
    assert ["not_final" in row.flags for row in file.rows] == [row.not_final for row in export.rows]


RATES = {"reply_rate", "satisfaction_rate", "answer_ratio"}
