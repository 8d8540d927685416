import pytest

from schoolgate.web.templatetags.icons import UnknownIcon, icon


def test_an_icon_is_an_ornament_that_screen_readers_skip() -> None:
    drawing = icon("check")

    assert drawing.startswith('<svg class="sg-icon" viewBox="0 0 24 24" aria-hidden="true">')
    assert "<path" in drawing


def test_an_icon_with_a_label_is_read_aloud_and_the_label_is_escaped() -> None:
    drawing = icon("check", label='"Listed"')

    assert 'role="img" aria-label="&quot;Listed&quot;"' in drawing


def test_an_unknown_icon_says_where_to_name_it() -> None:
    with pytest.raises(UnknownIcon, match=r"name it in setup/vendor\.txt"):
        icon("unicorn")
