"""Telling OneRoster 1.0, 1.1 and 1.2 bundles apart (section 3.7): read 1.1, refuse the others."""

from collections.abc import Collection

from schoolgate.oneroster.errors import BadBundle, UnsupportedVersion

_ASK = "Ask the SIS for a OneRoster 1.1 CSV export."


def version_by_shape(names: Collection[str], user_columns: Collection[str]) -> str | None:
    """Say which version files of these names, and users with these columns, belong to.

    Both lower-cased. None when they do not tell.
    """
    columns = set(user_columns)
    if columns & {"usermasteridentifier", "primaryorgsourcedid"}:
        return "1.2"
    if "roles.csv" in names and "role" not in columns:
        return "1.2"
    if columns & {"userid", "agents"} and "enableduser" not in columns:
        return "1.0"
    if {"role", "orgsourcedids"} <= columns:
        return "1.1"
    return None


def refuse_other_versions(declared: str | None, shape: str | None) -> None:
    """Go on only with 1.1. The manifest decides, unless the files plainly contradict it.

    Raises:
        UnsupportedVersion: a 1.0 or 1.2 bundle, or one of a version we do not know.
        BadBundle: neither manifest nor files say which version this is.
    """
    stated = _release(declared)
    if stated not in {None, "1.1"}:
        raise UnsupportedVersion(
            f"This is a OneRoster {stated} bundle; Schoolgate reads OneRoster 1.1. {_ASK}",
            version=stated or "",
        )
    if shape not in {None, "1.1"}:
        says = "The manifest says OneRoster 1.1, but its" if stated else "The"
        raise UnsupportedVersion(
            f"{says} files are made as OneRoster {shape} has them. {_ASK}", version=shape or ""
        )
    if stated is None and shape is None:
        raise BadBundle(
            f"The manifest has no oneroster.version, and the files do not tell. {_ASK}",
            kind="version_unknown",
            file="manifest.csv",
        )


def _release(declared: str | None) -> str | None:
    """`1.2.1` is 1.2, `v1.1` is 1.1, `1` is 1.0 with its zero lost."""
    if declared is None:
        return None
    numbers = declared.lower().removeprefix("v").split(".")
    return ".".join((*numbers, "0")[:2])
