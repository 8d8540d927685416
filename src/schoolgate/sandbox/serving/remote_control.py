"""What another process on this machine may ask of a running sandbox: a day, other quirks."""

from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from schoolgate.sandbox.invented.days import USUAL_SHARE
from schoolgate.sandbox.serving.exchange import Reply, Request, json_reply

CONTROL = "/sandbox/"


class Controlled(Protocol):
    @property
    def quirks(self) -> dict[str, float]: ...
    def set_quirks(self, quirks: Iterable[str]) -> None: ...
    def tick(self, *, days: int, share: float) -> dict[str, int]: ...


class Tick(msgspec.Struct, forbid_unknown_fields=True):
    days: int = 1
    share: float = USUAL_SHARE


class ChooseQuirks(msgspec.Struct, forbid_unknown_fields=True):
    """Words as on the command line: `page_cap=500`."""

    quirks: list[str] = []


def obey(sandbox: Controlled, request: Request) -> Reply:
    """Answer a request below `/sandbox/`. These are no part of the SIS and stay out of its log."""
    order = _ORDERS.get(request.path.removeprefix(CONTROL))
    if order is None:
        return _refused(404, "there is no such order: tick, quirks")
    if request.method != "POST":
        return _refused(405, "orders are given by POST")
    try:
        return json_reply(200, order(sandbox, request.body or b"{}"))
    except (ValueError, msgspec.DecodeError) as error:
        return _refused(400, str(error))


def _tick(sandbox: Controlled, body: bytes) -> object:
    asked = msgspec.json.decode(body, type=Tick)
    return {"changes": sandbox.tick(days=asked.days, share=asked.share)}


def _choose_quirks(sandbox: Controlled, body: bytes) -> object:
    sandbox.set_quirks(msgspec.json.decode(body, type=ChooseQuirks).quirks)
    return {"quirks": sandbox.quirks}


def _refused(status: int, message: str) -> Reply:
    return json_reply(status, {"error": message})


_ORDERS: dict[str, Callable[[Controlled, bytes], object]] = {
    "tick": _tick,
    "quirks": _choose_quirks,
}
