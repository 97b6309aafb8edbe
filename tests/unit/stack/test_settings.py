"""Settings: read strictly, told in one line per variable, and handed on to other processes as they were."""

from datetime import UTC, datetime

import pytest

from shared.settings import SettingsError, load, to_environment


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"PARLEY_COLOUR": "blue"}, "PARLEY_COLOUR: is not a setting of Parley"),
        ({"PARLEY_CLOCK": "yesterday"}, "PARLEY_CLOCK: write it with its offset"),
        ({"PARLEY_CLOCK": "2026-11-20T15:00:00"}, "PARLEY_CLOCK: write it with its offset"),
        ({"PARLEY_CLOCK": "20261120"}, "PARLEY_CLOCK: write it with its offset"),
        ({"PARLEY_CLOCK": "9999-12-31T23:59:59Z"}, "PARLEY_CLOCK: must lie between 1990 and 2100"),
        (
            {"PARLEY_CLOCK": "2026-11-20T15:00:00Z", "PARLEY_ENVIRONMENT": "production"},
            "PARLEY_CLOCK is refused in production: unset it",
        ),
    ],
    ids=lambda value: next(iter(value.values())) if isinstance(value, dict) else "",
)
def test_a_wrong_setting_is_told_in_one_line(given: dict[str, str], line: str) -> None:
    with pytest.raises(SettingsError) as told:
        load(given)

    assert str(told.value).startswith(line)
    assert "\n" not in str(told.value)


def test_every_wrong_setting_has_its_line() -> None:
    with pytest.raises(SettingsError) as told:
        load({"PARLEY_API_PORT": "x", "PARLEY_MAIL_QUIET_SECONDS": "-1"})

    assert [line.partition(":")[0] for line in str(told.value).splitlines()] == [
        "PARLEY_MAIL_QUIET_SECONDS",
        "PARLEY_API_PORT",
    ]


def test_settings_survive_the_way_to_another_process() -> None:
    settings = load(
        {"PARLEY_CLOCK": "2026-11-20T15:00:00+01:00", "PARLEY_HOME": "a folder", "PARLEY_API_PORT": ""}
    )

    assert settings.clock == datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert load(to_environment(settings)) == settings
