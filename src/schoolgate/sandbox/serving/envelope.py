"""What stands around the records of a page: the wrapper key, the headers that count and link."""

from collections.abc import Mapping, Sequence
from typing import Any

from schoolgate.sandbox.payload import warning
from schoolgate.sandbox.quirks import Quirks
from schoolgate.sandbox.serving.faults import ELSEWHERE
from schoolgate.sandbox.serving.pages import address, links
from schoolgate.sandbox.serving.query import Query
from schoolgate.sandbox.wire import USER, Entity, Json


def wrapped(
    records: Sequence[Json], entity: Entity, *, warnings: Sequence[Json], quirks: Quirks
) -> dict[str, Any]:
    key = entity.plural
    if entity is USER and "envelope_students_key" in quirks:
        key = "students"
    if "wrong_envelope" in quirks:
        key = "data"
    said = list(warnings)
    if "extra_top_level" in quirks:
        said.append(warning("full success", "The request was answered."))
    return {key: records} | ({"statusInfoSet": said} if said else {})


def page_headers(
    url: str, parameters: Mapping[str, str], *, query: Query, total: int, quirks: Quirks
) -> dict[str, str]:
    headers = {}
    if "no_total" not in quirks:
        grown = query.offset // query.limit if "moving_total" in quirks else 0
        headers["X-Total-Count"] = str(total + int(quirks.get("wrong_total", 0)) + grown)
    found = links(url, dict(parameters), query=query, total=total)
    if "loop_link" in quirks:
        found["next"] = address(url, dict(parameters))
    if found and "no_link" not in quirks:
        host = {"hostless_links": "", "foreign_links": ELSEWHERE}
        shown = next((host[name] for name in host if name in quirks), None)
        headers["Link"] = ", ".join(
            f'<{_moved(target, shown)}>; rel="{rel}"' for rel, target in found.items()
        )
    return headers


def _moved(target: str, host: str | None) -> str:
    if host is None:
        return target
    return host + "/" + target.split("/", 3)[3]
