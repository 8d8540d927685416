import subprocess
import sys

import pytest

from schoolgate.__main__ import COMMANDS, SUMMARIES


def test_every_command_is_listed_with_its_summary() -> None:
    assert set(SUMMARIES) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_explains_itself_with_examples(command: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "schoolgate", command, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stderr == ""
    assert run.returncode == 0
    assert f"schoolgate {command}" in run.stdout.partition("examples:")[2]
