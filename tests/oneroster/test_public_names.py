import subprocess
import sys
from types import ModuleType

import pytest

import schoolgate.oneroster
from schoolgate.oneroster import errors


def test_every_public_name_is_listed_and_every_listed_name_is_there() -> None:
    public = {
        name
        for name, thing in vars(schoolgate.oneroster).items()
        if not name.startswith("_") and not isinstance(thing, ModuleType)
    }

    assert set(schoolgate.oneroster.__all__) == public


def test_the_library_loads_no_framework() -> None:
    script = "import sys, schoolgate.oneroster; print('django' in sys.modules)"

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert found.stdout == b"False\n"


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
        (errors.FilterIgnored, errors.SourceFailed, False, "sis"),
        (errors.TooLarge, errors.SourceFailed, False, "sis"),
    ],
)
def test_each_error_says_whether_to_retry_and_whose_turn_it_is(
    error: type[errors.OneRosterError],
    parent: type[errors.OneRosterError],
    retry_helps: bool,
    turn: str,
) -> None:
    assert error.__bases__ == (parent,)
    assert error.retry_helps is retry_helps
    assert error.whose_turn == turn
