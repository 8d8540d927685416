"""The folder of the embedded default and the keys in it, readable by their owner only.

The keys stand outside the database: whoever copies the database alone cannot open a credential.
"""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600

SIGNING_KEY = "keys/signing.key"
SEALING_KEY = "keys/sealing.key"


def create(home: Path) -> None:
    """Make the folder and its keys where they are missing. Never touches what is there."""
    for folder in (home, home / "keys", home / "files"):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    home.chmod(PRIVATE_FOLDER)
    _create_key(home / SIGNING_KEY, secrets.token_urlsafe(50))
    _create_key(home / SEALING_KEY, Fernet.generate_key().decode())


def key(home: Path, name: str, *, otherwise: str) -> str:
    """The key in the folder; `otherwise` where there is none (nothing is created)."""
    try:
        return (home / name).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return otherwise


def _create_key(path: Path, value: str) -> None:
    # Written aside and linked into place: of two processes that start together one wins, and
    # neither ever reads half a key.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
