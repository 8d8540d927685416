import ipaddress

import pytest

from schoolgate.oneroster.errors import BadInput, UnsafeAddress, UnsupportedVersion
from schoolgate.oneroster.rest.addresses import collection_root, is_allowed, origin


@pytest.mark.parametrize(
    ("typed", "root"),
    [
        ("https://sis.example.org", "https://sis.example.org/ims/oneroster/v1p1"),
        ("https://sis.example.org/", "https://sis.example.org/ims/oneroster/v1p1"),
        (" https://sis.example.org/admin/ ", "https://sis.example.org/admin/ims/oneroster/v1p1"),
        (
            "https://sis.example.org:8443/a/ims/oneroster/v1p1/",
            "https://sis.example.org:8443/a/ims/oneroster/v1p1",
        ),
        ("https://sis.example.org/ims/oneroster", "https://sis.example.org/ims/oneroster/v1p1"),
        ("https://sis.example.org/ims", "https://sis.example.org/ims/oneroster/v1p1"),
        ("https://sis.example.org/api/V1P1", "https://sis.example.org/api/V1P1"),
    ],
)
def test_a_base_url_is_taken_as_it_is_pasted(typed: str, root: str) -> None:
    """Quirk 22."""
    assert collection_root(typed) == root


@pytest.mark.parametrize(
    ("typed", "version"),
    [
        ("https://sis.example.org/ims/oneroster/rostering/v1p2", "1.2"),
        ("https://sis.example.org/ims/oneroster/v1p0/", "1.0"),
        ("https://sis.example.org/learningdata/v1", "1.0"),
    ],
)
def test_an_address_of_another_version_is_refused(typed: str, version: str) -> None:
    """Quirk 21."""
    with pytest.raises(UnsupportedVersion, match=r"generate a OneRoster 1\.1 connection") as found:
        collection_root(typed)

    assert found.value.version == version


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "sis.example.org",
        "ftp://sis.example.org",
        "https://",
        "https://sis.example.org:0",
        "https://sis.example.org:many",
        "https://[bad",
        "https://sis.example.org/a b",
        "https://key:word@sis.example.org",
        "https://sis.example.org?school=1",
        "https://sis.example.org/#x",
        "https://sis.example.org/oauth/token",
        "https://sis.example.org/oauth2/access_token/",
        "https://sis.example.org/ims/oneroster/v1p1/users",
    ],
)
def test_what_is_no_base_url_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as found:
        collection_root(typed)

    assert "word" not in str(found.value).replace("password", "")


@pytest.mark.parametrize(
    "typed", ["http://sis.example.org", "https://10.0.0.1", "https://[::1]", "https://127.0.0.1"]
)
def test_an_unsafe_address_is_refused(typed: str) -> None:
    with pytest.raises(UnsafeAddress):
        collection_root(typed)


def test_http_on_this_machine_is_for_trying_out() -> None:
    root = collection_root("http://127.0.0.1:8000", insecure=True)

    assert root == "http://127.0.0.1:8000/ims/oneroster/v1p1"


@pytest.mark.parametrize(
    "text",
    [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 (an address to refuse)
        "224.0.0.1",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:0a00:0001::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)
def test_private_addresses_in_every_disguise(text: str) -> None:
    address = ipaddress.ip_address(text)

    assert not is_allowed(address, insecure=False)
    assert not is_allowed(address, insecure=True)


@pytest.mark.parametrize("text", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_public_addresses(text: str) -> None:
    assert is_allowed(ipaddress.ip_address(text), insecure=False)


def test_this_machine_is_allowed_only_to_try_things_out() -> None:
    address = ipaddress.ip_address("127.0.0.1")

    assert is_allowed(address, insecure=True)
    assert not is_allowed(address, insecure=False)


def test_an_origin_knows_the_usual_ports() -> None:
    assert origin("https://sis.example.org/x") == origin("https://sis.example.org:443")
