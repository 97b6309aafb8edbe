"""What people wrote, made fit for an e-mail: nothing in it can reach a header or deceive a reader."""

import unicodedata

_HEADER_MAX_CHARACTERS = 120
# Direction overrides make text read as something that it is not.
_DECEPTIVE = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def one_line(text: str) -> str:
    """Return the text as one line that can stand in a header: no control characters, not too long."""
    kept = "".join(" " if is_control(character) else character for character in text)
    line = " ".join(kept.split())
    return line if len(line) <= _HEADER_MAX_CHARACTERS else line[: _HEADER_MAX_CHARACTERS - 1].rstrip() + "…"


def several_lines(text: str) -> str:
    """Return the text with its line ends, each a line feed, and without any other control character."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(
        character for character in lines if character in "\n\t" or not is_control(character)
    ).strip("\n")


def is_control(character: str) -> bool:
    # Cc: controls, Cs: lone surrogates, Zl and Zp: line and paragraph separators.
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _DECEPTIVE
