from pathlib import Path

import pytest

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"
RECORDS = sorted(DECISIONS.glob("*.md"))


def test_decisions_are_numbered_from_one_without_a_gap() -> None:
    numbers = [int(record.name[:4]) for record in RECORDS]

    assert numbers == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_decision_says_why_and_what_would_change_it(record: Path) -> None:
    headings = [
        line.removeprefix("## ")
        for line in record.read_text(encoding="utf-8").splitlines()
        if line.startswith("## ")
    ]

    assert headings == ["Context", "Decision", "Rejected", "What would change our mind"]
