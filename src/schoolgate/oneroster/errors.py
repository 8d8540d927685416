"""Everything that can go wrong with a source, as one tree.

    OneRosterError
    ├── BadInput                  what we were given is wrong: address, setting, file  (your turn)
    │   ├── UnsafeAddress         not https, or not a public address
    │   ├── UnsupportedVersion    a OneRoster 1.0 or 1.2 source
    │   ├── NotTokenEndpoint      the token URL leads to something else
    │   └── BadBundle             a CSV zip or folder that cannot be read
    └── SourceFailed              the source did not answer as OneRoster 1.1 asks
        ├── Unreachable           no connection, or it broke, or took too long            (retry)
        ├── Busy                  429 or 503 to the end of our patience                   (retry)
        ├── ServerFault           5xx to the end of our patience                          (retry)
        ├── NotSignedIn           401, or the token was refused                  (district's turn)
        ├── NotAllowed            403: scope or sharing                          (district's turn)
        ├── NotOffered            404 or 405 on a collection                     (district's turn)
        ├── Rejected              400 or another 4xx: the request was not understood (SIS's turn)
        ├── UntrustedCertificate  the certificate cannot be verified                 (SIS's turn)
        ├── NotOneRoster          HTML, wrong envelope                               (SIS's turn)
        │   └── BrokenAnswer      JSON that ends in the middle                          (retry)
        ├── FilterIgnored         asked for what changed, it sent something else     (SIS's turn)
        └── TooLarge              an answer over the size limit                      (SIS's turn)

Each error is one sentence that says what happened and what to do next, and carries:
`retry_helps` (would the same call later succeed without anyone acting?) and `whose_turn`.
No message holds a secret, a token, a query string or a person's data.
"""

from typing import ClassVar, Literal

Turn = Literal["you", "district", "sis", "nobody"]


class OneRosterError(Exception):
    """The root. `str(error)` is the sentence to show."""

    retry_helps: ClassVar[bool] = False
    whose_turn: ClassVar[Turn] = "you"


class BadInput(OneRosterError):
    """What the library was given is wrong."""


class UnsafeAddress(BadInput):
    """The address is not https, or leads to a private network."""


class UnsupportedVersion(BadInput):
    """The source speaks another OneRoster than 1.1."""

    def __init__(self, message: str, *, version: str) -> None:
        super().__init__(message)
        self.version = version


class NotTokenEndpoint(BadInput):
    """The token URL answers, but not as an OAuth 2 token endpoint does (T-19)."""


class BadBundle(BadInput):
    """A CSV bundle that cannot be read. Names file, line and column where there are any."""

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        file: str | None = None,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.file = file
        self.line = line
        self.column = column


class SourceFailed(OneRosterError):
    """The source did not answer as OneRoster 1.1 asks."""

    whose_turn: ClassVar[Turn] = "sis"

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        # The Retry-After header as it came: seconds or an HTTP date.
        self.retry_after = retry_after


class Unreachable(SourceFailed):
    """No connection, a broken one, or no answer in time."""

    retry_helps = True
    whose_turn: ClassVar[Turn] = "nobody"


class Busy(SourceFailed):
    """The source asked us to wait longer than we are willing to."""

    retry_helps = True
    whose_turn: ClassVar[Turn] = "nobody"


class ServerFault(SourceFailed):
    """The source kept failing on its own side."""

    retry_helps = True


class NotSignedIn(SourceFailed):
    """The source refused our credentials."""

    whose_turn: ClassVar[Turn] = "district"


class NotAllowed(SourceFailed):
    """The source knows us and refuses: a scope or a sharing permission is missing."""

    whose_turn: ClassVar[Turn] = "district"


class NotOffered(SourceFailed):
    """The source has no such collection. It says nothing about the records in it."""

    whose_turn: ClassVar[Turn] = "district"


class Rejected(SourceFailed):
    """The source did not understand the request: 400, or a 4xx without a class of its own."""


class UntrustedCertificate(SourceFailed):
    """The certificate cannot be verified. Checks are never off; a CA file can be given."""


class NotOneRoster(SourceFailed):
    """The answer is not what OneRoster 1.1 describes: a web page, another envelope."""


class BrokenAnswer(NotOneRoster):
    """The answer began well and broke off, or its compression is damaged."""

    retry_helps = True


class FilterIgnored(SourceFailed):
    """Asked for the records that changed, the source sent others, or some without a date (T-28)."""


class TooLarge(SourceFailed):
    """An answer larger than the limit."""
