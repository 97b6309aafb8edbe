"""
Languages of e-mails: what Parley says, from the catalogues in `locales/`, and dates as readers write them.

English is written in the templates and in code; `locales/<language>.po` has every sentence in that language.
A locale that there is no catalogue for reads English.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

# How dates are written differs between countries of one language.
_FORMATS: Mapping[str, str] = {"en": "en_GB", "de": "de_DE", "da": "da_DK"}
FALLBACK = "en"
LANGUAGES = frozenset(_FORMATS)


class Wording:
    """One language."""

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self.translations = translations
        self._format = _FORMATS[language]

    def say(self, sentence: str, **values: Any) -> str:
        """Return the sentence in this language with the values in their places."""
        return str(self.translations.gettext(sentence)) % values

    def count(self, one: str, many: str, number: int, **values: Any) -> str:
        """Return the sentence for that number of things, which it names `num`."""
        return str(self.translations.ngettext(one, many, number)) % {"num": number, **values}

    def local_time(self, instant: datetime, zone: ZoneInfo) -> str:
        local = instant.astimezone(zone)
        return f"{self.day(local.date())}, {local:%H:%M %Z}"

    def day(self, day: date) -> str:
        return str(format_date(day, "medium", locale=self._format))


def wording_for(locale: str) -> Wording:
    """Return the wording for a BCP 47 language such as `de-AT`; English where there is none."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return _wording(language if language in LANGUAGES else FALLBACK)


@cache
def _wording(language: str) -> Wording:
    if language == FALLBACK:
        return Wording(language, NullTranslations())
    # Read as it was written: nothing has to be compiled when the package is built, and nothing can be stale.
    file = resources.files("services.notifier") / "locales" / f"{language}.po"
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Wording(language, Translations(compiled))
