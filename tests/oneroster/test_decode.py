import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.oneroster.decode import decode_fields, decode_json
from schoolgate.oneroster.records import (
    AcademicSession,
    Class,
    Demographics,
    Enrollment,
    Org,
    Problem,
    ProblemLog,
    Record,
    Ref,
    Status,
    User,
    UserId,
)
from sis_server import a_user, an_org


def read(kind: type[Record], payload: Any, log: ProblemLog | None = None) -> Any:
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decode_json(
        kind, text, collection="things", position=7, log=ProblemLog() if log is None else log
    )


def test_a_good_user_is_read_without_a_word() -> None:
    log = ProblemLog()

    user = read(User, a_user("s-1", agents=[{"sourcedId": "p-1", "type": "user"}]), log)

    assert user == User(
        sourced_id="s-1",
        date_last_modified="2026-09-20T08:15:00.000Z",
        role="student",
        given_name="Ana",
        family_name="Reyes",
        username="s-1",
        enabled_user=True,
        agents=(Ref(sourced_id="p-1", type="user"),),
        orgs=(Ref(sourced_id="sch-1", type="org"),),
    )
    assert log.counts == {}


@pytest.mark.parametrize(
    ("sent", "meant", "counted"),
    [
        (True, True, {}),
        (None, None, {}),
        ("", None, {}),
        ("true", True, {"boolean_as_text": 1}),
        ("FALSE", False, {"boolean_as_text": 1}),
        ("t", True, {"boolean_as_text": 1}),
        (1, True, {"boolean_as_text": 1}),
        (0, False, {"boolean_as_text": 1}),
        ("perhaps", None, {"boolean_not_understood": 1}),
        (2.5, None, {"boolean_not_understood": 1}),
    ],
)
def test_booleans_come_in_many_spellings(
    sent: object,
    meant: bool | None,
    counted: dict[str, int],
) -> None:
    """T-9."""
    log = ProblemLog()

    user = read(User, a_user("s-1", enabledUser=sent), log)

    assert user.enabled_user is meant
    assert log.counts == counted


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_empty_are_as_good_as_absent(nothing: str | None) -> None:
    """T-10."""
    log = ProblemLog()
    fields = ("sms", "phone", "metadata", "agents", "orgs", "grades", "userIds", "status")

    user = read(User, a_user("s-1", **dict.fromkeys(fields, nothing)), log)

    assert user.sms is None
    assert (user.metadata, user.agents, user.orgs, user.grades, user.user_ids) == (
        {},
        (),
        (),
        (),
        (),
    )
    assert user.status is Status.ACTIVE
    assert log.counts == {}


@pytest.mark.parametrize("sourced_id", [" s-1", "s-1\t"])
def test_space_around_an_id_is_kept_and_said(sourced_id: str) -> None:
    """T-10: an id is opaque, trimming it might join two people."""
    log = ProblemLog()

    user = read(User, a_user(sourced_id), log)

    assert user.sourced_id == sourced_id
    assert log.counts == {"space_around_id": 1}


def test_ids_that_differ_in_case_are_two() -> None:
    """T-33."""
    one, other = read(User, a_user("AB")), read(User, a_user("ab"))

    assert (one.sourced_id, other.sourced_id) == ("AB", "ab")


@pytest.mark.parametrize("sourced_id", [None, "", "  ", {}, 1.5])
def test_a_record_without_an_id_is_a_problem(sourced_id: object) -> None:
    log = ProblemLog()

    problem = read(User, a_user("s-1", sourcedId=sourced_id), log)

    assert isinstance(problem, Problem)
    assert (problem.kind, problem.severity, problem.sourced_id) == ("missing_id", "error", None)
    assert log.errors == 1


@pytest.mark.parametrize("given_name", [None, "", [], True])
def test_a_record_without_a_required_field_says_which_one(given_name: object) -> None:
    problem = read(User, a_user("s-1", givenName=given_name))

    assert problem == Problem(
        kind="missing_field",
        collection="things",
        position=7,
        sourced_id="s-1",
        field="givenName",
        expected="text, not empty",
    )


@pytest.mark.parametrize(
    ("orgs", "meant", "counted"),
    [
        (["o-1", "o-2"], ("o-1", "o-2"), {"reference_as_text": 2}),
        ("o-1", ("o-1",), {"reference_as_text": 1, "single_value_for_list": 1}),
        ({"sourcedId": "o-1"}, ("o-1",), {"single_value_for_list": 1}),
        ([{"sourcedId": "o-1", "type": "school", "href": None}], ("o-1",), {}),
        ([{"sourcedId": 12}], ("12",), {"number_as_text": 1}),
        ([None, "", {}], (), {}),
    ],
)
def test_references_come_in_many_shapes(
    orgs: object, meant: tuple[str, ...], counted: dict[str, int]
) -> None:
    """T-11."""
    log = ProblemLog()

    user = read(User, a_user("s-1", orgs=orgs), log)

    assert tuple(org.sourced_id for org in user.orgs) == meant
    assert log.counts == counted


