"""What ai_resolver needs of the outside world."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.ai_resolver.decider.bursts import Burst
from services.ai_resolver.decider.gates import SentenceScore
from shared.contracts.ai_resolver import DialogueAct
from shared.errors import ParleyError


class ClassifierUnavailable(ParleyError):
    """The embedded classifier cannot be used, or not as it was trained: everything is left open."""


class ModelUnavailable(ParleyError):
    """
    The language model did not answer, not in time, or not in the form asked for; `code` says which.

    Whatever it was, the task stays open and is looked at again another night.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Classifier(Protocol):
    """The embedded classifier; the same sentences always get the same scores."""

    @property
    def version(self) -> str: ...

    @property
    def threshold_alone(self) -> float:
        """How certain it must be where no language model looks after it."""
        ...

    @property
    def threshold_with_model(self) -> float: ...

    def scores(self, sentences: Sequence[str]) -> tuple[SentenceScore, ...]:
        """Return the scores of each sentence, in order. Raises ClassifierUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Labelled:
    """What the model called the burst, and what it cost in tokens."""

    act: DialogueAct
    tokens: int


class LanguageModel(Protocol):
    """A language model that says which dialogue act a burst is; it decides nothing."""

    @property
    def name(self) -> str: ...

    @property
    def prompt_version(self) -> str: ...

    @property
    def is_remote(self) -> bool:
        """Whether what it is shown leaves this machine."""
        ...

    def label(self, burst: Burst) -> Labelled:
        """Return the dialogue act of the burst, masked before it is sent. Raises ModelUnavailable."""
        ...
