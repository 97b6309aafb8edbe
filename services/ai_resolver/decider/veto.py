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
from services.ai_resolver.decider.sentences import sentences

VERSION = "2"

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
# "..., and" goes on: with a wish or a greeting, or with what one really wants.
_AND_MORE = re.compile(
    r",\s*(?:and|und|og|och|en|et|y|e|ed|(?-i:i)|oraz)\s+(?!(?:"
    r"have|enjoy|best|kind|warm|good|nice|happy|thanks?|all|regards|a|the same|"
    r"schöne[nrs]?|einen?|viele|beste|liebe|danke|vielen|frohe|gute[ns]?|"
    r"god|godt|ha|hav|tak|tack|takk|hilsen|hälsningar|trevlig|glad|glædelig|rigtig|"
    r"fijne?|prettige?|goede|groeten|dank|nog|"
    r"bonne?|bon|merci|belle|excellente|cordialement|"
    r"buen[ao]s?|gracias|saludos|feliz|felices|que|"
    r"buon[ao]?|grazie|saluti|cordiali|"
    r"miłego|miłej|pozdrawiam|dziękuję|dziękujemy|wesołych|udanego"
    r")\b)",
    re.IGNORECASE,
)
# A question without its mark, where the verb comes before the one it speaks of.
_AT_START = r"(?:^|[.!,]\s+|\n\s*)"
_INVERTED = re.compile(
    _AT_START
    + r"(?!(?:ja|nej|nei|så|at|att|og|och|for|för|fordi|tak|tack|takk|ok|okay|okej|da|då|fint|bra|godt|super|"
    r"når|när|som|om|alt|allt|til|till|med|av|af|fra|från|hos)\b)\w+\s+(?:det|han|hon|hun|du|ni|dere)\b"
    r"|"
    + _AT_START
    + r"(?!(?:danke|mit|für|von|damit|ja|und|wie|dass|weil|alles)\b)\w+(?:t|en|te)\s+(?:ihr|du|das|es)\b"
    r"|"
    + _AT_START
    + r"(?!(?:dank|bedankt|met|van|voor|aan|dat|ja|en|als|bij|alles)\b)\w+\s+(?:het|u|je|jullie|hij|zij|ze)\b"
    r"|\w-(?:t-)?(?:il|elle|ils|elles|on|vous|tu|nous|je|ce)\b",
    re.IGNORECASE,
)
# Who says what a message is to be taken for speaks to a machine.
_TO_BE_TAKEN_FOR = re.compile(
    r"\b(?:as|als|som|comme|como|come|jako)\s+(?:(?:a|an|ein|eine|einen|un|une|una|en|et|een|rein\w*|pure?)\s+)*"
    r"(?:thank|dank|tak|tack|takk|merci|remerciement|gracias|agradecimiento|grazie|ringraziamento|podzi|"
    r"acknowledg|courtes|bekr|conclu|erledigt|avslut|afslut|klar|done|closed|resolved|færdig|ferdig|"
    r"harmless|termin|zako|afgerond)\w*",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"\.\.|…")
_PATTERNS = (
    ("attachment", _ATTACHMENT),
    ("link", _LINK),
    ("iban", _IBAN),
    ("money", _CURRENCY),
    ("markup", _MARKUP),
    ("role_label", _ROLE_LABEL),
    ("trailing_off", _TRAILING),
    ("and_more", _AND_MORE),
    ("machine", _TO_BE_TAKEN_FOR),
    ("inverted", _INVERTED),
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
    if allow:
        # A promise or an absence has no such words, and is looked for because it is wanted.
        return
    for message in burst.messages:
        for sentence in sentences(message.body):
            if not _has_anchor(sentence):
                yield Objection("says_something_else", sentence[:20])


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


def _has_anchor(sentence: str) -> bool:
    """Say whether the sentence thanks, agrees, notes, wishes or ends something, in any language."""
    if not any(letter.isalpha() for letter in sentence):
        return True
    plain = " ".join(unicodedata.normalize("NFKC", sentence).replace("’", "'").casefold().split())
    folded = fold(plain)
    return any(
        lexicon.anchors.written.search(plain) or lexicon.anchors.folded.search(folded)
        for lexicon in LEXICONS.values()
    )


def _is_hidden(letter: str) -> bool:
    if letter in _PLAIN_SPACE or letter in _EMOJI_MODIFIERS:
        return False
    return unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp", "Zs")
