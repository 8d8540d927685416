import stat
from pathlib import Path

import pytest

from schoolgate.sandbox import Sandbox
from schoolgate.sandbox.diary import Diary


def test_a_sandbox_goes_on_where_it_stopped(tmp_path: Path) -> None:
    diary = Diary.begin(tmp_path / "state.json", students=200, seed=5)
    with Sandbox(diary.district(), diary=diary) as sis:
        sis.tick(days=2, share=0.1)
        before = (sis.secret, list(sis.district.people))

    again = Diary.reopen(tmp_path / "state.json")

    with Sandbox(again.district(), diary=again) as sis:
        assert (sis.secret, list(sis.district.people)) == before


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    Diary.begin(tmp_path / "state.json", students=20, seed=1)

    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("milk")

    with pytest.raises(ValueError, match="not the state of a sandbox"):
        Diary.reopen(tmp_path / "notes.txt")
