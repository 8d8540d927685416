"""Load and remove many plain rows: the one place where the two databases may differ.

The ORM's own `bulk_create` builds an object and an expression for every value; a sync has hundreds
of thousands of them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import Max, Min, Model

from schoolgate.roster.batches import batched

BATCH = 5_000
LEAVE = "DO NOTHING"
# So few rows are not worth a COPY.
FEW = 100
# A table that was that many times as large when PostgreSQL last counted is planned for well enough.
LARGE = 10


def insert(
    model: type[Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    conflict: str = "",
) -> None:
    """Insert rows of plain values, named by their columns in the database.

    JSON goes in as text (`as_json`), a moment as the database spells it (`as_moment`). `conflict`
    is what to do about a row that is there: the words after ON CONFLICT, `LEAVE` for nothing.
    """
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)  # noqa: SLF001  # public by Django's documentation
    names = ", ".join(quote(column) for column in columns)
    places = ", ".join(["%s"] * len(columns))
    end = f" ON CONFLICT {conflict}" if conflict else ""
    statement = f"INSERT INTO {table} ({names}) VALUES ({places}){end}"  # noqa: S608
    with connection.cursor() as cursor:
        for batch in batched(rows, BATCH):
            if connection.vendor == "postgresql" and len(batch) > FEW:
                _copy(cursor, table, names, batch, end)
            else:
                cursor.executemany(statement, batch)


def _copy(cursor: Any, table: str, names: str, batch: list[Sequence[Any]], end: str) -> None:
    """COPY is several times as fast as INSERT. It goes by way of a table of its own.

    COPY knows no ON CONFLICT; and what watches over our writes sees statements only.
    """
    with transaction.atomic():
        cursor.execute(
            f"CREATE TEMPORARY TABLE bulk_rows ON COMMIT DROP AS "  # noqa: S608
            f"SELECT {names} FROM {table} WITH NO DATA"
        )
        with cursor.copy(f"COPY bulk_rows ({names}) FROM STDIN") as copy:
            for row in batch:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM bulk_rows{end}"  # noqa: S608
        )
        cursor.execute("DROP TABLE bulk_rows")


def delete(model: type[Model], column: str, value: int, *, also: str = "TRUE") -> None:
    """Delete the rows of one value, a slice of keys in a transaction of its own.

    Along the primary key: the plus keeps a database from looking each slice up among all of them.
    """
    table = model._meta.db_table  # noqa: SLF001  # public by Django's documentation
    rows = model._default_manager.filter(**{column: value})  # noqa: SLF001
    ends = rows.order_by().aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    statement = f"DELETE FROM {table} WHERE +{column} = %s AND id >= %s AND id < %s AND {also}"  # noqa: S608
    for start in range(ends["first"], ends["last"] + 1, BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [value, start, start + BATCH])


def recount(*models: type[Model], rows: int) -> None:
    """Let PostgreSQL count the tables anew of which `rows` rows are a large part.

    It plans by what it counted last, and counts by itself a minute later at the earliest: a table
    that was empty then is taken for empty still, and each of its rows looked for in all others.
    (SQLite plans by the indexes alone.)
    """
    if connection.vendor != "postgresql":
        return
    tables = [model._meta.db_table for model in models]  # noqa: SLF001  # as above
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class"
            " WHERE oid = ANY(%s::regclass[]) AND reltuples < %s ORDER BY relname",
            [tables, rows * LARGE],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ANALYZE {table}")


def as_json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def as_moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)
