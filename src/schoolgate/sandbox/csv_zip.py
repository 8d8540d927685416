"""Write a district as a OneRoster 1.1 bulk zip: the same records as over REST."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from schoolgate.sandbox.catalog import Listing, look_up
from schoolgate.sandbox.invented.district import District
from schoolgate.sandbox.wire import Json, Wire

# A zip remembers when its files were written; the same district is the same zip on any day.
_WRITTEN = (2026, 8, 31, 12, 0, 0)

# The standard's headers, in its order (section 3.3); a reference is written under another name.
_BASE = ("sourcedId", "status", "dateLastModified")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "orgs": ("name", "type", "identifier", "parentSourcedId"),
    "users": (
        "enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName", "familyName",
        "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades",
        "password",
    ),
    "academicSessions": ("title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "courses": (
        "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects",
        "subjectCodes",
    ),
    "classes": (
        "title", "grades", "courseSourcedId", "classCode", "classType", "location",
        "schoolSourcedId", "termSourcedIds", "subjects", "subjectCodes", "periods",
    ),
    "enrollments": (
        "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate",
        "endDate",
    ),
    "demographics": (
        "birthDate", "sex", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
        "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces",
        "hispanicOrLatinoEthnicity", "countryOfBirthCode", "stateOfBirthAbbreviation",
        "cityOfBirth", "publicSchoolResidenceStatus",
    ),
}  # fmt: skip
_ABSENT = ("categories", "classResources", "courseResources", "lineItems", "resources", "results")
_REFERENCES = {
    "orgSourcedIds": "orgs",
    "agentSourcedIds": "agents",
    "termSourcedIds": "terms",
    "parentSourcedId": "parent",
    "orgSourcedId": "org",
    "schoolSourcedId": "school",
    "classSourcedId": "class",
    "courseSourcedId": "course",
    "userSourcedId": "user",
    "schoolYearSourcedId": "schoolYear",
}


def write_csv_zip(district: District, path: Path) -> None:
    """Write the zip. Bulk files leave status and dateLastModified blank, and whoever left out.

    The members are the same bytes on any machine.
    """
    with zipfile.ZipFile(path, "w") as bundle:
        _write(bundle, "manifest", _manifest())
        for name, columns in _COLUMNS.items():
            _write(bundle, name, _table(district, name, columns))


def _manifest() -> Iterator[Sequence[str]]:
    yield ("propertyName", "value")
    yield ("manifest.version", "1.0")
    yield ("oneroster.version", "1.1")
    for name in sorted((*_COLUMNS, *_ABSENT)):
        yield (f"file.{name}", "bulk" if name in _COLUMNS else "absent")
    yield ("source.systemName", "Schoolgate sandbox")
    yield ("source.systemCode", "sandbox")


def _table(district: District, name: str, columns: tuple[str, ...]) -> Iterator[Sequence[str]]:
    yield (*_BASE, *columns)
    listing = look_up(district, (name,))
    if not isinstance(listing, Listing):
        raise TypeError(name)
    wire = Wire(district, "")
    for item in listing.source:
        if listing.keep is None or listing.keep(item):
            record = listing.entity.shape(wire, item)
            if record["status"] == "active":
                yield (record["sourcedId"], "", "", *(_cell(record, column) for column in columns))


def _cell(record: Json, column: str) -> str:
    value = record.get(_REFERENCES.get(column, column))
    if isinstance(value, list):
        return ",".join(_text(member) for member in value)
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return (
            value["sourcedId"] if "href" in value else f"{{{value['type']}:{value['identifier']}}}"
        )
    return str(value)


def _write(bundle: zipfile.ZipFile, name: str, rows: Iterable[Sequence[str]]) -> None:
    entry = zipfile.ZipInfo(f"{name}.csv", _WRITTEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with (
        bundle.open(entry, "w", force_zip64=True) as member,
        io.TextIOWrapper(member, encoding="utf-8", newline="") as text,
    ):
        csv.writer(text).writerows(rows)
