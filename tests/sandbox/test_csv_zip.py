import csv
import io
import zipfile
from pathlib import Path
from typing import Any

from sandbox_reader import get_all
from schoolgate.sandbox import District, Sandbox
from schoolgate.sandbox.csv_zip import write_csv_zip
from schoolgate.sandbox.invented.days import live_a_day


def _table(path: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as bundle:
        return list(csv.DictReader(io.StringIO(bundle.read(f"{name}.csv").decode())))


def _as_row(user: Any) -> dict[str, str]:
    return {
        "sourcedId": user["sourcedId"],
        "status": "",
        "dateLastModified": "",
        "enabledUser": "true",
        "orgSourcedIds": ",".join(org["sourcedId"] for org in user["orgs"]),
        "role": user["role"],
        "username": user["username"],
        "userIds": ",".join(f"{{SIS:{i['identifier']}}}" for i in user.get("userIds", [])),
        "givenName": user["givenName"],
        "familyName": user["familyName"],
        "middleName": user.get("middleName", ""),
        "identifier": user.get("identifier", ""),
        "email": user.get("email", ""),
        "sms": user.get("sms", ""),
        "phone": user.get("phone", ""),
        "agentSourcedIds": ",".join(agent["sourcedId"] for agent in user["agents"]),
        "grades": ",".join(user.get("grades", [])),
        "password": "",
    }


def test_the_zip_holds_the_users_that_rest_serves(tmp_path: Path) -> None:
    district = District(120)
    live_a_day(district, share=0.3)
    write_csv_zip(district, tmp_path / "district.zip")

    with Sandbox(district) as sis:
        served = [_as_row(user) for user in get_all(sis, "users") if user["status"] == "active"]

    assert _table(tmp_path / "district.zip", "users") == served


def test_the_zip_is_referentially_closed(tmp_path: Path) -> None:
    path = tmp_path / "district.zip"
    write_csv_zip(District(120), path)

    ids = {
        name: {row["sourcedId"] for row in _table(path, name)}
        for name in ("orgs", "users", "classes", "courses", "academicSessions")
    }

    assert {row["parentSourcedId"] for row in _table(path, "orgs")} <= ids["orgs"] | {""}
    assert {row["courseSourcedId"] for row in _table(path, "classes")} <= ids["courses"]
    assert {row["classSourcedId"] for row in _table(path, "enrollments")} <= ids["classes"]
    assert {row["userSourcedId"] for row in _table(path, "enrollments")} <= ids["users"]
    assert {row["sourcedId"] for row in _table(path, "demographics")} <= ids["users"]
    assert _table(path, "classes")[0]["termSourcedIds"] == "session-year-1,session-year-2"


def test_the_manifest_says_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "district.zip"
    write_csv_zip(District(20), path)

    manifest = {row["propertyName"]: row["value"] for row in _table(path, "manifest")}

    assert manifest["oneroster.version"] == "1.1"
    assert manifest["file.users"] == "bulk"
    assert manifest["file.results"] == "absent"
    assert sum(name.startswith("file.") for name in manifest) == 13


def test_the_same_district_is_the_same_zip(tmp_path: Path) -> None:
    write_csv_zip(District(50), tmp_path / "one.zip")
    write_csv_zip(District(50), tmp_path / "other.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()
