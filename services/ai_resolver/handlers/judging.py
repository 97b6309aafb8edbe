"""One burst through the gates, cheapest first; the first that closes ends it."""

from dataclasses import dataclass, field
from typing import Literal

from services.ai_resolver.decider import gates, veto
from services.ai_resolver.decider.bursts import Burst
from services.ai_resolver.decider.gates import Policy
from services.ai_resolver.decider.languages import likeliest_language
from services.ai_resolver.decider.sentences import sentences
from services.ai_resolver.ports import Classifier, ClassifierUnavailable, LanguageModel, ModelUnavailable
from shared.contracts.ai_resolver import DialogueAct, GateResult, Outcome

JudgeName = Literal["gates", "model", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was found about a burst, with everything that somebody who doubts it will ask for."""

    outcome: Outcome
    reason: str
    results: tuple[GateResult, ...]
    label: DialogueAct | None
    language: str | None
    model: str | None
    prompt_version: str | None
    classifier: str
    threshold: float
    sentence: str | None
    tokens: int


@dataclass(slots=True)
class _Findings:
    results: list[GateResult] = field(default_factory=list)
    label: DialogueAct | None = None
    sentence: str | None = None
    tokens: int = 0
    error: str | None = None


class Judge:
    """
    Says of a burst whether a reply is still expected.

    `judge` names what decides: the gates alone with the stricter threshold, the model alone (to measure it,
    never to close a task), or all of them.
    """

    def __init__(
        self, classifier: Classifier, model: LanguageModel | None, policy: Policy, judge: JudgeName = "full"
    ) -> None:
        self._classifier = classifier
        self._model = model
        self._policy = policy
        self._judge = judge

    @property
    def model(self) -> LanguageModel | None:
        return self._model

    def judged_by(self, *, may_leave: bool) -> tuple[str, str | None, str | None, float]:
        """Return what a verdict of this judge will say it depended on: the same says the same."""
        model = self._usable_model(may_leave=may_leave)
        return (
            self._gates_version,
            None if model is None else model.name,
            None if model is None else model.prompt_version,
            self._threshold(model),
        )

    def judge(self, burst: Burst, *, may_leave: bool) -> Judgement:
        """Judge the burst; `may_leave` says whether it may be shown, masked, to a model elsewhere."""
        model = self._usable_model(may_leave=may_leave)
        threshold = self._threshold(model)
        found = _Findings()
        needed = frozenset({"model"}) if self._judge == "model" else frozenset({"veto", "classifier"})
        if self._judge != "model":
            self._embedded_gates(burst, threshold, found)
        if model is not None and not found.error and all(result.passed for result in found.results):
            needed |= {"model"}
            self._model_gate(burst, model, found)
        passed = found.error is None and gates.all_passed(found.results, needed=needed)
        return Judgement(
            outcome="undecided" if found.error else "concluded" if passed else "reply_expected",
            reason=found.error or _reason(found.results, model),
            results=tuple(found.results),
            label=found.label,
            language=likeliest_language(burst.text),
            model=None if model is None else model.name,
            prompt_version=None if model is None else model.prompt_version,
            classifier=self._gates_version,
            threshold=threshold,
            sentence=found.sentence,
            tokens=found.tokens,
        )

    @property
    def _gates_version(self) -> str:
        wanted = "".join(f"+{name}" for name in sorted(self._policy.allowed_words))
        return f"{self._classifier.version}/{veto.VERSION}{wanted}"

    def _usable_model(self, *, may_leave: bool) -> LanguageModel | None:
        model = self._model
        if self._judge == "gates" or (model is not None and model.is_remote and not may_leave):
            return None
        return model

    def _threshold(self, model: LanguageModel | None) -> float:
        return self._classifier.threshold_alone if model is None else self._classifier.threshold_with_model

    def _embedded_gates(self, burst: Burst, threshold: float, found: _Findings) -> None:
        looked_for = gates.veto_gate(burst, self._policy)
        found.results.append(looked_for)
        if not looked_for.passed:
            return
        said = [sentence for message in burst.messages for sentence in sentences(message.body)]
        try:
            scores = self._classifier.scores(said)
        except ClassifierUnavailable:
            found.error = "classifier_unavailable"
            return
        finding = gates.classifier_gate(said, scores, threshold=threshold, policy=self._policy)
        found.results.append(finding.result)
        found.sentence = finding.sentence

    def _model_gate(self, burst: Burst, model: LanguageModel, found: _Findings) -> None:
        try:
            labelled = model.label(burst)
        except ModelUnavailable as error:
            found.error = f"model_{error.code}"
            return
        found.label, found.tokens = labelled.act, labelled.tokens
        found.results.append(gates.model_gate(labelled.act, self._policy))


def _reason(results: list[GateResult], model: LanguageModel | None) -> str:
    closed = next((result for result in results if not result.passed), None)
    if closed is not None:
        return f"{closed.gate}_{closed.reason}"
    return "all_gates_passed_without_model" if model is None else "all_gates_passed"
