"""Make the reply to a good read: a record, or a page of a collection. Pages are kept once made."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zlib import crc32

from schoolgate.sandbox.catalog import Keep, Listing, Single
from schoolgate.sandbox.invented.people import ADULT_ROLES
from schoolgate.sandbox.payload import invalid
from schoolgate.sandbox.quirks import Quirks
from schoolgate.sandbox.serving.envelope import page_headers, wrapped
from schoolgate.sandbox.serving.exchange import Reply, Request, compressed, json_reply
from schoolgate.sandbox.serving.faults import damaged
from schoolgate.sandbox.serving.oddities import oddly, unreadable
from schoolgate.sandbox.serving.pages import read, select
from schoolgate.sandbox.serving.query import Query, parse_query
from schoolgate.sandbox.wire import USER, Json, Wire

_MOST_BYTES_KEPT = 256 * 1024 * 1024
_MOST_SELECTIONS_KEPT = 32
_EVERY_CRC = 1 << 32
# Address, compressed or not, shifted or not.
_Key = tuple[str, bool, bool]


class Replies:
    """`origin` is how addresses in replies begin."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self.forget()

    def forget(self) -> None:
        """Drop what was kept: the district or its quirks have changed."""
        self._kept: OrderedDict[_Key, Reply] = OrderedDict()
        self._bytes = 0
        self._selections: OrderedDict[tuple[object, ...], Sequence[int]] = OrderedDict()

    def reply(
        self, found: Listing | Single, request: Request, *, wire: Wire, quirks: Quirks
    ) -> Reply:
        """Answer a read that is allowed.

        Raises:
            Fault: the parameters are wrong, or a quirk says so.
        """
        squeezed = "gzip" in request.headers.get("accept-encoding", "")
        key = (request.target, squeezed, isinstance(found, Listing) and found.shifted)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if isinstance(found, Single):
            return compressed(self._single(found, request, wire, quirks), request)
        reply = compressed(self._page(found, request, wire, quirks), request)
        self._keep(key, reply)
        return reply

    def _single(self, found: Single, request: Request, wire: Wire, quirks: Quirks) -> Reply:
        query = parse_query(request.parameters, known=found.entity.fields)
        record = oddly(found.entity.shape(wire, found.found), found.entity, quirks)
        return json_reply(200, {found.entity.single: _only(record, query)})

    def _page(self, listing: Listing, request: Request, wire: Wire, quirks: Quirks) -> Reply:
        parameters = request.parameters
        if "no_sort" in quirks and "sort" in parameters:
            raise invalid("This server does not sort.")
        if "refuses_filter" in quirks and "filter" in parameters:
            raise invalid("This server does not filter.")
        query = _limited(parse_query(parameters, known=listing.entity.fields), quirks)
        positions = self._select(_thinned(listing, quirks), request.path, query, wire)
        page = positions[query.offset : query.offset + query.limit]
        records = [
            oddly(listing.entity.shape(wire, item), listing.entity, quirks)
            for item in read(listing, page)
        ]
        if listing.entity is USER and "bad_record" in quirks:
            _spoil(records, int(quirks["bad_record"]) - 1 - query.offset)
        url = self._origin + request.path
        total = len(listing.source) if "filter_keeps_total" in quirks else len(positions)
        headers = page_headers(url, parameters, query=query, total=total, quirks=quirks)
        if not records and "empty_as_204" in quirks:
            return Reply(204, headers=headers)
        shown = [_only(record, query) for record in records]
        payload = wrapped(shown, listing.entity, warnings=query.warnings, quirks=quirks)
        number = query.offset // query.limit + 1
        return damaged(json_reply(200, payload, headers), page=number, quirks=quirks)

    def _select(self, listing: Listing, path: str, query: Query, wire: Wire) -> Sequence[int]:
        key = (path, query.filter, query.sort, query.descending, listing.shifted)
        if key not in self._selections:
            positions = select(listing, query, wire)
            if listing.shifted:
                positions = [*positions[1:], *positions[:1]]
            self._selections[key] = positions
            if len(self._selections) > _MOST_SELECTIONS_KEPT:
                self._selections.popitem(last=False)
        return self._selections[key]

    def _keep(self, key: _Key, reply: Reply) -> None:
        self._kept[key] = reply
        self._bytes += len(reply.body)
        while self._bytes > _MOST_BYTES_KEPT:
            _, old = self._kept.popitem(last=False)
            self._bytes -= len(old.body)


def _limited(query: Query, quirks: Quirks) -> Query:
    limit = query.limit
    if "ignores_limit" in quirks:
        limit = max(1, int(quirks["ignores_limit"]))
    if "page_cap" in quirks:
        limit = min(limit, max(1, int(quirks["page_cap"])))
    offset = 0 if "ignores_offset" in quirks else query.offset
    filter_ = None if "ignores_filter" in quirks else query.filter
    return replace(query, limit=limit, offset=offset, filter=filter_)


def _thinned(listing: Listing, quirks: Quirks) -> Listing:
    """Leave out the users whom quirks hide."""
    if listing.entity is not USER:
        return listing
    conditions: list[Keep] = [listing.keep] if listing.keep else []
    if "omit_guardians" in quirks:
        conditions.append(lambda person: person.role not in ADULT_ROLES)
    if "shrink" in quirks:
        most = quirks["shrink"] * _EVERY_CRC
        conditions.append(lambda person: crc32(person.id.encode()) < most)
    if not conditions:
        return listing
    return replace(listing, keep=lambda person: all(holds(person) for holds in conditions))


def _spoil(records: list[Json], index: int) -> None:
    if 0 <= index < len(records):
        records[index] = unreadable(records[index])


def _only(record: Json, query: Query) -> dict[str, Any]:
    if not query.fields:
        return record
    return {name: value for name, value in record.items() if name in query.fields}
