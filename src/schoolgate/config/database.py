"""One URL decides: SQLite embedded by default, PostgreSQL for more."""

from pathlib import Path
from typing import Any

import dj_database_url

# Long enough for a clerk's click to outwait the transaction of another school's apply.
BUSY_TIMEOUT_SECONDS = 30

SQLITE_OPTIONS = {
    # WAL: readers never wait for a writer. IMMEDIATE: a transaction that will write asks at its
    # start, so it waits its turn instead of failing in the middle ("database is locked").
    "transaction_mode": "IMMEDIATE",
    "timeout": BUSY_TIMEOUT_SECONDS,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
}


def from_url(url: str, *, home: Path) -> dict[str, Any]:
    """Django's DATABASES entry for a URL; for an empty one the embedded database in `home`."""
    chosen = dj_database_url.parse(url or f"sqlite:///{home / 'schoolgate.sqlite3'}")
    if chosen["ENGINE"] == "django.db.backends.sqlite3":
        chosen["OPTIONS"] = {**chosen.get("OPTIONS", {}), **SQLITE_OPTIONS}
    else:
        chosen["CONN_MAX_AGE"] = 60
    return dict(chosen)


def engine_url(url: str, *, home: Path) -> str:
    """Where the workflow engine keeps its own tables: beside ours, never among them."""
    if url.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    return f"sqlite:///{home / 'engine.sqlite3'}"
