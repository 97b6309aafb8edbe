"""
The words of a text, as the search knows them: in no particular language.

Letters and digits make words; case, accents and compatibility forms do not matter: `Möbel`, `MOBEL` and
`möbel` are one word. Who writes and who searches is treated alike, whatever the database's locale.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

WORD_MAX_CHARACTERS = 60
_PREFIX_MIN_CHARACTERS = 3
_AROUND = 80

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Return the different words of the text, in order of their first appearance."""
    return list(dict.fromkeys(word for _, word in _located(text)))


def matches(wanted: Sequence[str], found: Collection[str]) -> bool:
    """Say whether every wanted word is among those found; of the last one the beginning is enough."""
    if not wanted:
        return False
    *whole, last = wanted
    if not all(word in found for word in whole):
        return False
    return last in found or (is_beginning(last) and any(word.startswith(last) for word in found))


def is_beginning(word: str) -> bool:
    """Say whether a last word stands for all that begin with it: it must be long enough to mean something."""
    return len(word) >= _PREFIX_MIN_CHARACTERS


def snippet(text: str, wanted: Sequence[str]) -> str:
    """Return the part of the text around the first wanted word, on one line."""
    at = next((where for where, word in _located(text) if word.startswith(tuple(wanted))), 0)
    begin = max(0, at - _AROUND)
    end = min(len(text), at + 2 * _AROUND)
    cut = " ".join(text[begin:end].split())
    return f"{'… ' if begin else ''}{cut}{' …' if end < len(text) else ''}"


def _located(text: str) -> Iterator[tuple[int, str]]:
    """Return each word with the place in the text at which it stands."""
    for match in _WORD.finditer(text):
        folded = _folded(match.group())
        if folded:
            yield match.start(), folded[:WORD_MAX_CHARACTERS]


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word).casefold()
    decomposed = unicodedata.normalize("NFKD", plain)
    # What a compatibility form was made of may be a space or a sign: words are of letters and digits alone.
    return "".join(character for character in decomposed if character.isalnum())