@pytest.mark.parametrize("agents", [[{"href": "https://sis.example.org/users/p-1"}], [True], [[1]]])
def test_an_unreadable_reference_spoils_its_record_and_ends_no_relationship(
    agents: object,
) -> None:
    problem = read(User, a_user("s-1", agents=agents))

    assert problem.kind == "reference_not_understood"
    assert problem.field == "agents"


@pytest.mark.parametrize(
    ("sent", "meant", "counted"),
    [
        ("Guardian", "guardian", {"enum_case": 1}),
        ("STUDENT", "student", {"enum_case": 1}),
        ("Counselor", "counselor", {"unknown_role": 1}),
        ("districtadministrator", "districtadministrator", {"unknown_role": 1}),
    ],
)
def test_roles_are_case_folded_and_unknown_ones_kept(
    sent: str, meant: str, counted: dict[str, int]
) -> None:
    """T-23, T-24."""
    log = ProblemLog()

    user = read(User, a_user("u-1", role=sent), log)

    assert user.role == meant
    assert log.counts == counted


@pytest.mark.parametrize(
    ("sent", "meant", "counted"),
    [
        ("tobedeleted", Status.TO_BE_DELETED, {}),
        ("inactive", Status.INACTIVE, {"inactive_status": 1}),
        ("Active", Status.ACTIVE, {"enum_case": 1}),
    ],
)
def test_statuses(sent: str, meant: Status, counted: dict[str, int]) -> None:
    """T-30, and 1.0's `inactive`."""
    log = ProblemLog()

    user = read(User, a_user("s-1", status=sent), log)

    assert user.status is meant
    assert log.counts == counted


def test_a_missing_status_means_active() -> None:
    """T-30."""
    user = read(User, {"sourcedId": "s", "givenName": "A", "familyName": "B", "role": "student"})

    assert user.status is Status.ACTIVE


def test_a_status_nobody_knows_spoils_the_record() -> None:
    problem = read(User, a_user("s-1", status="graduated"))

    assert problem.kind == "unknown_status"


def test_a_disabled_user_is_not_a_deleted_one() -> None:
    """T-31."""
    user = read(User, a_user("s-1", enabledUser=False))

    assert (user.enabled_user, user.status) == (False, Status.ACTIVE)


@pytest.mark.parametrize("grades", [["9"], ["P3", "KG"], "6 ano - Portugues", [9]])
def test_grades_off_the_vocabulary_are_kept(grades: object) -> None:
    """T-25."""
    log = ProblemLog()

    user = read(User, a_user("s-1", grades=grades), log)

    assert user.grades
    assert log.counts["unknown_grade"] == 1


def test_extras_inlined_in_a_user_are_ignored() -> None:
    """T-26."""
    log = ProblemLog()

    user = read(User, a_user("s-1", demographic={"sex": "unspecified"}, sex="x"), log)

    assert user.sourced_id == "s-1"
    assert log.counts == {}


@pytest.mark.parametrize("enabled", [True, "true", "perhaps"])
def test_a_password_is_dropped_and_counted(enabled: object) -> None:
    """T-41."""
    log = ProblemLog()

    user = read(User, a_user("s-1", password="hunter2", enabledUser=enabled), log)

    assert log.counts["over_shared"] == 1
    assert "hunter2" not in f"{user} {log}"


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_password_is_no_over_sharing(nothing: str | None) -> None:
    log = ProblemLog()

    read(User, a_user("s-1", password=nothing), log)

    assert log.counts == {}


@pytest.mark.parametrize(
    ("sent", "meant", "counted"),
    [
        ({"homeroom": "4B", "bus": None}, {"homeroom": "4B", "bus": None}, {}),
        ('{"homeroom": "4B"}', {"homeroom": "4B"}, {"metadata_as_text": 1}),
        ("no JSON", {}, {"metadata_not_understood": 1}),
        ([1], {}, {"metadata_not_understood": 1}),
    ],
)
def test_metadata_may_be_json_in_a_string(
    sent: object, meant: dict[str, Any], counted: dict[str, int]
) -> None:
    """T-37."""
    log = ProblemLog()

    org = read(Org, an_org(metadata=sent), log)

    assert org.metadata == meant
    assert log.counts == counted


@pytest.mark.parametrize(
    ("sent", "counted"),
    [
        ("2026-09-20T08:15:00Z", {}),
        ("2026-09-20T08:15:00.123456789+00:00", {}),
        ("2026-09-20", {"moment_without_zone": 1}),
        ("last week", {"moment_not_understood": 1}),
    ],
)
def test_moments_are_kept_as_sent_and_odd_ones_counted(sent: str, counted: dict[str, int]) -> None:
    """T-21, T-22."""
    log = ProblemLog()

    org = read(Org, an_org(dateLastModified=sent), log)

    assert org.date_last_modified == sent
    assert log.counts == counted


