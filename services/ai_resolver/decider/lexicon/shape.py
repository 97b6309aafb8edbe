"""How a lexicon of one language is written, and how its entries become patterns."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ø": "o", "æ": "ae", "ß": "ss", "ł": "l", "đ": "d", "œ": "oe", "ı": "i"}
)


@dataclass(frozen=True, slots=True)
class Words:
    """Patterns of some words: one for text as it was written, one for text that was folded."""

    written: re.Pattern[str]
    folded: re.Pattern[str]

    @classmethod
    def of(cls, entries: Sequence[str]) -> "Words":
        return cls(
            _pattern(entry.removeprefix("=").casefold() for entry in entries),
            _pattern(fold(entry) for entry in entries if not entry.startswith("=")),
        )


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """
    Words of one language that make us leave a task open, by the reason why.

    Each field is a list separated by commas. `*` at the end of a word stands for any ending. Before an entry,
    `=` means that its accents matter (otherwise it is found without them too), `^` that it counts only at the
    beginning of a sentence, and `!` that it is looked for only in text that may be of this language, because
    it is an everyday word of another one.

    `anchor` are words that thank, agree, note, wish or end something: a sentence without one says something
    else. `closing` are phrases that contain words of the other fields and yet ask for nothing; they are
    passed over. `common` are everyday words by which the language is recognised.
    """

    question: str
    request: str
    waiting: str
    contrast: str
    problem: str
    settlement: str
    document: str
    deadline: str
    money: str
    limitation: str
    news: str
    machine: str
    promise: str
    absence: str
    anchor: str
    closing: str
    common: str

    @cached_property
    def always(self) -> tuple[tuple[str, Words], ...]:
        """Reason and words that are looked for in any text."""
        return self._patterns(only_here=False)

    @cached_property
    def only_here(self) -> tuple[tuple[str, Words], ...]:
        """Reason and words that are looked for in text that may be of this language."""
        return self._patterns(only_here=True)

    @cached_property
    def closing_phrases(self) -> Words:
        return Words.of(_entries(self.closing))

    @cached_property
    def anchors(self) -> Words:
        return Words.of(_entries(self.anchor))

    @cached_property
    def common_words(self) -> frozenset[str]:
        return frozenset(fold(word) for word in self.common.replace(",", " ").split())

    def _patterns(self, *, only_here: bool) -> tuple[tuple[str, Words], ...]:
        found = []
        for field in fields(self):
            if field.name in ("anchor", "closing", "common"):
                continue
            entries = [
                entry.removeprefix("!")
                for entry in _entries(getattr(self, field.name))
                if entry.startswith("!") == only_here
            ]
            if entries:
                found.append((field.name, Words.of(entries)))
        return tuple(found)


def fold(text: str) -> str:
    """Return the text in small letters without accents, as people write who are in a hurry."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    without = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return without.translate(_LETTERS_WITHOUT_DECOMPOSITION)


def _entries(text: str) -> list[str]:
    return [entry for entry in (" ".join(part.split()) for part in text.split(",")) if entry]


def _pattern(forms: Iterable[str]) -> re.Pattern[str]:
    alternatives = "|".join(_alternative(form) for form in sorted(set(forms), reverse=True))
    # No alternative at all would match everywhere.
    return re.compile(rf"(?:{alternatives})(?!\w)" if alternatives else r"(?!)")


def _alternative(form: str) -> str:
    start = r"(?:^|(?<=[.!,;:]\s))" if form.startswith("^") else r"(?<!\w)"
    return start + re.escape(form.removeprefix("^")).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
