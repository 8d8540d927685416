"""One process a slot, in this installation and on this machine.

Two processes under one name would take each other's work away. A file lock, because it dies with
its process.
"""

import fcntl
from pathlib import Path
from typing import TextIO

from django.conf import settings

_held: dict[str, TextIO] = {}


class SlotTaken(Exception):
    """Another process works under this slot; it is said how to add a worker beside it."""

    def __init__(self, slot: str) -> None:
        super().__init__(
            f"A process already works here under the slot {slot!r}. To serve more people start "
            "`schoolgate web`; to do more at once start `schoolgate worker` with another --slot."
        )


def only_one_in(slot: str) -> None:
    """Hold the slot until this process ends.

    Raises:
        SlotTaken: at once, when another process holds it.
    """
    if slot in _held:
        return
    folder = Path(settings.HOME) / "locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (folder / f"worker-{slot}").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise SlotTaken(slot) from None
    _held[slot] = lock
