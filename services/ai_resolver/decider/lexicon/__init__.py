"""The words of each supported language that make us leave a task open. Pure data."""

from collections.abc import Mapping

from services.ai_resolver.decider.lexicon.da import DANISH
from services.ai_resolver.decider.lexicon.de import GERMAN
from services.ai_resolver.decider.lexicon.en import ENGLISH
from services.ai_resolver.decider.lexicon.es import SPANISH
from services.ai_resolver.decider.lexicon.fr import FRENCH
from services.ai_resolver.decider.lexicon.it import ITALIAN
from services.ai_resolver.decider.lexicon.nl import DUTCH
from services.ai_resolver.decider.lexicon.no import NORWEGIAN
from services.ai_resolver.decider.lexicon.pl import POLISH
from services.ai_resolver.decider.lexicon.shape import Lexicon, fold
from services.ai_resolver.decider.lexicon.sv import SWEDISH

__all__ = ["LEXICONS", "Lexicon", "fold"]

LEXICONS: Mapping[str, Lexicon] = {
    "da": DANISH,
    "de": GERMAN,
    "en": ENGLISH,
    "es": SPANISH,
    "fr": FRENCH,
    "it": ITALIAN,
    "nl": DUTCH,
    "no": NORWEGIAN,
    "pl": POLISH,
    "sv": SWEDISH,
}
