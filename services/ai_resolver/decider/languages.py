"""Which of the supported languages a text may be in, and whether it may be in one that we do not support."""

import re
import unicodedata
from collections.abc import Iterable

from services.ai_resolver.decider.lexicon import LEXICONS, fold

SUPPORTED = frozenset(LEXICONS)

# Letters of Latin alphabets that none of the supported languages writes in its everyday words.
_FOREIGN_LETTERS = frozenset("ãõőűşğıțţăřěůđķļņģīūēāðþ")
# Everyday words of languages that are written much like ours; none of them means anything in one of ours.
_FOREIGN = """
    obrigado obrigada você não tarde também ainda muito pagamento recebido kiitos paljon hyvää
    viikonloppua selvä kuitti päivää terveisin hienoa ymmärretty děkuji děkuju prosím díky jasně
    přeji hezký ďakujem áno pekný deň köszönöm köszönjük rendben szép napot igen értem szia
    üdvözlettel mulțumesc mulțumim înțeles bună ziua teşekkürler teşekkür ederim tamam anladım iyi
    günler hvala lijepa pozdrav razumijem aitäh tänan paldies ačiū gerai fyrir góðan daginn gràcies
    moltes eskerrik asko esker salamat terima kasih cảm ơn
"""
_FOREIGN_WORDS = frozenset(fold(word) for word in _FOREIGN.split()) - {
    word for lexicon in LEXICONS.values() for word in lexicon.common_words
}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def plausible_languages(text: str) -> frozenset[str]:
    """Return the supported languages that the text may be in: all of them where its words tell nothing."""
    found = [fold(word) for word in words(text)]
    scores = {
        language: sum(word in lexicon.common_words for word in found)
        for language, lexicon in LEXICONS.items()
    }
    best = max(scores.values())
    if best == 0:
        return SUPPORTED
    return frozenset(language for language, score in scores.items() if score >= max(1, best - 1))


def likeliest_language(text: str) -> str | None:
    """Return the only supported language that fits best; None where several do equally well."""
    found = [fold(word) for word in words(text)]
    scores = sorted(
        (
            (sum(word in lexicon.common_words for word in found), language)
            for language, lexicon in LEXICONS.items()
        ),
        reverse=True,
    )
    return scores[0][1] if scores[0][0] > scores[1][0] else None


def is_foreign(text: str) -> bool:
    """Say whether the text has letters or words of a language that we do not support."""
    lowered = unicodedata.normalize("NFC", text).casefold()
    if any(letter in _FOREIGN_LETTERS for letter in lowered) or not _all_latin(lowered):
        return True
    return any(fold(word) in _FOREIGN_WORDS for word in words(lowered))


def _all_latin(text: Iterable[str]) -> bool:
    return all(not letter.isalpha() or unicodedata.name(letter, "").startswith("LATIN ") for letter in text)
