"""A foreign key is an import that import-linter cannot see."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def floors() -> dict[str, int]:
    """Give the number of every room's floor, the ground being 0."""
    settings = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    return {
        room.strip(): number
        for number, layer in enumerate(reversed(layers))
        for room in layer.split("|")
    }


def keys_between_rooms() -> list[tuple[str, str, str]]:
    """List each key as (its name, the room it starts in, the room it points to)."""
    return [
        (f"{model.__name__}.{field.name}", room(model), room(field.related_model))
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey)
        and model.__module__.startswith("schoolgate.")
        and field.related_model.__module__.startswith("schoolgate.")
    ]


def room(model: type) -> str:
    return model.__module__.split(".")[1]


@pytest.mark.parametrize(("key", "start", "end"), keys_between_rooms(), ids=lambda part: part)
def test_a_foreign_key_stays_on_its_floor_or_goes_down(key: str, start: str, end: str) -> None:
    number = floors()

    assert start == end or number[end] < number[start], f"{key} points up, from {start} to {end}"
