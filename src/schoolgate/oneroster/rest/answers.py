"""What an answer that is not a success means. Pure.

The HTTP status decides, never the body (T-36). Of the body only the standard's own error words are
repeated: a free description may name a person, and an unknown word might.
"""

from http import HTTPStatus
from typing import Any

import msgspec

from schoolgate.oneroster.errors import (
    Busy,
    NotAllowed,
    NotOffered,
    NotOneRoster,
    NotSignedIn,
    Rejected,
    ServerFault,
    SourceFailed,
)
from schoolgate.oneroster.rest.transport import Answer
from schoolgate.oneroster.values.reading import BAD_JSON

# Normalised spelling of the standard's codeMinor values, prose and OpenAPI, and the two that one
# provider adds for paging (T-35).
_WORDS = {
    "unknownobject": "unknown object",
    "invaliddata": "invalid data",
    "unauthorized": "unauthorized",
    "unauthorizedrequest": "unauthorized",
    "invalidsortfield": "invalid sort field",
    "invalidfilterfield": "invalid filter field",
    "invalidselectionfield": "invalid selection field",
    "invalidblankselectionfield": "invalid blank selection field",
    "invalidlimitfield": "invalid limit field",
    "invalidoffsetfield": "invalid offset field",
    "forbidden": "forbidden",
    "serverbusy": "server busy",
    "linkfailure": "link failure",
    "unsupportedoperation": "unsupported operation",
    "deletefailure": "delete failure",
    "targetreadfailure": "target read failure",
}
_DEEPEST = 5


def error_word(body: bytes) -> str | None:
    """Find the standard's word for what went wrong, in any of the three shapes of 1.4."""
    try:
        payload = msgspec.json.decode(body)
    except BAD_JSON:
        return None
    return _find_word(payload, _DEEPEST)


def _find_word(payload: Any, depth: int) -> str | None:
    if depth == 0:
        return None
    if isinstance(payload, str):
        spelled = (
            payload.casefold().replace(" ", "").replace("_", "").replace("unauthoris", "unauthoriz")
        )
        return _WORDS.get(spelled)
    if isinstance(payload, list):
        return next(filter(None, (_find_word(item, depth - 1) for item in payload)), None)
    if isinstance(payload, dict):
        inside = (_find_word(item, depth - 1) for key, item in payload.items() if _may_hold(key))
        return next(filter(None, inside), None)
    return None


def _may_hold(key: str) -> bool:
    folded = key.casefold()
    return "codeminor" in folded or folded in {"statusinfoset", "errors", "statusinfo"}


def failure_of(answer: Answer, what: str) -> SourceFailed | None:
    """Say what is wrong with an answer, or None if its status says that nothing is.

    `what` is what was asked for, in words that may be shown: `users`, `the token`.
    """
    status = answer.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    word = error_word(answer.body)
    said = f" (it says: {word})" if word else ""
    begin = f"The source answered {status} for {what}{said}: "
    if status in _NAMED:
        kind, advice = _NAMED[status]
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind, advice = ServerFault, "it fails on its own side; try again later, then ask the SIS."
    elif status >= HTTPStatus.BAD_REQUEST:
        kind, advice = Rejected, "it did not understand the request; ask the SIS why."
    else:
        kind, advice = NotOneRoster, "that is no answer to a read; check the base URL."
    return kind(begin + advice, status=status, retry_after=answer.headers.get("retry-after"))


_BUSY = (Busy, "it asks us to come back later.")
_ABSENT = (
    NotOffered,
    "there is no such thing at this address; check the base URL, or ask the SIS to switch it on.",
)
_NAMED: dict[int, tuple[type[SourceFailed], str]] = {
    HTTPStatus.UNAUTHORIZED: (NotSignedIn, "check the key, the secret and the kind of sign-in."),
    HTTPStatus.FORBIDDEN: (NotAllowed, "a scope or a sharing permission is missing in the SIS."),
    HTTPStatus.NOT_FOUND: _ABSENT,
    HTTPStatus.METHOD_NOT_ALLOWED: _ABSENT,
    HTTPStatus.GONE: _ABSENT,
    HTTPStatus.REQUEST_TIMEOUT: _BUSY,
    HTTPStatus.TOO_MANY_REQUESTS: _BUSY,
    HTTPStatus.SERVICE_UNAVAILABLE: _BUSY,
}
