"""The reference page of the settings says what the code says."""

from pathlib import Path

from shared import settings_page
from shared.settings import Settings

_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def test_the_page_is_current() -> None:
    assert _PAGE.read_text() == settings_page.render(), "run `make docs`"


def test_every_setting_is_explained() -> None:
    unexplained = [name for name, field in Settings.model_fields.items() if not field.description]

    assert unexplained == []
