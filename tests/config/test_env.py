"""A wrong value in the environment stops the start and says which."""

from pathlib import Path

import pytest

from schoolgate.config import env


def test_a_flag_is_true_or_false_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHOOLGATE_HTTPS", "perhaps")

    with pytest.raises(env.WrongSetting, match="SCHOOLGATE_HTTPS"):
        env.flag("SCHOOLGATE_HTTPS", default=False)


@pytest.mark.parametrize(("word", "said"), [("yes", True), ("0", False), ("", True)])
def test_a_flag_reads_the_usual_words(
    monkeypatch: pytest.MonkeyPatch, word: str, said: bool
) -> None:
    monkeypatch.setenv("SCHOOLGATE_HTTPS", word)

    assert env.flag("SCHOOLGATE_HTTPS", default=True) is said


def test_a_port_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PORT", "eighty")

    with pytest.raises(env.WrongSetting, match="DEMO_PORT"):
        env.number("DEMO_PORT", default=8000)


def test_a_secret_may_come_as_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-a-file\n")
    monkeypatch.setenv("SCHOOLGATE_SIGNING_KEY_FILE", str(tmp_path / "key"))

    assert env.secret("SCHOOLGATE_SIGNING_KEY") == "from-a-file"


def test_one_of_a_few_words_is_one_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCHOOLGATE_LOG", raising=False)
    unsaid = env.one_of("SCHOOLGATE_LOG", "text", "json")
    monkeypatch.setenv("SCHOOLGATE_LOG", "JSON ")
    said = env.one_of("SCHOOLGATE_LOG", "text", "json")
    monkeypatch.setenv("SCHOOLGATE_LOG", "xml")

    with pytest.raises(env.WrongSetting, match="SCHOOLGATE_LOG must be text or json"):
        env.one_of("SCHOOLGATE_LOG", "text", "json")

    assert (unsaid, said) == ("text", "json")
