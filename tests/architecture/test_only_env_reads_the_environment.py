import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "schoolgate"
ENV = SOURCE / "config" / "env.py"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path != ENV)
NAMES = {"environ", "environb", "getenv", "putenv"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_leaves_the_environment_to_env(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))

    asked = [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in NAMES)
        or (isinstance(node, ast.ImportFrom) and any(name.name in NAMES for name in node.names))
    ]

    assert asked == []
