"""Cut a collection into pages: which records there are, which of them a page holds, its links."""

from array import array
from collections.abc import Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote

from schoolgate.sandbox.catalog import Listing
from schoolgate.sandbox.invented.district import People
from schoolgate.sandbox.serving.query import Query, sort_key
from schoolgate.sandbox.wire import Wire

# Records that lie this many times closer together than apart are made in one go.
_DENSE = 20


def select(listing: Listing, query: Query, wire: Wire) -> Sequence[int]:
    """Say which records of a collection are asked for: their positions, in the order asked for."""
    positions: Sequence[int] = range(len(listing.source))
    if listing.keep or query.filter:
        positions = array("L", _kept(listing, query, wire))
    if query.sort not in ("", "sourcedId"):
        shape = listing.entity.shape
        keys = [sort_key(shape(wire, item), query.sort) for item in read(listing, positions)]
        order = sorted(range(len(positions)), key=keys.__getitem__, reverse=query.descending)
        return array("L", (positions[n] for n in order))
    return positions[::-1] if query.sort and query.descending else positions


def read(listing: Listing, positions: Sequence[int]) -> list[Any]:
    """Fetch the records at these positions."""
    if not positions:
        return []
    first, last = min(positions), max(positions)
    if not isinstance(listing.source, People) or last - first > _DENSE * len(positions):
        return [listing.source[position] for position in positions]
    wanted = set(positions)
    near = islice(listing.source.starting_at(first), last - first + 1)
    found = {n: item for n, item in enumerate(near, start=first) if n in wanted}
    return [found[position] for position in positions]


def links(url: str, parameters: dict[str, str], *, query: Query, total: int) -> dict[str, str]:
    """Give the addresses of the first, previous, next and last page, where there are such."""
    limit, offset = query.limit, query.offset
    offsets = {"first": 0, "last": max(0, (total - 1) // limit * limit)}
    if offset + limit < total:
        offsets["next"] = offset + limit
    if offset > 0:
        offsets["prev"] = max(0, offset - limit)
    return {
        rel: address(url, parameters | {"limit": str(limit), "offset": str(start)})
        for rel, start in offsets.items()
    }


def address(url: str, parameters: dict[str, str]) -> str:
    words = (f"{quote(name)}={quote(value, safe='')}" for name, value in parameters.items())
    return f"{url}?{'&'.join(words)}"


def _kept(listing: Listing, query: Query, wire: Wire) -> list[int]:
    keep, filter_, shape = listing.keep, query.filter, listing.entity.shape
    return [
        position
        for position, item in enumerate(listing.source)
        if (keep is None or keep(item)) and (not filter_ or filter_.holds(shape(wire, item)))
    ]
