"""Who works, by heartbeats: a row for each process, stamped by the database's clock.

The clock of a machine that was frozen or is set wrongly cannot make it look alive or others dead.
"""

import socket
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from schoolgate.jobs.models import Worker

FORGET_AFTER = timedelta(days=7)
# Commands that do something themselves have a heart too, but take no jobs.
COMMAND = "command:"


def host() -> str:
    return socket.gethostname()


def sign_in(executor_id: str) -> int:
    """Note that a process works under this name. Gives the number by which it knows its row."""
    with transaction.atomic():
        Worker.objects.filter(executor_id=executor_id).delete()
        return Worker.objects.create(executor_id=executor_id, started_at=Now(), beat_at=Now()).pk


def beat(row: int) -> bool:
    """Say that the process lives. False: another one has signed in under its name since."""
    mine = Worker.objects.filter(pk=row)
    return bool(mine.update(beat_at=Now(), reaped_at=None, reaped_by=""))


def sign_out(row: int) -> None:
    """Take the row away: nothing of this process is left to be done."""
    Worker.objects.filter(pk=row).delete()


def at_work() -> QuerySet[Worker]:
    """The workers that were heard of lately."""
    return _heard().exclude(executor_id__startswith=COMMAND)


def command_beats_elsewhere(name: str) -> bool:
    """Whether a command on another machine was heard of lately. On this one a lock tells more."""
    commands = _heard().filter(executor_id__startswith=COMMAND, executor_id__endswith=f":{name}")
    return commands.exclude(executor_id=of_command(name)).exists()


def of_command(name: str) -> str:
    return f"{COMMAND}{host()}:{name}"


def _heard() -> QuerySet[Worker]:
    return Worker.objects.filter(beat_at__gte=_ago(_dead_after()))


def to_be_reaped() -> list[Worker]:
    """The silent ones that nobody has taken over lately.

    Each is looked at again after a while: who took over may have died in the middle of it.
    """
    return list(_unclaimed().order_by("id"))


def claim(worker: Worker, *, by: str) -> bool:
    """Whether this process is the one that takes over from a silent worker: one of them all is."""
    still = _unclaimed().filter(pk=worker.pk)
    return bool(still.update(reaped_at=Now(), reaped_by=by))


def _unclaimed() -> QuerySet[Worker]:
    silent = Worker.objects.filter(beat_at__lt=_ago(_dead_after()))
    return silent.filter(Q(reaped_at=None) | Q(reaped_at__lt=_ago(_dead_after())))


def forget_the_gone() -> None:
    """Forget those that have been silent, and taken over from, for days."""
    Worker.objects.filter(beat_at__lt=_ago(FORGET_AFTER), reaped_at__isnull=False).delete()


def now_there() -> datetime:
    """What the database's clock shows. Asked for by a process that has signed in."""
    now: datetime = Worker.objects.annotate(now=Now()).values_list("now", flat=True)[:1].get()
    return now


def _dead_after() -> timedelta:
    return timedelta(seconds=settings.DEAD_AFTER_SECONDS)


def _ago(age: timedelta) -> Combinable:
    return ExpressionWrapper(Now() - Value(age), output_field=DateTimeField())
