"""Fill a database with districts, beside the ones that are measured: copies of one that was synced.

    python crowd.py DISTRICT COPIES SCHOOL_OF

Copies every student, adult, listing and relationship of a district into districts of their own, by
the database itself. Then puts all students of the district SCHOOL_OF on the list of its first
school. Prints how many students the database holds.
"""

import json
import sys
from typing import Any

from django.db import connection, transaction

from schoolgate.commands.installation import open_installation

# Between the ids of one copy and of the next.
APART = 50_000_000


def main() -> None:
    district, copies, crowded = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    open_installation()
    from django.core.management.color import no_style

    from schoolgate.districts.models import District, School
    from schoolgate.roster.models import Guardian, Listing, Relationship, Student

    origin = District.objects.get(slug=district)
    tables = [District, School, Student, Guardian, Listing, Relationship]
    for number in range(1, copies + 1):
        with transaction.atomic():
            for table in tables:
                copy(table, origin.pk, number)
    with connection.cursor() as cursor:
        for line in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(line)
    crowd(School.objects.filter(district__slug=crowded).earliest("id"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps({"students": Student.objects.count()}))


def copy(table: Any, origin: int, number: int) -> None:
    """Copy the rows of one district. What points at a row points at that row's own copy."""
    quote, apart = connection.ops.quote_name, number * APART
    columns = [field.column for field in table._meta.concrete_fields]  # noqa: SLF001  # public by Django's documentation
    pointing = {
        field.column
        for field in table._meta.concrete_fields  # noqa: SLF001  # as above
        if field.primary_key or (field.is_relation and "roster" in str(field.related_model))
    } | ({"district_id", "school_id", "registration_id"} & set(columns))

    def copied(column: str) -> str:
        if column in pointing:
            return f"{quote(column)} + {apart}"
        return f"{quote(column)} || '-{number}'" if column == "slug" else quote(column)

    own = "id" if table._meta.model_name == "district" else "district_id"  # noqa: SLF001  # as above
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(table._meta.db_table)} ({', '.join(map(quote, columns))})"  # noqa: S608, SLF001  # names of our own tables
            f" SELECT {', '.join(map(copied, columns))} FROM {quote(table._meta.db_table)}"  # noqa: SLF001  # as above
            f" WHERE {own} = %s",
            [origin],
        )


def crowd(school: Any) -> None:
    """Put every student of the school's district on this one list."""
    from schoolgate.roster.models import Listing, Student

    Listing.objects.filter(district_id=school.district_id).delete()
    Listing.objects.bulk_create(
        (
            Listing(district_id=school.district_id, school=school, student=student)
            for student in Student.objects.filter(district_id=school.district_id)
        ),
        batch_size=1_000,
    )


main()
