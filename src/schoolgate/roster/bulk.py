"""Load many plain rows: the one place where the two databases may differ.

The ORM's own `bulk_create` builds an object and an expression for every value; a sync has hundreds
of thousands of them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Model

from schoolgate.roster.batches import batched

BATCH = 5_000
LEAVE = "DO NOTHING"


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
    names = ", ".join(quote(column) for column in columns)
    places = ", ".join(["%s"] * len(columns))
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608, SLF001
        + (f" ON CONFLICT {conflict}" if conflict else "")
    )
    with connection.cursor() as cursor:
        for batch in batched(rows, BATCH):
            cursor.executemany(statement, batch)


def as_json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def as_moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)
