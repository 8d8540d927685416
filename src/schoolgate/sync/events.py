"""What syncs tell the log: one function for each event. Ids, counts and seconds; nobody's name."""

from datetime import datetime

import structlog

from schoolgate.sync.models import RunState, SyncRun
from schoolgate.sync.run_words import STEPS

log = structlog.stdlib.get_logger("schoolgate.sync")


def run_started(run: SyncRun) -> None:
    """A worker has begun a run, or goes on with one that another left."""
    log.info(
        "sync.run.started",
        **_who(run),
        kind=run.kind,
        origin=run.origin,
        attempt=run.attempts,
    )


def run_ended(run_id: int, *, held: int = 0) -> None:
    """A run has ended, as it now stands in its row; a held or failed one under its own name."""
    run = SyncRun.objects.get(pk=run_id)
    told = {**_who(run), **_figures(run)}
    if run.state == RunState.FAILED:
        # The kind of failure, never its text: that may quote an address.
        log.warning("sync.run.failed", **told, failure=run.failure, retry_helps=run.retry_helps)
    elif run.state == RunState.HELD:
        log.warning("sync.run.held", **told, held=held)
    else:
        log.info("sync.run.ended", **told, state=run.state)


def mail_sent(district_id: int, *, troubles: int, sent: int, of: int) -> None:
    """A district was told what is wrong."""
    log.info("sync.mail.sent", district=district_id, troubles=troubles, sent=sent, recipients=of)


def mail_refused(district_id: int, error: Exception) -> None:
    """The mail server did not take a message. Its answer may quote the address: only its kind."""
    code = getattr(error, "smtp_code", None)
    log.warning("sync.mail.refused", district=district_id, error=type(error).__name__, code=code)


def pruned(counts: dict[str, int]) -> None:
    """Details of old runs were deleted."""
    log.info("sync.pruned", **counts)


def _who(run: SyncRun) -> dict[str, int]:
    return {"run": run.id, "registration": run.registration_id, "district": run.district_id}


def _figures(run: SyncRun) -> dict[str, object]:
    return {
        "kind": run.kind,
        "seconds": _seconds(run.started_at, run.ended_at),
        **{f"{step}_seconds": run.timings[step] for step in STEPS if step in run.timings},
        "rows": run.rows_read,
        "unchanged": run.rows_unchanged,
        "changes": sum(run.changes.values()),
        "problems": sum(run.problems.values()),
        "complete": run.complete,
    }


def _seconds(started_at: datetime | None, ended_at: datetime | None) -> float | None:
    if started_at is None or ended_at is None:
        return None
    return round((ended_at - started_at).total_seconds(), 3)
