import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schoolgate.oneroster.client import Client
from schoolgate.oneroster.errors import NotOffered
from schoolgate.oneroster.export import export
from sis_server import Said, Sis, a_user, an_org, in_turn, page, paged, refs

Open = Callable[..., Client]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_orgs_and_users_are_written_with_the_standards_names(
    sis: Sis, open_client: Open, tmp_path: Path
) -> None:
    """T-41: the password goes nowhere."""
    user = a_user("s-1", password="hunter2", enabledUser="false")
    sis.serve(orgs=paged("orgs", [an_org()], total=1), users=paged("users", [user], total=1))

    report = export(open_client(), tmp_path / "feed")

    assert lines(tmp_path / "feed" / "orgs.ndjson") == [
        {"sourcedId": "sch-1", "status": "active", "name": "Oak", "type": "school"}
    ]
    assert lines(tmp_path / "feed" / "users.ndjson") == [a_user("s-1", enabledUser=False)]
    assert report.complete
    assert (report.orgs, report.users, report.users_by_role) == (1, 1, {"student": 1})
    assert report.users_disabled == 1
    assert report.problems == {"boolean_as_text": 1, "over_shared": 1}
    assert sorted(path.name for path in (tmp_path / "feed").iterdir()) == [
        "orgs.ndjson",
        "relationships.ndjson",
        "users.ndjson",
    ]


def test_relationships_are_the_union_of_both_sides(
    sis: Sis, open_client: Open, tmp_path: Path
) -> None:
    """T-15, quirk 10."""
    users = [
        a_user("s-1", agents=refs("p-1", "p-1", "s-1", "s-2", "t-1", "gone", "dead", "x-1")),
        a_user("s-2"),
        a_user("s-3", agents=refs("p-1"), status="tobedeleted"),
        a_user("p-1", "parent", agents=refs("s-1", "t-1")),
        a_user("g-1", "guardian", agents=refs("s-2")),
        a_user("t-1", "teacher", agents=refs("s-2")),
        a_user("dead", "relative", status="tobedeleted", agents=refs("s-2")),
        a_user("x-1", "counselor"),
    ]
    sis.serve(orgs=paged("orgs", [an_org()]), users=paged("users", users))

    report = export(open_client(), tmp_path)

    assert lines(tmp_path / "relationships.ndjson") == [
        {"student": "s-1", "adult": "p-1", "role": "parent", "claimed_by": "both"},
        {"student": "s-1", "adult": "x-1", "role": "counselor", "claimed_by": "student"},
        {"student": "s-2", "adult": "g-1", "role": "guardian", "claimed_by": "adult"},
    ]
    assert report.relationships == 3
    assert report.users_to_be_deleted == 2
    assert report.problems == {"unknown_role": 1, "unresolved_agent": 1}


def test_one_id_with_one_role_is_one_line_the_last(
    sis: Sis, open_client: Open, tmp_path: Path
) -> None:
    """T-4, T-12: a second role of the same id is another line."""
    users = [
        a_user("p-1", "parent", agents=refs("s-1")),
        a_user("s-1", givenName="Ana"),
        a_user("p-1", "teacher"),
        a_user("s-1", givenName="Anna"),
    ]
    sis.serve(
        orgs=paged("orgs", [an_org(name="Oak"), an_org(name="Fir")]), users=paged("users", users)
    )

    report = export(open_client(), tmp_path)

    users_found = [(u["sourcedId"], u["role"]) for u in lines(tmp_path / "users.ndjson")]
    assert users_found == [("p-1", "parent"), ("p-1", "teacher"), ("s-1", "student")]
    assert lines(tmp_path / "users.ndjson")[2]["givenName"] == "Anna"
    assert [org["name"] for org in lines(tmp_path / "orgs.ndjson")] == ["Fir"]
    assert (report.users, report.relationships) == (3, 1)
    assert report.problems == {"duplicate_id": 2}


def test_a_collection_that_moved_is_read_again(sis: Sis, open_client: Open, tmp_path: Path) -> None:
    """T-4."""
    first = page("orgs", [an_org("a")], x_total_count="2")
    second = page("orgs", [an_org("a"), an_org("b")], x_total_count="2")
    sis.serve(orgs=in_turn(first, Said(204), second), users=paged("users", []))

    report = export(open_client(), tmp_path)

    assert report.complete
    assert [org["sourcedId"] for org in lines(tmp_path / "orgs.ndjson")] == ["a", "b"]


def test_a_source_that_never_settles_is_written_and_said_to_be_incomplete(
    sis: Sis, open_client: Open, tmp_path: Path
) -> None:
    sis.serve(orgs=paged("orgs", []), users=paged("users", [a_user("s-1")], total=5))

    report = export(open_client(), tmp_path)

    assert not report.complete
    assert report.reason == "fewer_than_total"
    assert report.detail == "users: The source counts 5 records and sent 1."
    assert len(lines(tmp_path / "users.ndjson")) == 1
    assert len(sis.targets("users")) == 6


def test_a_source_that_fails_leaves_the_files_of_last_time(
    sis: Sis, open_client: Open, tmp_path: Path
) -> None:
    (tmp_path / "orgs.ndjson").write_text("last time\n")
    sis.serve(orgs=paged("orgs", [an_org()]))

    with pytest.raises(NotOffered):
        export(open_client(), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["orgs.ndjson"]
    assert (tmp_path / "orgs.ndjson").read_text() == "last time\n"


def test_a_record_that_came_twice_while_another_was_missed_is_no_complete_pull(
    sis: Sis, open_client: Open, tmp_path: Path
) -> None:
    """T-4: the count is right and a person is missing, another one in each read."""
    first = page("users", [a_user("s-1"), a_user("s-2"), a_user("s-1")], x_total_count="3")
    second = page("users", [a_user("s-2"), a_user("s-3"), a_user("s-2")], x_total_count="3")
    third = page("users", [a_user("s-3"), a_user("s-1"), a_user("s-3")], x_total_count="3")
    sis.serve(
        orgs=paged("orgs", [an_org()], total=1),
        users=in_turn(first, second, third),
    )

    report = export(open_client(page_size=10), tmp_path)

    assert (report.complete, report.reason, report.users) == (False, "shifted", 2)


def test_a_source_that_lists_one_person_twice_in_every_read_is_read_whole(
    sis: Sis, open_client: Open, tmp_path: Path
) -> None:
    users = [a_user("s-1"), a_user("s-2"), a_user("s-1")]
    sis.serve(
        orgs=paged("orgs", [an_org()], total=1),
        users=paged("users", users, total=3),
    )

    report = export(open_client(), tmp_path)

    assert (report.complete, report.users) == (True, 2)
    assert report.problems == {"duplicate_id": 1}
