"""A OneRoster 1.1 library: REST sources and CSV bundles, read and never written.

with Client("https://sis.example.org", OAuth1("key", "secret")) as source:
    users = source.users()
    for user in users:
        ...
    users.verdict.complete  # True: every record the source has came
"""

from schoolgate.oneroster.change_probe import ChangeProbe
from schoolgate.oneroster.client import Client
from schoolgate.oneroster.collection import Collection, Source
from schoolgate.oneroster.csv_bundle import CsvBundle
from schoolgate.oneroster.errors import (
    BadBundle,
    BadInput,
    BrokenAnswer,
    Busy,
    FilterIgnored,
    NotAllowed,
    NotOffered,
    NotOneRoster,
    NotSignedIn,
    NotTokenEndpoint,
    OneRosterError,
    Rejected,
    ServerFault,
    SourceFailed,
    TooLarge,
    Unreachable,
    UnsafeAddress,
    UnsupportedVersion,
    UntrustedCertificate,
)
from schoolgate.oneroster.export import ExportReport
from schoolgate.oneroster.probe import ProbeReport
from schoolgate.oneroster.records import (
    ADULT_CONTACT_ROLES,
    AcademicSession,
    Class,
    Demographics,
    Enrollment,
    Org,
    Problem,
    ProblemLog,
    RawRow,
    Record,
    Ref,
    Role,
    Status,
    User,
    UserId,
    Verdict,
)
from schoolgate.oneroster.rest.auth import Auth, Bearer, OAuth1
from schoolgate.oneroster.rest.tokens import OAuth2
from schoolgate.oneroster.values.moments import Moment, parse_moment

__all__ = [
    "ADULT_CONTACT_ROLES",
    "AcademicSession",
    "Auth",
    "BadBundle",
    "BadInput",
    "Bearer",
    "BrokenAnswer",
    "Busy",
    "ChangeProbe",
    "Class",
    "Client",
    "Collection",
    "CsvBundle",
    "Demographics",
    "Enrollment",
    "ExportReport",
    "FilterIgnored",
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
