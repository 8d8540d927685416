from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "schoolgate"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
LINES_AT_MOST = 400


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_can_be_read_in_one_sitting(module: Path) -> None:
    lines = len(module.read_text(encoding="utf-8").splitlines())

    assert lines <= LINES_AT_MOST
