"""What every command needs that works on an installation: home, tables, a way to say no."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from schoolgate.commands.outcome import Exit, Refused
from schoolgate.config import start
from schoolgate.config.env import WrongSetting


def open_installation(prepare: Callable[[], None] = start.prepare) -> None:
    """Make home, keys and tables where they are missing, and let the models be imported.

    Modules that import models are imported after this, inside the commands' `run`.
    """
    try:
        prepare()
    except WrongSetting as error:
        raise Refused(str(error), kind="wrong_setting") from None
    except OSError as error:
        raise Refused(
            f"Cannot write to {error.filename}: {error.strerror}. SCHOOLGATE_HOME names the folder "
            "of this installation: choose one that you own.",
            kind="home_not_writable",
        ) from None


@contextmanager
def refusals(*errors: type[Exception], exit_code: Exit = Exit.BAD_INPUT) -> Iterator[None]:
    """Turn a use case's refusal into the end of a command."""
    try:
        yield
    except errors as error:
        kind = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(error).__name__)
        raise Refused(
            str(error),
            exit=exit_code,
            kind=kind.lstrip("_"),
            retry_helps=getattr(error, "retry_helps", False),
        ) from None
