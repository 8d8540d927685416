"""Which addresses Schoolgate talks to: the root of a OneRoster source, and no private network.

Pure: a name is resolved by the function handed in.
"""

import ipaddress
import re
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from schoolgate.oneroster.errors import BadInput, UnsafeAddress, UnsupportedVersion

Resolve = Callable[..., list[tuple[Any, ...]]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_ROOT = "/ims/oneroster/v1p1"
_OTHER_VERSIONS = re.compile(r"/(v1p2|v1p0|learningdata)(?=/|$)", re.IGNORECASE)
_TOKEN_PATH = re.compile(r"/(token|access_token)/?$", re.IGNORECASE)
_UNSAFE_TEXT = re.compile(r"[\x00-\x20\x7f\\]")
# Addresses of IPv4 hosts in IPv6 clothes (RFC 6052); the others `ipaddress` knows by itself.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def collection_root(base_url: str, *, insecure: bool = False) -> str:
    """Work out where the collections are from what a district pasted as base URL.

    With or without `/ims/oneroster/v1p1`, never doubled; another path that ends in `/v1p1` is
    kept as it is, since some servers leave out `/ims` (1.1).

    Raises:
        UnsafeAddress: http, or a private address, without `insecure`.
        UnsupportedVersion: an address of OneRoster 1.0 or 1.2.
        BadInput: anything else that is no base URL.
    """
    parts = checked_url(base_url.strip().rstrip("/"), "base URL", insecure=insecure)
    if parts.query or parts.fragment:
        raise BadInput("The base URL must not have a query: leave out everything from `?` or `#`.")
    _refuse_other_versions(parts.path)
    if _TOKEN_PATH.search(parts.path):
        raise BadInput(
            "This is a token URL, not a base URL: the base URL is the one that ends in "
            f"`{_ROOT}`, or the SIS's own address."
        )
    path = parts.path.rstrip("/")
    if "/v1p1/" in path.lower():
        raise BadInput("The base URL ends with `/v1p1`: leave out what comes after it.")
    return f"{parts.scheme}://{parts.netloc}{_with_root(path)}"


def _with_root(path: str) -> str:
    lowered = path.lower()
    if lowered.endswith("/v1p1"):
        return path
    for beginning in ("/ims/oneroster", "/ims"):
        if lowered.endswith(beginning):
            return path[: -len(beginning)] + _ROOT
    return path + _ROOT


def _refuse_other_versions(path: str) -> None:
    match = _OTHER_VERSIONS.search(path)
    if match is None:
        return
    version = "1.2" if match[1].lower() == "v1p2" else "1.0"
    raise UnsupportedVersion(
        f"This is a OneRoster {version} address and Schoolgate reads OneRoster 1.1: in the SIS, "
        "generate a OneRoster 1.1 connection and use its base URL.",
        version=version,
    )


def checked_url(url: str, what: str, *, insecure: bool = False) -> SplitResult:
    """Take an address apart that somebody typed, or say why it is none.

    Raises:
        UnsafeAddress: http, or a private address, without `insecure`.
        BadInput: not an address, or one with a user name and password in it.
    """
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        has_host = False
    if not has_host or parts.scheme not in {"https", "http"} or _UNSAFE_TEXT.search(url):
        raise BadInput(f"The {what} is not an address: it must look like https://sis.example.org.")
    if parts.username is not None or parts.password is not None:
        raise BadInput(f"The {what} must not hold a user name or password.")
    if parts.scheme != "https" and not insecure:
        raise UnsafeAddress(f"The {what} must begin with https: records of children travel on it.")
    _refuse_private_literal(parts.hostname or "", insecure=insecure)
    return parts


def _refuse_private_literal(host: str, *, insecure: bool) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    if not is_allowed(address, insecure=insecure):
        raise _private(host)


def _private(host: str) -> UnsafeAddress:
    return UnsafeAddress(f"{host} leads to a private network, and a SIS must be a public address.")


def is_allowed(address: Address, *, insecure: bool) -> bool:
    """Whether to connect there: a public address, or with `insecure` also this very machine."""
    for inner in _hosts_behind(address):
        if insecure and inner.is_loopback:
            continue
        if not inner.is_global or inner.is_multicast:
            return False
    return True


def _hosts_behind(address: Address) -> list[Address]:
    """List what an address leads to: a tunnel's own address also names an IPv4 host."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    inside = [address.sixtofour, *(address.teredo or ())]
    return [address, *(found for found in inside if found is not None)]


def safe_addresses(host: str, port: int, *, resolve: Resolve, insecure: bool) -> list[str]:
    """Resolve a host to the addresses to connect to. One private among them refuses them all.

    Connecting to what this returns, and not to the name, leaves no moment in which the name could
    be made to mean another host (DNS rebinding).

    Raises:
        UnsafeAddress: the name leads to a private network.
        OSError: the name cannot be resolved.
    """
    found = resolve(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        if not is_allowed(ipaddress.ip_address(text.partition("%")[0]), insecure=insecure):
            raise _private(host)
    return addresses


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: two addresses with the same three belong to the same server.

    Raises:
        ValueError: not an address.
    """
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or usual
