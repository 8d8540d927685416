"""The log as it would be written: the real settings, on a stream that a test reads."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from schoolgate.config import logs

LOGGERS = ("", "schoolgate", "dbos", "django.request", "django.security", "httpx2", "httpcore2")


@contextmanager
def log_of_a_service() -> Iterator[io.StringIO]:
    """Write what `schoolgate up` writes, as JSON, and leave all loggers as they were."""
    stream = io.StringIO()
    chosen = logs.settings(as_json=True)
    chosen["handlers"]["stderr"]["stream"] = stream
    noted = settings.LOGGING["loggers"]["schoolgate"]["level"]
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(each, each.handlers[:], each.level, each.propagate) for each in loggers]
    logging.config.dictConfig(chosen)
    logs.as_a_service()
    try:
        yield stream
    finally:
        settings.LOGGING["loggers"]["schoolgate"]["level"] = noted
        for each, handlers, level, propagate in before:
            each.handlers[:] = handlers
            each.setLevel(level)
            each.propagate = propagate


def lines_in(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]
