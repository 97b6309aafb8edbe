"""What is taken out of a text before it leaves the machine, and what a masked text looks like. Pure."""

import re
from collections.abc import Iterable

MASK_NAME = "[NAME]"

_LINKS = re.compile(r"\bhttps?://\S+|\bwww\.\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"\b[a-z]{2}\d{2}(?:[ -]?(?=[a-z0-9]*\d)[a-z0-9]{2,4}){3,8}\b", re.IGNORECASE)
_CURRENCY = r"(?:EUR|USD|GBP|DKK|SEK|NOK|PLN|CHF|kr\.?|zł|euros?|€|\$|£)"
_AMOUNT = re.compile(
    rf"{_CURRENCY}\s?\d(?:[\d.,' \u00a0]*\d)?|\b\d[\d.,'\u00a0]*(?:\s\d{{3}})*\s?{_CURRENCY}", re.IGNORECASE
)
_PHONE = re.compile(r"(?<!\w)\+?\(?\d[\d ()/.-]{6,}\d(?!\w)")
# Letters and digits in one word, or a long number: an invoice, a case, a customer.
_REFERENCE = re.compile(r"(?<!\w)(?=[\w/-]*\d)[\w/-]*[A-Za-z][\w/-]*\d[\w/-]*(?!\w)|(?<!\w)\d{4,}(?!\w)")
_NUMBER = re.compile(r"\d+")

_STEPS = (
    (_LINKS, "[LINK]"),
    (_EMAIL, "[EMAIL]"),
    (_IBAN, "[IBAN]"),
    (_AMOUNT, "[AMOUNT]"),
    (_PHONE, "[PHONE]"),
    (_REFERENCE, "[REFERENCE]"),
    (_NUMBER, "[NUMBER]"),
)
# Shorter parts of names are everyday words too ("Per", "Sol"): they are names only as they are written there.
_SHORTEST_SURE_NAME = 4
_SHORTEST_NAME = 2
# Cases and genitives: "Hafens", "Kowalskiego", "Holm's".
_ENDING = r"(?:['\u2019]?\w{0,3})"
_WITHOUT_UMLAUTS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "ø": "oe",
        "å": "aa",
        "æ": "ae",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
    }
    | {"Ø": "Oe", "Å": "Aa", "Æ": "Ae"}
)


def mask(text: str, names: Iterable[str]) -> str:
    """
    Return the text without names, bank accounts, telephone numbers, e-mail addresses, amounts and references.

    `names` are those of debtors and people that are known; each is found whole and in its parts, declined,
    and with umlauts written out. What is left of digits is masked as well: a number that we did not recognise
    is still one.
    """
    masked = text
    for pattern, stand_in in _STEPS[:2]:
        masked = pattern.sub(stand_in, masked)
    for name in _longest_first(names):
        masked = _pattern(name).sub(MASK_NAME, masked)
    for pattern, stand_in in _STEPS[2:]:
        masked = pattern.sub(stand_in, masked)
    return masked


def _pattern(name: str) -> re.Pattern[str]:
    written = re.escape(name).replace(r"\ ", r"\s+")
    if len(name) < _SHORTEST_SURE_NAME:
        return re.compile(rf"(?<!\w){written}(?:['\u2019]?s)?(?!\w)")
    return re.compile(rf"(?<!\w){written}{_ENDING}(?!\w)", re.IGNORECASE)


def _longest_first(names: Iterable[str]) -> list[str]:
    found: set[str] = set()
    for name in names:
        whole = " ".join(name.split())
        for written in (whole, whole.translate(_WITHOUT_UMLAUTS)):
            found |= {written, *(part for part in re.split(r"[\s,]+", written) if _is_name(part))}
    return sorted(found - {""}, key=len, reverse=True)


def _is_name(part: str) -> bool:
    return len(part) >= _SHORTEST_SURE_NAME or (len(part) >= _SHORTEST_NAME and part[0].isupper())
