"""What is known of each Student Information System, and how well."""

from datetime import time

import pytest

from schoolgate.registrations.presets import (
    FOLDER,
    Contacts,
    Grade,
    Preset,
    Rebuilt,
    Topic,
    preset_of,
    presets,
)
from schoolgate.registrations.schedule import Window

EVERY = pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.word)
WELL_KNOWN = {Grade.VENDOR, Grade.SEEN_WORKING}


def _known(preset: Preset, topic: Topic) -> set[Grade]:
    return {fact.grade for fact in preset.facts if fact.about is topic}


def test_every_file_is_a_preset() -> None:
    assert {preset.word for preset in presets()} == {path.stem for path in FOLDER.glob("*.toml")}
    assert len(presets()) == 18


@EVERY
def test_a_fact_is_a_sentence_with_its_source(preset: Preset) -> None:
    assert preset.facts
    assert [fact.says for fact in preset.facts if not fact.says.endswith(".")] == []
    assert [fact for fact in preset.facts if len(fact.source) < 4] == []


@EVERY
def test_what_the_product_acts_on_is_the_vendors_word_or_was_seen_working(preset: Preset) -> None:
    acted_on = {
        Topic.CONTACTS: preset.contacts is not Contacts.UNKNOWN,
        Topic.READING: preset.off_peak or preset.rebuilt is not None,
        Topic.PAGES: preset.page_cap is not None,
    }

    unfounded = [
        topic for topic, acts in acted_on.items() if acts and not _known(preset, topic) & WELL_KNOWN
    ]

    assert unfounded == []


@EVERY
def test_a_window_is_suggested_only_where_reading_is_spoken_of_and_says_whose_it_is(
    preset: Preset,
) -> None:
    suggests = preset.window is not None

    assert suggests == (preset.off_peak or preset.rebuilt is not None)
    assert suggests == ("our" in preset.window_why)


@EVERY
def test_facts_stand_in_the_order_of_their_topics(preset: Preset) -> None:
    topics = list(Topic)

    places = [topics.index(fact.about) for fact in preset.facts]

    assert places == sorted(places)


def test_infinite_campus_is_read_off_peak() -> None:
    preset = preset_of("infinite_campus")

    assert preset is not None
    assert (preset.name, preset.off_peak, preset.page_cap) == ("Infinite Campus", True, 50_000)
    assert preset.window == Window(time(1), time(5))
    assert preset.contacts is Contacts.WHEN_ALLOWED


def test_triand_is_made_anew_each_night() -> None:
    preset = preset_of("triand_ar")

    assert preset is not None
    assert preset.rebuilt == Rebuilt(time(23), "America/Chicago")


def test_of_powerschool_nothing_is_acted_on_that_only_others_say() -> None:
    preset = preset_of("powerschool")

    assert preset is not None
    assert (preset.contacts, preset.page_cap, preset.window) == (Contacts.UNKNOWN, None, None)


def test_a_word_that_is_no_preset_is_nothing_known() -> None:
    assert preset_of("") is None
    assert preset_of("clever") is None
