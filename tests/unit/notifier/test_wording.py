"""Every sentence of an e-mail is there in every language, with the same values in it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import services.notifier
from services.notifier.adapters.wording import FALLBACK, LANGUAGES, wording_for

ROOM = Path(services.notifier.__file__).parent
KEYWORDS = {"_": None, "_n": (1, 2), "say": None, "count": (1, 2), "gettext": None, "ngettext": (1, 2)}
METHODS = [("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2"), ("adapters/**.py", "python")]
OPTIONS = {"templates/**": {"trim_blocks": "true", "newstyle_gettext": "true"}}

Sentence = str | tuple[str, ...]


def sentences() -> Iterator[Sentence]:
    """Give whatever the templates and the code of the adapters say."""
    seen = set()
    for _, _, sentence, _, _ in extract_from_dir(ROOM, METHODS, OPTIONS, KEYWORDS):
        if sentence and sentence not in seen:
            seen.add(sentence)
            yield sentence


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


@pytest.mark.parametrize("language", sorted(LANGUAGES - {FALLBACK}))
def test_a_catalogue_has_every_sentence_and_no_other(language: str) -> None:
    with (ROOM / "locales" / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)

    said = set(sentences())
    assert {message.id for message in catalogue if message.id} == said
    for message in catalogue:
        if not message.id:
            continue
        assert not message.fuzzy
        here = (message.id,) if isinstance(message.id, str) else message.id
        there = (message.string,) if isinstance(message.string, str) else message.string
        assert there, f"{message.id} is not translated"
        assert all(there), f"{message.id} is not translated"
        for text in there:
            assert placeholders(text) <= placeholders("".join(here))


def test_the_catalogues_are_found_and_say_something_else() -> None:
    assert wording_for("da").say("Answer in Parley") == "Svar i Parley"
    assert wording_for("de-AT").say("Answer in Parley") == "In Parley antworten"
    assert wording_for("de").count("%(num)s new task", "%(num)s new tasks", 2) == "2 neue Aufgaben"


def test_a_language_that_nobody_wrote_reads_english() -> None:
    assert wording_for("fr").language == "en"
    assert wording_for("").say("Answer in Parley") == "Answer in Parley"


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("en", "5 Jan 2026, 09:04 CET"),
        ("de", "05.01.2026, 09:04 CET"),
        ("da", "5. jan. 2026, 09:04 CET"),
    ],
)
def test_dates_are_written_as_the_reader_does(locale: str, written: str) -> None:
    instant = datetime(2026, 1, 5, 8, 4, tzinfo=UTC)

    assert wording_for(locale).local_time(instant, ZoneInfo("Europe/Berlin")) == written
    assert wording_for("da").day(date(2026, 5, 3)) == "3. maj 2026"
