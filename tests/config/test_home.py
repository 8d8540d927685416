"""The folder of the embedded default: made once, private, never overwritten."""

import stat
from pathlib import Path

from schoolgate.config import database, home


def test_a_home_is_made_with_its_keys_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "home"

    home.create(folder)

    key = folder / home.SEALING_KEY
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(home.key(folder, home.SEALING_KEY, otherwise="")) == 44


def test_a_home_that_is_there_keeps_its_keys(tmp_path: Path) -> None:
    home.create(tmp_path)
    before = home.key(tmp_path, home.SIGNING_KEY, otherwise="")

    home.create(tmp_path)

    assert home.key(tmp_path, home.SIGNING_KEY, otherwise="") == before
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == [
        "sealing.key",
        "signing.key",
    ]


def test_the_engine_keeps_its_tables_beside_ours(tmp_path: Path) -> None:
    assert database.engine_url("", home=tmp_path) == f"sqlite:///{tmp_path}/engine.sqlite3"
    assert (
        database.engine_url("postgresql://schoolgate@db/schoolgate", home=tmp_path)
        == "postgresql+psycopg://schoolgate@db/schoolgate"
    )


def test_sqlite_writes_ahead_and_asks_for_its_turn_at_the_start(tmp_path: Path) -> None:
    chosen = database.from_url("", home=tmp_path)

    assert chosen["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in chosen["OPTIONS"]["init_command"]
