"""Asking a source for what changed, and finding out whether it can be asked."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote

import pytest

from schoolgate.oneroster.change_probe import ChangeProbe, probe_changes
from schoolgate.oneroster.client import Client
from schoolgate.oneroster.errors import FilterIgnored, ServerFault
from schoolgate.oneroster.rest.auth import Bearer
from schoolgate.oneroster.rest.changes import changed_since, moment_of_change
from schoolgate.sandbox import District, Sandbox
from sis_server import Asked, Said, Sis, a_user, page, paged

Open = Callable[..., Client]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BEFORE = "2026-11-23T11:59:59.999Z"


@pytest.fixture
def lived() -> Iterator[Sandbox]:
    """A SIS in which two days have passed since everybody was written down."""
    with Sandbox(District(120)) as sandbox:
        sandbox.tick(share=0.2)
        sandbox.tick(share=0.2)
        yield sandbox


def _probe(sandbox: Sandbox) -> ChangeProbe:
    with Client(sandbox.base_url, Bearer(sandbox.bearer), insecure=True) as client:
        return probe_changes(client, now=NOON)


# --- how it is asked ------------------------------------------------------------------------------


def test_the_filter_is_spelled_in_utc_with_milliseconds() -> None:
    chicago = timezone(timedelta(hours=-6))

    said = changed_since(datetime(2026, 11, 23, 6, 0, 0, 123_999, tzinfo=chicago))

    assert said == "dateLastModified>='2026-11-23T12:00:00.123Z'"


def test_the_filter_is_encoded_and_goes_with_every_page(sis: Sis, open_client: Open) -> None:
    users = [a_user(f"s-{n}", dateLastModified="2026-11-23T12:30:00.000Z") for n in range(4)]
    sis.serve(users=paged("users", users, total=4))

    found = list(open_client().users_changed_since(NOON))

    assert len(found) == 4
    assert all(
        "&filter=dateLastModified%3E%3D%272026-11-23T12%3A00%3A00.000Z%27" in target
        for target in sis.targets("users")
    )


def test_changes_are_read_as_users_are(sis: Sis, open_client: Open) -> None:
    gone = a_user("s-1", status="tobedeleted", dateLastModified="2026-11-23T06:00:00-06:00")
    sis.serve(users=paged("users", [gone], total=1))
    users = open_client().users_changed_since(NOON)

    found = list(users)

    assert [(user.sourced_id, user.status) for user in found] == [("s-1", "tobedeleted")]
    assert users.verdict.complete


@pytest.mark.parametrize(
    "date", [BEFORE, None, "2026-11-24", "2026-11-23T13:00:00", "yesterday", "0000-00-00T00:00:00Z"]
)
def test_one_row_that_was_not_asked_for_ends_the_stream(
    sis: Sis, open_client: Open, date: str | None
) -> None:
    """T-21, T-22, T-28."""
    users = [a_user("s-1", dateLastModified="2026-11-23T12:00:00Z")]
    sis.serve(users=paged("users", [*users, a_user("s-2", dateLastModified=date)], total=2))

    with pytest.raises(FilterIgnored) as failure:
        list(open_client().users_changed_since(NOON))

    assert "s-2" not in str(failure.value)


def test_a_row_that_cannot_be_read_is_a_problem_and_no_verdict_on_the_filter(
    sis: Sis, open_client: Open
) -> None:
    sis.serve(users=paged("users", [[1]], total=1))
    users = open_client().users_changed_since(NOON)

    found = list(users)

    assert found == []
    assert users.problems.errors == 1


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-23T12:00:00.000Z", NOON),
        ("2026-11-23 06:00:00-06:00", NOON),
        ("2026-11-23", None),
        ("2026-11-23T12:00:00", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_relied_on_when_it_is_a_moment(text: str | None, at: datetime | None) -> None:
    found = moment_of_change(text)

    assert found == at


# --- whether it can be asked ----------------------------------------------------------------------


def test_a_source_that_filters_is_proved_with_four_questions(lived: Sandbox) -> None:
    before = len(lived.requests)

    found = _probe(lived)

    assert (found.finding, found.filters_by_change) == ("", True)
    assert found.users > 100
    assert len(lived.requests) - before == 4


@pytest.mark.parametrize(
    ("quirk", "finding"),
    [
        ("ignores_filter", "future_not_empty"),
        ("refuses_filter", "filter_refused"),
        ("filter_keeps_total", "future_not_empty"),
        ("constant_dates", "dates_constant"),
        ("days_as_dates", "dates_without_zone"),
        ("zoneless_dates", "dates_without_zone"),
        ("no_dates", "dates_missing"),
        ("no_total", "no_total"),
    ],
)
def test_a_source_that_does_not_filter_well_is_told(
    lived: Sandbox, quirk: str, finding: str
) -> None:
    """T-21, T-22, T-27, T-28."""
    lived.set_quirks([quirk])

    found = _probe(lived)

    assert (found.finding, found.filters_by_change) == (finding, False)


@pytest.mark.parametrize("quirk", ["page_cap=30", "no_sort", "no_link", "role_case"])
def test_what_is_merely_odd_is_no_doubt(lived: Sandbox, quirk: str) -> None:
    lived.set_quirks([quirk])

    found = _probe(lived)

    assert found.finding == ""


def test_a_source_that_nobody_has_touched_yet_proves_nothing() -> None:
    with Sandbox(District(60)) as fresh:
        found = _probe(fresh)

    assert found.finding == "dates_constant"


def _users(*dates: str, **more: Any) -> list[dict[str, Any]]:
    return [a_user(f"s-{n}", dateLastModified=date, **more) for n, date in enumerate(dates)]


OLD, NEW = "2026-09-01T10:00:00Z", "2026-10-01T10:00:00Z"


@pytest.mark.parametrize(
    ("rows", "finding"),
    [
        ([], "no_users"),
        ([{"givenName": "Ana"}], "rows_not_readable"),
        ([a_user("s-1"), a_user("s-1")], "ids_repeat"),
        (_users(OLD, "2026-11-23T12:06:00Z"), "dates_in_future"),
        (_users("2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z"), "dates_in_days"),
    ],
)
def test_doubtful_rows_are_told(sis: Sis, open_client: Open, rows: list[Any], finding: str) -> None:
    sis.serve(users=paged("users", rows, total=len(rows)))

    found = probe_changes(open_client(), now=NOON)

    assert found.finding == finding


def _answering(everybody: list[Any], **answers: Said) -> Callable[[Asked], Said]:
    """Answer each question by the year of its filter; without one, everybody."""

    def answer(asked: Asked) -> Said:
        said = unquote(asked.target)
        year = said.partition("dateLastModified>='")[2][:4]
        everyone = page("users", everybody, x_total_count=str(len(everybody)))
        return answers.get(f"since_{year}", everyone) if year else everyone

    return answer


NOBODY = page("users", [], x_total_count="0")
ALL = _users(OLD, NEW)


@pytest.mark.parametrize(
    ("answers", "finding"),
    [
        ({"since_2026": page("users", ALL[1:], x_total_count="1")}, ""),
        ({"since_1990": page("users", ALL[1:], x_total_count="1")}, "past_not_all"),
        ({"since_2026": page("users", ALL, x_total_count="2")}, "wrong_rows"),
        ({"since_2026": NOBODY}, "wrong_rows"),
        ({"since_2026": page("users", [[1]], x_total_count="1")}, "wrong_rows"),
        ({"since_2026": page("users", ALL[1:], x_total_count="2")}, "wrong_total"),
        ({"since_2026": page("users", ALL[1:])}, "wrong_total"),
    ],
)
def test_every_answer_of_a_filter_is_checked(
    sis: Sis, open_client: Open, answers: dict[str, Said], finding: str
) -> None:
    sis.serve(users=_answering(ALL, since_2036=NOBODY, **answers))

    found = probe_changes(open_client(), now=NOON)

    assert found.finding == finding


def test_somebody_who_arrives_meanwhile_is_no_doubt(sis: Sis, open_client: Open) -> None:
    more = page("users", ALL, x_total_count="3")
    counts = iter(["2", "3"])

    def answer(asked: Asked) -> Said:
        if "filter" not in asked.target:
            return page("users", ALL, x_total_count=next(counts))
        answers = {
            "since_2036": NOBODY,
            "since_1990": more,
            "since_2026": page("users", ALL[1:], x_total_count="1"),
        }
        return _answering(ALL, **answers)(asked)

    sis.serve(users=answer)

    found = probe_changes(open_client(), now=NOON)

    assert found.finding == ""


def test_a_source_that_fails_has_not_been_found_out(sis: Sis, open_client: Open) -> None:
    sis.serve(users=lambda _: Said(500))

    with pytest.raises(ServerFault):
        probe_changes(open_client(), now=NOON)
