"""What quirks do to a record, after it was chosen and before it is sent."""

import json
import zlib
from collections.abc import Callable
from typing import Any

from schoolgate.sandbox.invented.people import ADULT_ROLES, STUDENT, TEACHER
from schoolgate.sandbox.quirks import Quirks
from schoolgate.sandbox.wire import USER, Entity, Json

_OPTIONAL = ("middleName", "identifier", "email", "sms", "phone", "grades", "metadata", "password")
Oddity = Callable[[Json, float], Json]


def oddly(record: Json, entity: Entity, quirks: Quirks) -> Json:
    """Give the record as a SIS with these quirks sends it."""
    if not quirks:
        return record
    of_entity = (_OF_USERS | _OF_ALL) if entity is USER else _OF_ALL
    for name, oddity in of_entity.items():
        if name in quirks:
            record = oddity(record, quirks[name])
    return record


def unreadable(record: Json) -> Json:
    """Keep the id of a user and spoil the rest: invalid is not missing."""
    return record | {"givenName": {"unexpected": True}, "role": None, "orgs": 17}


def one_in(record: Json, count: float) -> bool:
    return zlib.crc32(str(record.get("sourcedId")).encode()) % max(1, int(count)) == 0


def _student_side(record: Json, _: float) -> Json:
    return record | {"agents": []} if record["role"] in ADULT_ROLES else record


def _adult_side(record: Json, _: float) -> Json:
    return record | {"agents": []} if record["role"] == STUDENT else record


def _without_agents(record: Json, _: float) -> Json:
    return record | {"agents": []}


def _unknown_role(record: Json, _: float) -> Json:
    return record | {"role": "counselor"} if record["role"] == TEACHER else record


def _role_case(record: Json, _: float) -> Json:
    return record | {"role": record["role"].capitalize()}


def _null_fields(record: Json, _: float) -> Json:
    return dict.fromkeys(_OPTIONAL) | record


def _metadata_string(record: Json, _: float) -> Json:
    return record | {"metadata": json.dumps(record.get("metadata") or {})}


def _one_two_shape(record: Json, _: float) -> Json:
    roles = [{"roleType": "primary", "role": record["role"], "org": org} for org in record["orgs"]]
    kept = {name: value for name, value in record.items() if name not in ("role", "orgs")}
    return kept | {"roles": roles, "userMasterIdentifier": record["sourcedId"]}


def _inactive(record: Json, _: float) -> Json:
    return record | {"status": "inactive"} if record.get("status") == "tobedeleted" else record


def _string_booleans(record: Json, _: float) -> Json:
    return {k: str(v).lower() if isinstance(v, bool) else v for k, v in record.items()}


def _refs_as_strings(record: Json, _: float) -> Json:
    return {
        k: [_bare(member) for member in v] if isinstance(v, list) else _bare(v)
        for k, v in record.items()
    }


def _bare(value: Any) -> Any:
    return value["sourcedId"] if isinstance(value, dict) and "href" in value else value


def _missing_id(record: Json, count: float) -> Json:
    if not one_in(record, count):
        return record
    return {name: value for name, value in record.items() if name != "sourcedId"}


def _constant_date(record: Json, _: float) -> Json:
    return record | {"dateLastModified": "2026-08-01T00:00:00.000Z"}


def _day_as_date(record: Json, _: float) -> Json:
    return record | {"dateLastModified": record["dateLastModified"][:10]}


def _zoneless_date(record: Json, _: float) -> Json:
    return record | {"dateLastModified": record["dateLastModified"].removesuffix("Z")}


def _undated(record: Json, _: float) -> Json:
    return {name: value for name, value in record.items() if name != "dateLastModified"}


# In this order: what looks at the role comes before what rewrites it.
_OF_USERS: dict[str, Oddity] = {
    "agents_student_side": _student_side,
    "agents_adult_side": _adult_side,
    "omit_guardians": _without_agents,
    "unknown_roles": _unknown_role,
    "role_case": _role_case,
    "null_fields": _null_fields,
    "metadata_string": _metadata_string,
    "one_two_shape": _one_two_shape,
}
_OF_ALL: dict[str, Oddity] = {
    "inactive_status": _inactive,
    "string_booleans": _string_booleans,
    "refs_as_strings": _refs_as_strings,
    "missing_ids": _missing_id,
    "constant_dates": _constant_date,
    "days_as_dates": _day_as_date,
    "zoneless_dates": _zoneless_date,
    "no_dates": _undated,
}
