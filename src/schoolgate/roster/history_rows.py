"""Write many lines of history at once."""

from collections.abc import Iterable

from schoolgate.roster import bulk
from schoolgate.roster.models import HistoryEntry

COLUMNS = (
    "district_id",
    "school_id",
    "registration_id",
    "run_id",
    "at",
    "action",
    "student_id",
    "guardian_id",
    "before",
    "after",
)


def keep_history(entries: Iterable[HistoryEntry]) -> None:
    """Write entries, whole or not at all: to be called in a transaction."""
    bulk.insert(
        HistoryEntry,
        COLUMNS,
        (
            (
                entry.district_id,
                entry.school_id,
                entry.registration_id,
                entry.run_id,
                bulk.as_moment(entry.at),
                entry.action,
                entry.student_id,
                entry.guardian_id,
                bulk.as_json(entry.before),
                bulk.as_json(entry.after),
            )
            for entry in entries
        ),
    )
