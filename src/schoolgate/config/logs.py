"""Logs as events: lines for people, or JSON. What may name a person never gets as far as a line.

Our own events hold ids, counts and seconds (`sync/events.py`, `web/requests.py`). What libraries
log is cut: of a sentence what stands before the first colon, of an exception its kind and where in
the code it happened. What stands behind may quote a row, an address or a statement.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog
from django.conf import settings as chosen
from structlog.stdlib import ProcessorFormatter

Event = MutableMapping[str, Any]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

OURS = "schoolgate"
LONGEST_WORDS = 120
DEEPEST = 6
# During an outage of its database the engine complains some thirty times a second.
QUIET_SECONDS = 30
TALKATIVE = ("dbos", "sqlalchemy", "psycopg")

SHARED: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]


def configure() -> None:
    """Let structlog hand its events to the standard library's handlers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            without_texts,
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def settings(*, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING: everything goes to standard error, through the same processors."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, sort_keys=False, timestamp_key="at"
        )
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": ProcessorFormatter,
                "pass_foreign_args": True,
                "foreign_pre_chain": [*SHARED, only_the_beginning, suppressed_before],
                "processors": [without_texts, ProcessorFormatter.remove_processors_meta, renderer],
            }
        },
        "filters": {"quiet": {"()": Quiet}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "events",
                "filters": ["quiet"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            # A command says itself what happened; `as_a_service` opens this for the others.
            OURS: {"level": "ERROR"},
            # Addresses and query strings of requests: they may hold a search by name.
            **{name: {"level": "ERROR"} for name in ("httpx2", "httpcore2", "django.security")},
            # Every error of a request is in our own line about it; a fault of ours is here too.
            "django.request": {"level": "ERROR"},
            # It brings a handler of its own unless it finds one.
            "dbos": {"level": "ERROR", "handlers": ["stderr"], "propagate": False},
        },
    }


def as_a_service() -> None:
    """Let a process that goes on for days tell what it does. A command tells only what is wrong."""
    # Noted as well: the web server sets Django up anew, and the loggers with it.
    chosen.LOGGING["loggers"][OURS]["level"] = "INFO"
    logging.getLogger(OURS).setLevel(logging.INFO)


# --- what may be said -----------------------------------------------------------------------------


def only_the_beginning(_logger: Any, _method: str, event: Event) -> Event:
    """Cut what a library says at the first colon or line, and where a sentence is filled in."""
    record: logging.LogRecord = event["_record"]
    filled_in = event.pop("positional_args", ())
    if record.name.partition(".")[0] == OURS:
        return event
    words = record.msg if filled_in else event["event"]
    event["event"] = str(words).partition("\n")[0].partition(": ")[0][:LONGEST_WORDS].rstrip(": ")
    return event


def without_texts(_logger: Any, _method: str, event: Event) -> Event:
    """Of an exception: its kind, those that it came from, and where in the code it happened."""
    event.pop("exception", None)
    event.pop("stack_info", None)
    found = event.pop("exc_info", None)
    if found:
        error = _error(found)
        if error is not None:
            event["error"] = _kinds(error)
            event["where"] = _places(error)
    return event


def suppressed_before(_logger: Any, _method: str, event: Event) -> Event:
    """Say how often the same was said while it was not shown."""
    if count := getattr(event["_record"], "suppressed", 0):
        event["suppressed"] = count
    return event


class Quiet(logging.Filter):
    """Let a complaint of a database library through once in half a minute, by its line of code."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int], float] = {}
        self._kept_back: dict[tuple[str, int], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in TALKATIVE:
            return True
        place = (record.pathname, record.lineno)
        if record.created - self._said.get(place, 0.0) < QUIET_SECONDS:
            self._kept_back[place] = self._kept_back.get(place, 0) + 1
            return False
        self._said[place] = record.created
        record.suppressed = self._kept_back.pop(place, 0)
        return True


def _error(found: Any) -> BaseException | None:
    if isinstance(found, BaseException):
        return found
    if isinstance(found, tuple):
        error: BaseException | None = found[1]
        return error
    return sys.exception()


def _kinds(error: BaseException) -> str:
    kinds: list[str] = []
    following: BaseException | None = error
    while following is not None and len(kinds) < DEEPEST:
        kinds.append(type(following).__name__)
        following = following.__cause__ or following.__context__
    return " from ".join(kinds)


def _places(error: BaseException) -> list[str]:
    """The innermost places in our own code, and the very innermost, whosever it is."""
    frames = [
        (frame.f_globals.get("__name__", "?"), line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    ours = [place for place in frames if str(place[0]).startswith(OURS)]
    shown = ours[-DEEPEST:] + [place for place in frames[-1:] if place not in ours[-DEEPEST:]]
    return [f"{name}:{line}" for name, line in shown]
