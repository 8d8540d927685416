"""Sources as the pure part of watching knows them: fine, unless it is said otherwise."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schoolgate.sync.watch.condition import LastRun, Source
from schoolgate.sync.watch.troubles import Waiting

# 7:42 in the morning in Chicago.
NOW = datetime(2026, 11, 23, 13, 42, tzinfo=UTC)


def a_last_run(**fields: Any) -> LastRun:
    return LastRun(
        **{
            "id": 31,
            "state": "applied",
            "complete": True,
            "failure": "",
            "failure_detail": "",
            "retry_helps": False,
            "rows_read": 28_114,
            "started_at": NOW - timedelta(hours=6, seconds=95),
            "ended_at": NOW - timedelta(hours=6),
            **fields,
        }
    )


def a_failed_run(**fields: Any) -> LastRun:
    return a_last_run(
        **{
            "state": "failed",
            "failure": "not_signed_in",
            "failure_detail": "The source does not accept our key and secret.",
            **fields,
        }
    )


def a_source(**fields: Any) -> Source:
    return Source(
        **{
            "id": 12,
            "slug": "main-sis",
            "name": "Main SIS",
            "district_id": 1,
            "district_slug": "maple-valley",
            "district_name": "Maple Valley",
            "timezone": "America/Chicago",
            "in_edition": True,
            "every_hours": 24,
            "next_sync_at": NOW + timedelta(hours=17, minutes=58),
            "paused_at": None,
            "taken": 2,
            "listed": 2,
            "oldest_list_at": NOW - timedelta(hours=6),
            "last": a_last_run(),
            "active_run_id": None,
            "held_run_id": None,
            "holds": 0,
            **fields,
        }
    )


def a_waiting_hold(**fields: Any) -> Waiting:
    return Waiting(
        **{
            "run_id": 31,
            "school_id": 5,
            "school": "Oak Elementary",
            "kind": "student",
            "count": 41,
            "of": 312,
            **fields,
        }
    )
