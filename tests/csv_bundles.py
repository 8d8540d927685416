"""Builds small OneRoster 1.1 CSV bundles, right in every point that a test does not name."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

USERS_HEADER = (
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,"
    "givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password"
)
ANA = 's-1,,,true,oak,student,ana,{Local:17},Ana,Lopez,,17,,,,"g-1,g-2",09,'
RUI = "g-1,,,true,oak,parent,rui,,Rui,Lopez,,,rui@example.org,,555-0101,s-1,,"
EVA = "g-2,,,true,oak,guardian,,,Eva,Sousa,,,,,555-0102,s-1,,"
USERS = f"{USERS_HEADER}\n{ANA}\n{RUI}\n{EVA}\n"
ORGS = (
    "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
    "maple,,,Maple Valley,district,,\n"
    "oak,,,Oak School,school,,maple\n"
)
MANIFEST = (
    "propertyName,value\n"
    "manifest.version,1.0\n"
    "oneroster.version,1.1\n"
    "file.academicSessions,absent\n"
    "file.categories,absent\n"
    "file.classes,absent\n"
    "file.classResources,absent\n"
    "file.courses,absent\n"
    "file.courseResources,absent\n"
    "file.demographics,absent\n"
    "file.enrollments,absent\n"
    "file.lineItems,absent\n"
    "file.orgs,bulk\n"
    "file.resources,absent\n"
    "file.results,absent\n"
    "file.users,bulk\n"
)
GOOD: Mapping[str, str | bytes] = {
    "manifest.csv": MANIFEST,
    "orgs.csv": ORGS,
    "users.csv": USERS,
}


def a_zip(folder: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    """Zip the good files, each of which `files` may replace, or add to."""
    return a_zip_of(folder, {**GOOD, **(files or {})})


def a_zip_of(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    path = folder / "bundle.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def a_folder(folder: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    path = folder / "bundle"
    path.mkdir()
    for name, content in {**GOOD, **(files or {})}.items():
        (path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def users_of(*rows: str) -> str:
    return "\n".join([USERS_HEADER, *rows, ""])
