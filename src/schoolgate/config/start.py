"""From nothing to a working installation: home, keys, settings, tables."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from schoolgate.config import database, env, home

# Any number that nothing else in a database of ours locks.
MIGRATING = 7_246_911


def choose_settings() -> None:
    env.choose("DJANGO_SETTINGS_MODULE", "schoolgate.config.settings")


def prepare() -> None:
    """Make everything that a command needs. Quick when it is there; safe to run side by side.

    Raises:
        WrongSetting: the database does not answer, or its tables are behind and are not for this
            process to change.
    """
    folder = _open_home()
    if _tables_are_behind():
        if not settings.MIGRATE:
            raise env.WrongSetting(
                "The tables are older than this version, and SCHOOLGATE_MIGRATE is false: run "
                "`schoolgate migrate` first, once for the whole installation."
            )
        _migrate(folder)


def migrate() -> None:
    """Bring our tables and the engine's up to date, whatever SCHOOLGATE_MIGRATE says."""
    folder = _open_home()
    _migrate(folder)
    from schoolgate.jobs import durable  # noqa: PLC0415  # its models need Django set up

    durable.migrate()
    _keep_private(folder)


def _open_home() -> Path:
    folder = env.home()
    home.create(folder)
    choose_settings()
    django.setup()
    _ask_the_database()
    return folder


def _ask_the_database() -> None:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise env.WrongSetting(database.does_not_answer(error)) from None


def _migrate(folder: Path) -> None:
    with _one_at_a_time(folder / "migrate.lock"):
        call_command("migrate", verbosity=0, interactive=False)
        _keep_private(folder)


def _tables_are_behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _keep_private(folder: Path) -> None:
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        for file in folder.glob("*.sqlite3*"):
            file.chmod(home.PRIVATE_FILE)


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor == "sqlite":
            yield
            return
        # Several machines may start at once; the file is seen by one of them only. The lock goes
        # with its connection, should this process die.
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            yield
        finally:
            connection.close()
