"""Each country that the library of holidays knows is imported when it is asked for, and no other."""

import subprocess
import sys

import holidays

from shared.business_calendar import Calendar


def test_every_country_is_found() -> None:
    for code in holidays.list_supported_countries(include_aliases=False):
        calendar = Calendar(country=code, time_zone="Europe/Copenhagen")

        assert calendar.name == code


def test_one_country_brings_no_other() -> None:
    script = """
import sys
from datetime import date
from shared.business_calendar import Calendar

assert not Calendar(country="DK", time_zone="Europe/Copenhagen").is_business_day(date(2026, 12, 25))
print(*sorted(name for name in sys.modules if name.startswith("holidays.countries.")))
"""

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["holidays.countries.denmark"]
