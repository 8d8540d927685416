"""A OneRoster 1.1 library: REST sources and CSV bundles, read and never written.

with Client("https://sis.example.org", OAuth1("key", "secret")) as source:
    users = source.users()
    for user in users:
        ...
    users.verdict.complete  # True: every record the source has came
"""

from importlib import import_module
from typing import Any

__all__ = [
    "ADULT_CONTACT_ROLES",
    "AcademicSession",
    "Auth",
    "BadBundle",
    "BadInput",
    "Bearer",
    "BrokenAnswer",
    "Busy",
    "Class",
    "Client",
    "Collection",
    "CsvBundle",
    "Demographics",
    "Enrollment",
    "ExportReport",
    "Moment",
    "NotAllowed",
    "NotOffered",
    "NotOneRoster",
    "NotSignedIn",
    "NotTokenEndpoint",
    "OAuth1",
    "OAuth2",
    "OneRosterError",
    "Org",
    "ProbeReport",
    "Problem",
    "ProblemLog",
    "RawRow",
    "Record",
    "Ref",
    "Rejected",
    "Role",
    "ServerFault",
    "Source",
    "SourceFailed",
    "Status",
    "TooLarge",
    "Unreachable",
    "UnsafeAddress",
    "UnsupportedVersion",
    "UntrustedCertificate",
    "User",
    "UserId",
    "Verdict",
    "parse_moment",
]

# A name is imported when it is first asked for: records and errors are used by pure code and by
# commands that must start fast, and neither should load an HTTP library for them.
_HOMES = {
    "auth": (
        "Auth",
        "Bearer",
        "OAuth1",
    ),
    "client": ("Client",),
    "collection": (
        "Collection",
        "Source",
    ),
    "csv_bundle": ("CsvBundle",),
    "errors": (
        "BadBundle",
        "BadInput",
        "BrokenAnswer",
        "Busy",
        "NotAllowed",
        "NotOffered",
        "NotOneRoster",
        "NotSignedIn",
        "NotTokenEndpoint",
        "OneRosterError",
        "Rejected",
        "ServerFault",
        "SourceFailed",
        "TooLarge",
        "Unreachable",
        "UnsafeAddress",
        "UnsupportedVersion",
        "UntrustedCertificate",
    ),
    "export": ("ExportReport",),
    "moments": (
        "Moment",
        "parse_moment",
    ),
    "probe": ("ProbeReport",),
    "records": (
        "ADULT_CONTACT_ROLES",
        "AcademicSession",
        "Class",
        "Demographics",
        "Enrollment",
        "Org",
        "Problem",
        "ProblemLog",
        "RawRow",
        "Record",
        "Ref",
        "Role",
        "Status",
        "User",
        "UserId",
        "Verdict",
    ),
    "tokens": ("OAuth2",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
