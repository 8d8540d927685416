"""A process that asks for syncs and stops them, as the web server does for people; a line each.

sync REGISTRATION -> the run's number; clock REGISTRATION -> likewise, as the schedule writes it
down: nobody is told but the outbox; stop RUN -> whether it was in time.
"""

import sys
from datetime import UTC, datetime

from schoolgate.config import start

start.prepare()

from django.db import connection  # noqa: E402

from schoolgate.accounts.models import User  # noqa: E402
from schoolgate.registrations.registering import find_registration  # noqa: E402
from schoolgate.sync import runs, tasks  # noqa: E402
from schoolgate.sync.models import Origin, SyncRun  # noqa: E402


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # an edge, as a view is


def lee() -> User:
    return User.objects.get_or_create(username="lee")[0]


def obey(order: str, what: str) -> object:
    if order == "stop":
        return tasks.ask_to_stop(SyncRun.objects.get(pk=what), by=lee(), at=now())
    registration = find_registration(what)
    if order == "clock":
        return runs.ask_for_run(registration, by=None, at=now(), origin=Origin.SCHEDULE).pk
    return tasks.request_sync(registration, by=lee(), at=now()).pk


for line in sys.stdin:
    answer = obey(*line.split())
    # As a web server does after a request.
    connection.close()
    sys.stdout.write(f"{answer}\n")
    sys.stdout.flush()
