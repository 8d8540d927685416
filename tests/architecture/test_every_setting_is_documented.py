import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "settings.md"
CONFIG = sorted((ROOT / "src" / "schoolgate" / "config").glob("*.py"))
ASKED_FOR = sorted(
    {
        name
        for module in CONFIG
        for name in re.findall(r'"(SCHOOLGATE_[A-Z_]+)"', module.read_text(encoding="utf-8"))
    }
)


@pytest.mark.parametrize("name", ASKED_FOR)
def test_a_variable_that_we_read_has_its_line(name: str) -> None:
    assert f"| `{name}` |" in PAGE.read_text(encoding="utf-8")


def test_no_line_is_about_a_variable_that_nobody_reads() -> None:
    documented = re.findall(
        r"^\| `(SCHOOLGATE_[A-Z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )

    assert sorted(documented) == ASKED_FOR
