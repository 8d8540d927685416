"""The only module that reads the environment. A wrong value stops the start and says so."""

import os
from pathlib import Path


class WrongSetting(Exception):
    """An environment variable holds something we cannot use."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    if value:
        raise WrongSetting(f"{name} must be true or false, not {value!r}.")
    return default


def number(name: str, *, default: int) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal():
        raise WrongSetting(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def one_of(name: str, *choices: str) -> str:
    """One of a few words; the first when nothing is said."""
    value = os.environ.get(name, "").strip().lower() or choices[0]
    if value not in choices:
        raise WrongSetting(f"{name} must be {' or '.join(choices)}, not {value!r}.")
    return value


def secret(name: str) -> str:
    """A secret by value (`NAME`) or, as container platforms hand it over, by file (`NAME_FILE`)."""
    if path := os.environ.get(f"{name}_FILE", ""):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, "")


def words(name: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def home() -> Path:
    """The folder of the embedded default: database, keys, files. It need not exist yet."""
    if chosen := os.environ.get("SCHOOLGATE_HOME", ""):
        return Path(chosen).expanduser().absolute()
    base = os.environ.get("XDG_DATA_HOME", "") or "~/.local/share"
    return Path(base).expanduser().absolute() / "schoolgate"


def choose(name: str, value: str) -> None:
    """Set a variable for this process and the ones it starts (the demo chooses its own home)."""
    os.environ[name] = value
