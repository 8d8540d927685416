import subprocess
import sys
from types import ModuleType

import pytest

import schoolgate.oneroster
from schoolgate.oneroster import errors


def test_every_public_name_is_listed_and_there() -> None:
    homes = {name for names in schoolgate.oneroster._HOMES.values() for name in names}

    found = {name: getattr(schoolgate.oneroster, name) for name in schoolgate.oneroster.__all__}

    assert set(found) == homes
    assert [name for name, thing in found.items() if isinstance(thing, ModuleType)] == []


def test_another_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match="Nothing"):
        _ = schoolgate.oneroster.Nothing


def test_records_and_errors_load_no_http_library_and_no_framework() -> None:
    script = (
        "import sys, schoolgate.oneroster.records, schoolgate.oneroster.errors\n"
        "print(sorted({'httpx2', 'django', 'oauthlib'} & set(sys.modules)))"
    )

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert found.stdout == b"[]\n"


@pytest.mark.parametrize(
    ("error", "parent", "retry_helps", "turn"),
    [
        (errors.BadInput, errors.OneRosterError, False, "you"),
        (errors.UnsafeAddress, errors.BadInput, False, "you"),
        (errors.UnsupportedVersion, errors.BadInput, False, "you"),
        (errors.NotTokenEndpoint, errors.BadInput, False, "you"),
        (errors.BadBundle, errors.BadInput, False, "you"),
        (errors.SourceFailed, errors.OneRosterError, False, "sis"),
        (errors.Unreachable, errors.SourceFailed, True, "nobody"),
        (errors.Busy, errors.SourceFailed, True, "nobody"),
        (errors.ServerFault, errors.SourceFailed, True, "sis"),
        (errors.NotSignedIn, errors.SourceFailed, False, "district"),
        (errors.NotAllowed, errors.SourceFailed, False, "district"),
        (errors.NotOffered, errors.SourceFailed, False, "district"),
        (errors.Rejected, errors.SourceFailed, False, "sis"),
        (errors.UntrustedCertificate, errors.SourceFailed, False, "sis"),
        (errors.NotOneRoster, errors.SourceFailed, False, "sis"),
        (errors.BrokenAnswer, errors.NotOneRoster, True, "sis"),
        (errors.TooLarge, errors.SourceFailed, False, "sis"),
    ],
)
def test_each_error_says_whether_to_retry_and_whose_turn_it_is(
    error: type[errors.OneRosterError],
    parent: type[errors.OneRosterError],
    retry_helps: bool,  # noqa: FBT001 (a column)
    turn: str,
) -> None:
    assert error.__bases__ == (parent,)
    assert error.retry_helps is retry_helps
    assert error.whose_turn == turn
