"""What gets into the log, and what never does."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog
from django.conf import settings as chosen
from django.utils.log import configure_logging

from logs import lines_in, log_of_a_service
from schoolgate.config import logs

SECRET = "Marisol Rivera, 555-0142"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    with log_of_a_service() as stream:
        yield stream


def a_fault() -> Exception:
    try:
        {}[SECRET]
    except KeyError as error:
        fault = ValueError(SECRET)
        fault.__cause__ = error
        fault.__traceback__ = error.__traceback__
        return fault
    raise AssertionError


def test_an_event_of_ours_is_one_json_object_with_its_fields(written: io.StringIO) -> None:
    structlog.stdlib.get_logger("schoolgate.sync").warning("sync.run.failed", run=12, rows=28_114)

    (line,) = lines_in(written)
    at = line.pop("at")
    assert line == {
        "event": "sync.run.failed",
        "level": "warning",
        "logger": "schoolgate.sync",
        "run": 12,
        "rows": 28_114,
    }
    assert at.endswith("Z")


def test_a_command_tells_only_faults_since_it_says_itself_what_happened(
    written: io.StringIO,
) -> None:
    logging.getLogger("schoolgate").setLevel(
        logs.settings(as_json=True)["loggers"]["schoolgate"]["level"]
    )

    structlog.stdlib.get_logger("schoolgate.sync").warning("sync.run.failed", run=12)

    assert written.getvalue() == ""


def test_a_service_goes_on_telling_when_the_web_server_sets_django_up_anew(
    written: io.StringIO,
) -> None:
    configure_logging("logging.config.dictConfig", chosen.LOGGING)

    assert logging.getLogger("schoolgate.web").isEnabledFor(logging.INFO)


def test_of_an_exception_its_kinds_and_places_are_kept_and_no_word_of_it(
    written: io.StringIO,
) -> None:
    structlog.stdlib.get_logger("schoolgate.sync").error("sync.broke", exc_info=a_fault())

    (line,) = lines_in(written)
    assert line["error"] == "ValueError from KeyError"
    assert line["where"] == [f"{__name__}:{a_fault.__code__.co_firstlineno + 2}"]
    assert "Marisol" not in written.getvalue()


def test_what_a_library_says_ends_at_the_first_colon(written: io.StringIO) -> None:
    logging.getLogger("dbos").error(f"Database connection failed: {SECRET}. Retrying")  # noqa: G004

    (line,) = lines_in(written)
    assert line["event"] == "Database connection failed"


def test_what_a_library_fills_into_its_sentence_is_left_out(written: io.StringIO) -> None:
    logging.getLogger("another.package").warning("Could not read %s", SECRET)

    (line,) = lines_in(written)
    assert line["event"] == "Could not read %s"


def test_a_fault_of_a_page_is_told_without_its_address_and_text(written: io.StringIO) -> None:
    logging.getLogger("django.request").error(
        "%s: %s", "Internal Server Error", "/search/?q=Marisol", exc_info=a_fault()
    )

    (line,) = lines_in(written)
    assert line["error"] == "ValueError from KeyError"
    assert "Marisol" not in written.getvalue()
    assert "555" not in written.getvalue()


def test_a_sentence_of_our_own_code_is_kept_whole(written: io.StringIO) -> None:
    logging.getLogger("schoolgate.jobs.heart").warning("Worker %s: no beat.", "local:0")

    (line,) = lines_in(written)
    assert line["event"] == "Worker local:0: no beat."


def test_an_engine_that_cannot_reach_its_database_is_heard_once_in_half_a_minute() -> None:
    quiet = logs.Quiet()
    records = [a_record("dbos", at=at) for at in (100.0, 100.1, 129.9, 130.1)]

    passed = [quiet.filter(record) for record in records]

    assert passed == [True, False, False, True]
    assert records[3].suppressed == 2  # type: ignore[attr-defined]


def test_another_complaint_of_the_engine_is_not_kept_back() -> None:
    quiet = logs.Quiet()

    assert quiet.filter(a_record("dbos", at=100.0, line=1))
    assert quiet.filter(a_record("dbos", at=100.1, line=2))


def test_nothing_of_our_own_is_kept_back() -> None:
    quiet = logs.Quiet()

    passed = [quiet.filter(a_record("schoolgate.web", at=100.0)) for _ in range(3)]

    assert passed == [True, True, True]


def a_record(name: str, *, at: float, line: int = 1) -> logging.LogRecord:
    record = logging.LogRecord(name, logging.ERROR, "engine.py", line, "no", None, None)
    record.created = at
    return record


def test_without_json_a_line_is_for_people() -> None:
    stream = io.StringIO()
    chosen = logs.settings(as_json=False)
    formatter = structlog.stdlib.ProcessorFormatter(
        **{key: value for key, value in chosen["formatters"]["events"].items() if key != "()"}
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)

    handler.handle(a_record("schoolgate.sync", at=0.0))

    assert stream.getvalue().rstrip().endswith("[error    ] no [schoolgate.sync]")
