"""
What each gate says, and what all of them together come to.

All must pass. An error, a doubt or a missing part leaves the task open, and a language model only adds a
reason to leave it open: it never opens a gate that another one closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.ai_resolver.decider.bursts import Burst
from services.ai_resolver.decider.veto import objection
from shared.contracts.ai_resolver import DialogueAct, GateResult

# Acts after which nobody waits for an answer. A promise and an absence are the company's to choose.
CONCLUDING_ACTS: frozenset[DialogueAct] = frozenset(
    {"thanks", "acknowledgement", "agreement", "closing", "courtesy"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What counts as concluded beside thanks, acknowledgement and the like."""

    close_promises: bool = False
    close_absences: bool = False

    @property
    def allowed_words(self) -> frozenset[str]:
        return frozenset(
            name
            for name, allowed in (("promise", self.close_promises), ("absence", self.close_absences))
            if allowed
        )

    @property
    def concluding_acts(self) -> frozenset[DialogueAct]:
        acts = set(CONCLUDING_ACTS)
        if self.close_promises:
            acts.add("promise")
        if self.close_absences:
            acts.add("absence")
        return frozenset(acts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceScore:
    """How probable each reading of a sentence is, out of 1."""

    concluded: float
    promise: float
    absence: float

    def certainty(self, policy: Policy) -> float:
        certainty = self.concluded
        if policy.close_promises:
            certainty += self.promise
        if policy.close_absences:
            certainty += self.absence
        return certainty


@dataclass(frozen=True, slots=True)
class ClassifierFinding:
    """The gate's result and the sentence it rests on: the least certain one."""

    result: GateResult
    sentence: str | None


def veto_gate(burst: Burst, policy: Policy) -> GateResult:
    found = objection(burst, allow=policy.allowed_words)
    return GateResult(
        gate="veto", passed=found is None, reason="nothing_found" if found is None else found.reason
    )


def classifier_gate(
    sentences: Sequence[str], scores: Sequence[SentenceScore], *, threshold: float, policy: Policy
) -> ClassifierFinding:
    """Judge the burst by its least certain sentence; one without any sentence passes nothing."""
    if not sentences or len(scores) != len(sentences):
        return ClassifierFinding(GateResult(gate="classifier", passed=False, reason="nothing_to_score"), None)
    certainties = [score.certainty(policy) for score in scores]
    lowest = min(range(len(sentences)), key=certainties.__getitem__)
    certainty = certainties[lowest]
    # A comparison with something that is no number is false, and so leaves the task open.
    passed = certainty >= threshold
    result = GateResult(
        gate="classifier",
        passed=passed,
        reason="certain" if passed else "not_certain",
        score=round(certainty, 4),
    )
    return ClassifierFinding(result, sentences[lowest])


def model_gate(act: DialogueAct, policy: Policy) -> GateResult:
    return GateResult(gate="model", passed=act in policy.concluding_acts, reason=act)


def all_passed(results: Sequence[GateResult], *, needed: frozenset[str]) -> bool:
    """Say whether every result is a pass and none of the gates needed is missing."""
    return all(result.passed for result in results) and needed <= {result.gate for result in results}
