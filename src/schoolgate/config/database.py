"""One URL decides: SQLite embedded by default, PostgreSQL for more (decision 0015)."""

from pathlib import Path
from typing import Any

import dj_database_url

from schoolgate.config.env import WrongSetting

VARIABLE = "SCHOOLGATE_DATABASE_URL"
SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"

# Long enough for a clerk's click to outwait the transaction of another school's apply.
BUSY_TIMEOUT_SECONDS = 30

SQLITE_OPTIONS = {
    # WAL: readers never wait for a writer. IMMEDIATE: a transaction that will write asks at its
    # start, so it waits its turn instead of failing in the middle ("database is locked").
    "transaction_mode": "IMMEDIATE",
    "timeout": BUSY_TIMEOUT_SECONDS,
    # 64 MB for the write-ahead log, as much of a cache for the database, and half of it for
    # temporary tables (else 2 MB): a first load comes to the same pages again and again.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=16000;"
        " PRAGMA cache_size=-65536; PRAGMA temp.cache_size=-32768;"
    ),
}

# A thread keeps its connection for so long, and asks whether it still lives before each request:
# a server that was started again costs nobody an error page.
KEEP_CONNECTION_SECONDS = 60
# A worker that was frozen in a transaction must not keep its locks. No transaction of ours rests
# for so long between two statements.
IDLE_TRANSACTION_SECONDS = 300

POSTGRESQL_OPTIONS = {
    # Who is this, in pg_stat_activity?
    "application_name": "schoolgate",
    "connect_timeout": 10,
    # A server that vanished from the network is noticed in about a minute, not in two hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "options": (
        # Compiling a statement costs more than running it: a plan is many tables and few rows.
        "-c jit=off"
        f" -c lock_timeout={BUSY_TIMEOUT_SECONDS}s"
        f" -c idle_in_transaction_session_timeout={IDLE_TRANSACTION_SECONDS}s"
    ),
}


def from_url(url: str, *, home: Path) -> dict[str, Any]:
    """Django's DATABASES entry for a URL; for an empty one the embedded database in `home`.

    What the URL itself asks for (`?sslmode=verify-full`) comes before our own options.

    Raises:
        WrongSetting: for a URL that is none, or of another database.
    """
    chosen = dict(_parsed(url or f"sqlite:///{home / 'schoolgate.sqlite3'}"))
    asked = chosen.get("OPTIONS", {})
    if chosen["ENGINE"] == SQLITE:
        return {**chosen, "OPTIONS": {**asked, **SQLITE_OPTIONS}}
    return {
        **chosen,
        "CONN_MAX_AGE": KEEP_CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**POSTGRESQL_OPTIONS, **asked},
    }


def engine_url(url: str, *, home: Path) -> str:
    """Where the workflow engine keeps its own tables: beside ours, never among them."""
    if url.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    return f"sqlite:///{home / 'engine.sqlite3'}"


def does_not_answer(error: Exception) -> str:
    """Say what is wrong with a database that cannot be opened. The driver never tells a secret."""
    said = str(error).strip().partition("\n")[0].rstrip(".")
    return (
        f"The database cannot be opened: {said}. {VARIABLE} says which it is; "
        "trying again helps once it runs."
    )


def _parsed(url: str) -> Any:
    # The URL holds the password: none of it is repeated.
    try:
        parsed = dj_database_url.parse(url)
    except ValueError:
        raise WrongSetting(
            f"{VARIABLE} cannot be read. It looks like postgresql://user:password@host/database; "
            "in the password, signs such as @ : / # are written as %40 %3A %2F %23."
        ) from None
    if parsed["ENGINE"] not in (SQLITE, POSTGRESQL):
        raise WrongSetting(f"{VARIABLE} must begin with postgresql:// (or sqlite:///).")
    return parsed
