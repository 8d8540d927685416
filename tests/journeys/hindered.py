"""Run `schoolgate` with words as a process of its own, in a database that has trouble.

    hindered.py room N WORDS      no more than N further pages (SQLite): the disk is full
    hindered.py pause N WORDS     says "now" before the n-th statement, and goes on at a line

Called by test_a_full_disk.py and test_a_lost_database.py.
"""

import sys
from typing import Any

from django.conf import settings

from schoolgate.__main__ import main
from schoolgate.config import start


def without_room(pages: int) -> None:
    """Let no connection of this process, nor one that comes later, make the file larger."""
    from django.db import connection  # noqa: PLC0415  # when Django is set up

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (there,) = cursor.fetchone()
    options = settings.DATABASES["default"]["OPTIONS"]
    options["init_command"] += f"PRAGMA max_page_count={there + pages};"
    connection.close()


def pausing(at: int) -> None:
    from django.db import connection  # noqa: PLC0415  # when Django is set up

    seen = 0

    def before_each(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == at:
            print("now", flush=True)  # noqa: T201
            sys.stdin.readline()
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(before_each)


start.prepare()
{"room": without_room, "pause": pausing}[sys.argv[1]](int(sys.argv[2]))
sys.exit(main(sys.argv[3:]))
