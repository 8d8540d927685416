"""A database that is away, or has no room, in the middle of a run: what it is, in a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, OperationalError

# What a database says that cannot be written to, or asked, at the moment. Not a fault of ours.
TROUBLES = (OperationalError, InterfaceError)

# No room on the disk: SQLite's names of its errors (a full disk may end its log or its file),
# PostgreSQL's state 53100.
FULL = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "53100"}


class DatabaseAway(Exception):
    retry_helps = True

    def __init__(self) -> None:
        super().__init__(
            "The database went away in the middle, or did not answer in time. Every school's list "
            "is whole, and the next sync does the rest."
        )


class NoRoom(Exception):
    retry_helps = True

    def __init__(self) -> None:
        super().__init__(
            "The disk of the database is full. Every school's list is whole. Make room on it; the "
            "next sync does the rest."
        )


def has_no_room(error: DatabaseError | InterfaceError) -> bool:
    said = error.__cause__
    names = getattr(said, "sqlite_errorname", None), getattr(said, "sqlstate", None)
    return not FULL.isdisjoint(names)


def in_words(error: DatabaseError | InterfaceError) -> DatabaseAway | NoRoom:
    return NoRoom() if has_no_room(error) else DatabaseAway()


@contextmanager
def troubles_in_words() -> Iterator[None]:
    """Raise DatabaseAway or NoRoom for what a database says in its own words."""
    try:
        yield
    except TROUBLES as error:
        raise in_words(error) from None
