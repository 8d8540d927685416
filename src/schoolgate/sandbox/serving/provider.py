"""A OneRoster 1.1 provider as a function from requests to replies, quirks included."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import RLock
from urllib.parse import unquote

from schoolgate.sandbox.catalog import CORE, Listing, Single, look_up
from schoolgate.sandbox.invented.district import District
from schoolgate.sandbox.payload import Fault, unknown_object
from schoolgate.sandbox.quirks import Quirks
from schoolgate.sandbox.serving.access import Gate, Refusal, read_form
from schoolgate.sandbox.serving.exchange import Reply, Request, json_reply
from schoolgate.sandbox.serving.faults import ELSEWHERE, Weather
from schoolgate.sandbox.serving.replies import Replies
from schoolgate.sandbox.wire import Wire

ROOT = "/ims/oneroster/v1p1"
TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
_NEW = "new-"


class Provider:
    """Answers requests for a district. Nothing but GET is answered, and POST for a token.

    `origin` is how the addresses in its answers begin; `sleep` takes seconds.
    """

    def __init__(
        self, district: District, *, origin: str, gate: Gate, sleep: Callable[[float], None]
    ) -> None:
        self.district = district
        self._root = origin + ROOT
        self._gate = gate
        self._sleep = sleep
        self._replies = Replies(origin)
        self._lock = RLock()
        self.set_quirks({})

    @property
    def quirks(self) -> Mapping[str, float]:
        return self._quirks

    def set_quirks(self, quirks: Quirks) -> None:
        with self._lock:
            self._quirks = dict(quirks)
            self._weather = Weather(self._sleep)
            self._replies.forget()

    def change(self, live: Callable[[District], dict[str, int]]) -> dict[str, int]:
        """Let something happen to the district while nobody reads it."""
        with self._lock:
            counts = live(self.district)
            self._replies.forget()
            return counts

    def answer(self, request: Request) -> Reply:
        """Answer any request; what goes wrong is an answer too."""
        try:
            return self._token(request) if request.path == TOKEN_PATH else self._read(request)
        except Fault as fault:
            return json_reply(fault.status, fault.payload, dict(fault.headers))

    def _token(self, request: Request) -> Reply:
        if request.method != "POST":
            raise Fault(405, "unsupported", "Tokens are asked for by POST.", (("Allow", "POST"),))
        # Infinite Campus takes the grant in the query string (section 4.2).
        form = {**request.parameters, **read_form(request.body)}
        with self._lock:
            issued = self._gate.issue_token(request.headers.get("authorization", ""), form)
            cookie = self._weather.new_cookie(self._quirks)
        if isinstance(issued, Refusal):
            return json_reply(issued.status, {"error": issued.error})
        return json_reply(200, issued, {"Cache-Control": "no-store", **cookie})

    def _read(self, request: Request) -> Reply:
        if request.method != "GET":
            raise Fault(405, "unsupported", "This SIS is only read.", (("Allow", "GET"),))
        with self._lock:
            quirks, weather = self._quirks, self._weather
            struck = weather.strike(quirks)
        if struck is not None:
            return struck
        # Outside the lock: a slow server is slow for each reader, not for one after the other.
        weather.wait(quirks)
        with self._lock:
            return self._content(request, quirks)

    def _content(self, request: Request, quirks: Quirks) -> Reply:
        wire = Wire(self.district, self._root, _NEW if "new_ids" in quirks else "")
        found = self._look_up(request, prefix=wire.prefix)
        # Who may not read is not told what there is.
        self._gate.admit(
            request.headers.get("authorization", ""),
            url=request.url,
            scope=CORE if isinstance(found, Fault) else found.scope,
            uses=quirks.get("unauthorized_second"),
        )
        cookie = self._weather.cookie(request, quirks)
        if isinstance(found, Fault):
            raise found
        if "redirect_elsewhere" in quirks:
            return Reply(302, headers={"Location": ELSEWHERE + request.target, **cookie})
        if isinstance(found, Listing) and self._weather.shifts(request, quirks):
            found = replace(found, shifted=True)
        reply = self._replies.reply(found, request, wire=wire, quirks=quirks)
        return replace(reply, headers={**reply.headers, **cookie})

    def _look_up(self, request: Request, *, prefix: str) -> Listing | Single | Fault:
        root, _, rest = request.path.partition(ROOT + "/")
        words = [unquote(word) for word in rest.split("/")]
        # Every second word of a path is an id, and an id has the prefix that ids have now.
        if root or not all(word.startswith(prefix) for word in words[1::2]):
            return unknown_object("Nothing stands behind this address.")
        words[1::2] = [word.removeprefix(prefix) for word in words[1::2]]
        try:
            return look_up(self.district, tuple(words))
        except Fault as fault:
            return fault
