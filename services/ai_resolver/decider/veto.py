"""
The second gate: what must not be in a text for anybody to conclude that no reply is expected.

It errs on one side only. Whatever it finds leaves the task open, so a word too many costs a little recall and
a word too few may cost a reply.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from services.ai_resolver.decider.bursts import Burst
from services.ai_resolver.decider.languages import is_foreign, plausible_languages
from services.ai_resolver.decider.lexicon import LEXICONS, fold

VERSION = "1"

LONGEST_BURST_WORDS = 60
LONGEST_BURST_MESSAGES = 5

_QUESTION_MARKS = frozenset("?¿؟？⁇⁈⁉;՞❓❔‽﹖")
_LINK = re.compile(
    r"https?:|www\.|\b[\w.+-]+@[\w-]+\.\w|\b[\w-]+\.(?:com|net|org|io|eu|de|dk|se|no|nl|fr|es|it|pl|uk)\b"
)
_ATTACHMENT = re.compile(
    r"\[[^\]]*\]|\b[\w-]+\.(?:pdf|docx?|xlsx?|jpe?g|png|gif|txt|zip|csv|eml|msg|heic)\b", re.IGNORECASE
)
_IBAN = re.compile(r"\b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){2,7}", re.IGNORECASE)
_MARKUP = re.compile(r"[{}<>\[\]\\|`#=*_~^@$%&+]|//|--|::|\"\"\"")
_CURRENCY = re.compile(r"[€£¥$₺₽]|\bkr\b|\bzł\b", re.IGNORECASE)
_ROLE_LABEL = re.compile(r"(?:^|\n|\.\s|,\s|!\s)\s*[A-Za-z ]{2,20}:(?:\s|$)")
_TRAILING = re.compile(r"\.\.|…")
_PATTERNS = (
    ("attachment", _ATTACHMENT),
    ("link", _LINK),
    ("iban", _IBAN),
    ("money", _CURRENCY),
    ("markup", _MARKUP),
    ("role_label", _ROLE_LABEL),
    ("trailing_off", _TRAILING),
)
_HARMLESS_FORMS = frozenset("…\u00a0\u202f´¨")
# Emoji that say yes, thanks or well done; any other may mean anything.
_KIND_EMOJI = frozenset("👍👌🙏😊🙂😀😃😄😁☺🎉👏🤝✅✔💪🥳❤💯🌞☀🎄🍀")
_EMOJI_MODIFIERS = frozenset("\ufe0f🏻🏼🏽🏾🏿")
_PLAIN_SPACE = frozenset(" \n\t\r\u00a0\u202f")


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a text cannot be taken for a conclusion: a code, and the piece of text that gave it away."""

    reason: str
    found: str


def objection(burst: Burst, *, allow: frozenset[str] = frozenset()) -> Objection | None:
    """
    Return the first thing found that leaves the task open, None where there is none.

    `allow` are reasons that are no objection here, of `promise` and `absence`.
    """
    return next(_objections(burst, allow), None)


def _objections(burst: Burst, allow: frozenset[str]) -> Iterator[Objection]:
    for message in burst.messages:
        if message.attachments:
            yield Objection("attachment", message.attachments[0])
        yield from _in_text(message.body)
    if len(burst.messages) > LONGEST_BURST_MESSAGES:
        yield Objection("too_many_messages", str(len(burst.messages)))
    length = len(burst.text.split())
    if length > LONGEST_BURST_WORDS:
        yield Objection("too_long", str(length))
    for message in burst.messages:
        yield from _in_words(message.body, allow)


def _in_text(text: str) -> Iterator[Objection]:
    """Find what needs no knowledge of the language."""
    if not any(letter.isalpha() or letter in _KIND_EMOJI for letter in text):
        yield Objection("empty", text.strip()[:20])
    yield from _in_letters(text)
    plain = unicodedata.normalize("NFKC", text)
    for reason, pattern in _PATTERNS:
        match = pattern.search(plain)
        if match:
            yield Objection(reason, match.group())
    digit = next((letter for letter in plain if letter.isnumeric()), None)
    if digit is not None:
        yield Objection("number", digit)
    if is_foreign(plain):
        yield Objection("unsupported_language", "")


def _in_letters(text: str) -> Iterator[Objection]:
    for letter in text:
        if letter in _QUESTION_MARKS:
            yield Objection("question_mark", letter)
        elif _is_hidden(letter):
            yield Objection("hidden_character", f"U+{ord(letter):04X}")
        elif unicodedata.category(letter) == "So" and letter not in _KIND_EMOJI:
            yield Objection("unknown_symbol", letter)
        elif letter not in _HARMLESS_FORMS and _is_in_disguise(letter):
            yield Objection("disguised_letters", letter)


def _is_in_disguise(letter: str) -> bool:
    """Say whether the letter stands for another: what people type on a keyboard has one form."""
    return unicodedata.normalize("NFKC", letter) != unicodedata.normalize("NFC", letter)


def _in_words(text: str, allow: frozenset[str]) -> Iterator[Objection]:
    """Find words that ask, doubt, object, promise or bring news, in any language the text may be in."""
    plain = " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").casefold().split())
    languages = plausible_languages(plain)
    written, folded = plain, fold(plain)
    for language in sorted(languages):
        phrases = LEXICONS[language].closing_phrases
        written, folded = phrases.written.sub(" ~ ", written), phrases.folded.sub(" ~ ", folded)
    for language, lexicon in LEXICONS.items():
        for reason, wanted in lexicon.always + (lexicon.only_here if language in languages else ()):
            match = wanted.written.search(written) or wanted.folded.search(folded)
            if match and reason not in allow:
                yield Objection(reason, match.group())


def _is_hidden(letter: str) -> bool:
    if letter in _PLAIN_SPACE or letter in _EMOJI_MODIFIERS:
        return False
    return unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp", "Zs")
