"""From nothing to a working installation: home, keys, settings, tables."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from schoolgate.config import env, home


def choose_settings() -> None:
    env.choose("DJANGO_SETTINGS_MODULE", "schoolgate.config.settings")


def prepare() -> None:
    """Make everything that a command needs. Quick when it is there; safe to run side by side."""
    folder = env.home()
    home.create(folder)
    choose_settings()
    django.setup()
    if _tables_are_behind():
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
        yield
