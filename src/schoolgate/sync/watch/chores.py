"""What is done every so often by one worker of them all, however often it is asked to."""

from datetime import datetime, timedelta

from schoolgate.sync.models import Chore
from schoolgate.sync.watch import mailing, pruning

MAIL, MAIL_EVERY = "mail", timedelta(minutes=1)
PRUNE, PRUNE_EVERY = "prune", timedelta(days=1)
# What one tick did not get done is due again at once.
SOON = timedelta(minutes=1)


def do_what_is_due(now: datetime) -> None:
    """Called with every tick: tell districts what is wrong, and delete old details."""
    if _take(MAIL, every=MAIL_EVERY, now=now):
        mailing.tell_districts(now=now)
    if _take(PRUNE, every=PRUNE_EVERY, now=now) and not pruning.prune_a_piece(now=now):
        Chore.objects.filter(name=PRUNE).update(due_at=now + SOON)


def _take(name: str, *, every: timedelta, now: datetime) -> bool:
    """Whether it is due, and ours: of two workers one gets it."""
    Chore.objects.get_or_create(name=name, defaults={"due_at": now})
    return bool(Chore.objects.filter(name=name, due_at__lte=now).update(due_at=now + every))
