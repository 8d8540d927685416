"""A plain reader of a sandbox: urllib, one request at a time, no retries."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

from schoolgate.sandbox import Sandbox


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = build_opener(_NoRedirects)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return self.payload["statusInfoSet"][0]["imsx_codeMinor"]


def ask(url: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(url, data=body, method=method, headers=named)  # noqa: S310 - our own server
    try:
        reply = _opener.open(request, timeout=10)
    except HTTPError as error:
        reply = error
    with reply:
        return Answer(reply.status, dict(reply.headers), reply.read())


def get(sis: Sandbox, path: str, **parameters: object) -> Answer:
    """Read with the fixed bearer token; `filter` and the like as the standard names them."""
    words = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in parameters.items())
    return ask(f"{sis.base_url}/{path}?{words}", Authorization=f"Bearer {sis.bearer}")


def get_all(sis: Sandbox, path: str, *, key: str | None = None, limit: int = 200) -> list[Any]:
    """Read page after page by records received, until an empty page."""
    found: list[Any] = []
    while True:
        answer = get(sis, path, limit=limit, offset=len(found))
        page = answer.payload[key or path.rpartition("/")[2]] if answer.body else []
        if not page:
            return found
        found += page


def ids(records: list[Any]) -> list[str]:
    return [record["sourcedId"] for record in records]


def roster_of(users: list[Any]) -> tuple[dict[str, Any], dict[str, Any], set[tuple[str, str]]]:
    """Keep of user records what a tolerant reader of all schools and all contacts keeps."""
    active = {u["sourcedId"]: u for u in users if u["status"] == "active"}
    students = {i: u for i, u in active.items() if u["role"].lower() == "student"}
    contacts = ("parent", "guardian", "relative")
    adults = {i: u for i, u in active.items() if u["role"].lower() in contacts}
    links = {(s, a) for s in students for a in _refs(students[s], "agents") if a in adults}
    links |= {(s, a) for a in adults for s in _refs(adults[a], "agents") if s in students}
    linked = {adult for _, adult in links}
    return (
        {i: (_facts(u, "identifier"), u["grades"], _refs(u, "orgs")) for i, u in students.items()},
        {i: _facts(u, "email", "phone", "sms") for i, u in adults.items() if i in linked},
        links,
    )


def _refs(user: Any, name: str) -> list[str]:
    return sorted(ref if isinstance(ref, str) else ref["sourcedId"] for ref in user[name])


def _facts(user: Any, *names: str) -> tuple[str, ...]:
    return tuple(user.get(n) or "" for n in ("givenName", "middleName", "familyName", *names))
