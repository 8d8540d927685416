"""What the bulk loading does for one database only."""

import pytest
from django.db import connection

from cast import a_district, a_school
from schoolgate.districts.models import School
from schoolgate.roster import bulk

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]


def believe(rows: float) -> None:
    """As after a vacuum that found that many rows, in a table of ten pages."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_class SET reltuples = %s, relpages = 10 WHERE relname = 'districts_school'",
            [rows],
        )


def believed() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'districts_school'")
        rows: float = cursor.fetchone()[0]
        return rows


def test_a_table_that_counts_as_empty_is_counted_anew_before_it_is_searched() -> None:
    district = a_district()
    for number in range(30):
        a_school(district, f"s{number}", f"School {number}")
    believe(0)

    bulk.recount(School, rows=30)

    assert believed() == 30


def test_a_table_of_which_the_rows_are_a_small_part_is_left_alone() -> None:
    believe(1_000)

    bulk.recount(School, rows=30)

    assert believed() == 1_000