@pytest.mark.parametrize(
    ("sent", "meant", "counted"),
    [
        ("2015-02-28", "2015-02-28", {}),
        ("2015-02-28T00:00:00.000Z", "2015-02-28", {"day_irregular": 1}),
        ("2015-02-30", None, {"day_not_understood": 1}),
        ("28/02/2015", None, {"day_not_understood": 1}),
    ],
)
def test_days_are_days_or_nothing(sent: str, meant: str | None, counted: dict[str, int]) -> None:
    log = ProblemLog()

    found = read(Demographics, {"sourcedId": "s-1", "birthDate": sent, "sex": "other"}, log)

    assert found.birth_date == meant
    assert log.counts == counted


def test_words_of_other_records_are_recognised_in_any_case() -> None:
    """T-23."""
    session = read(AcademicSession, {"sourcedId": "t", "title": "Fall", "type": "GradingPeriod"})
    school_class = read(Class, {"sourcedId": "c", "title": "Maths", "classType": "Scheduled"})
    untyped = read(Class, {"sourcedId": "c", "title": "Maths", "grades": ["09"]})

    assert session.type == "gradingPeriod"
    assert school_class.class_type == "scheduled"
    assert untyped.class_type is None


def test_an_org_type_outside_the_standard_is_kept() -> None:
    """Quirk 18."""
    log = ProblemLog()

    org = read(Org, an_org(type="departments"), log)

    assert org.type == "departments"
    assert log.counts == {"unknown_type": 1}


def test_an_enrollment_needs_its_user() -> None:
    sent = {"sourcedId": "e", "role": "student", "class": {"sourcedId": "c"}, "primary": "true"}

    problem = read(Enrollment, sent)
    enrollment = read(Enrollment, sent | {"user": "s-1"})

    assert (problem.kind, problem.field) == ("missing_field", "user")
    assert enrollment.user == Ref(sourced_id="s-1")
    assert enrollment.class_ == Ref(sourced_id="c")
    assert enrollment.primary is True


def test_a_number_where_text_belongs_is_read_as_text() -> None:
    log = ProblemLog()

    user = read(User, a_user("s-1", identifier=4711, phone=[1]), log)

    assert (user.identifier, user.phone) == ("4711", None)
    assert log.counts == {"number_as_text": 1, "text_not_understood": 1}


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ([{"type": "LDAP", "identifier": "x"}], (UserId(identifier="x", type="LDAP"),)),
        ([{"type": "", "identifier": "x"}], (UserId(identifier="x"),)),
        (["x"], (UserId(identifier="x"),)),
        ([{"type": "LDAP"}], ()),
    ],
)
def test_user_ids(sent: object, meant: tuple[UserId, ...]) -> None:
    user = read(User, a_user("s-1", userIds=sent))

    assert user.user_ids == meant


def test_a_user_of_version_1_2_is_named_as_such() -> None:
    sent = a_user("s-1", roles=[{"role": "student"}])
    del sent["role"]

    problem = read(User, sent)

    assert problem.kind == "version_1_2_shape"


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"{", "unreadable"),
        (b'{"sourcedId": "\xff"}', "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (b"[]", "not_an_object"),
        (b'"s-1"', "not_an_object"),
    ],
)
@pytest.mark.parametrize("record", [User, Org])
def test_what_is_no_record_is_a_problem(sent: bytes, kind: str, record: type[Record]) -> None:
    problem = read(record, sent)

    assert problem.kind == kind


def test_csv_fields_may_be_written_as_csv_writes_them() -> None:
    log = ProblemLog()
    fields = {
        "sourcedId": "s-1",
        "status": "",
        "givenName": "Ana",
        "familyName": "Reyes",
        "role": "student",
        "enabledUser": "true",
        "orgs": "o-1, o-2,",
        "agents": ["p-1"],
    }

    user = decode_fields(User, fields, collection="users", position=2, log=log, file="users.csv")

    assert isinstance(user, User)
    assert user.enabled_user is True
    assert user.orgs == (Ref(sourced_id="o-1"), Ref(sourced_id="o-2"))
    assert user.agents == (Ref(sourced_id="p-1"),)
    assert log.counts == {}


def test_a_bad_csv_record_names_its_file() -> None:
    found = decode_fields(
        Org, {"sourcedId": "o"}, collection="orgs", position=3, log=ProblemLog(), file="orgs.csv"
    )

    assert isinstance(found, Problem)
    assert (found.kind, found.file, found.position) == ("missing_field", "orgs.csv", 3)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


FIELDS = ["role", "orgs", "agents", "status", "metadata", "enabledUser", "sms", "grades", "userIds"]


@given(
    st.fixed_dictionaries({"sourcedId": st.text(min_size=1)}, optional=dict.fromkeys(FIELDS, _json))
)
def test_whatever_is_sent_is_a_record_or_a_problem(sent: dict[str, Any]) -> None:
    found = read(User, sent)

    assert isinstance(found, (User, Problem))


@given(st.binary())
def test_whatever_bytes_come_nothing_is_raised(sent: bytes) -> None:
    found = read(User, sent)

    assert isinstance(found, (User, Problem))
