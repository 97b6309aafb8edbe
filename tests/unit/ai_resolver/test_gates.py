"""What the gates say, and what they come to together."""

from collections.abc import Sequence

import pytest

from services.ai_resolver.decider.bursts import Burst
from services.ai_resolver.decider.gates import Policy, SentenceScore
from services.ai_resolver.handlers.judging import Judge, JudgeName
from services.ai_resolver.ports import ClassifierUnavailable, Labelled, ModelUnavailable
from shared.contracts.ai_resolver import DialogueAct
from tests.unit.ai_resolver.bursts import a_burst


class Scores:
    """A classifier that says what it is told to, of each sentence."""

    version = "test"
    threshold_alone = 0.9
    threshold_with_model = 0.6

    def __init__(self, *concluded: float) -> None:
        self.concluded = concluded

    def scores(self, sentences: Sequence[str]) -> tuple[SentenceScore, ...]:
        if not self.concluded:
            raise ClassifierUnavailable("no classifier")
        return tuple(SentenceScore(concluded=each, promise=0.0, absence=0.0) for each in self.concluded)


class Model:
    name = "test/model"
    prompt_version = "1"

    def __init__(self, answer: DialogueAct | ModelUnavailable, *, is_remote: bool = False) -> None:
        self.answer = answer
        self.is_remote = is_remote
        self.asked = 0

    def label(self, burst: Burst) -> Labelled:
        self.asked += 1
        if isinstance(self.answer, ModelUnavailable):
            raise self.answer
        return Labelled(self.answer, 10)


def judge(scores: Scores, model: Model | None = None, judge_name: JudgeName = "full") -> Judge:
    return Judge(scores, model, Policy(), judge_name)


def test_without_a_model_the_stricter_threshold_counts_and_the_verdict_says_so() -> None:
    certain = judge(Scores(0.95)).judge(a_burst("Thanks!"), may_leave=False)
    doubtful = judge(Scores(0.85)).judge(a_burst("Thanks!"), may_leave=False)

    assert (certain.outcome, certain.reason) == ("concluded", "all_gates_passed_without_model")
    assert (certain.model, certain.threshold) == (None, 0.9)
    assert (doubtful.outcome, doubtful.reason) == ("reply_expected", "classifier_not_certain")


def test_the_least_certain_sentence_decides_and_is_named() -> None:
    judged = judge(Scores(0.99, 0.2)).judge(a_burst("Thanks!", "Splendid."), may_leave=False)

    assert judged.outcome == "reply_expected"
    assert judged.sentence == "Splendid."


def test_a_model_that_agrees_closes_at_the_lower_threshold() -> None:
    judged = judge(Scores(0.7), Model("thanks")).judge(a_burst("Thanks!"), may_leave=False)

    assert (judged.outcome, judged.reason, judged.label) == ("concluded", "all_gates_passed", "thanks")
    assert (judged.model, judged.prompt_version, judged.threshold) == ("test/model", "1", 0.6)


@pytest.mark.parametrize(
    "act", ["question", "request", "problem", "information", "promise", "absence", "answer", "unclear"]
)
def test_any_other_act_leaves_it_open(act: DialogueAct) -> None:
    judged = judge(Scores(0.99), Model(act)).judge(a_burst("Thanks!"), may_leave=False)

    assert (judged.outcome, judged.reason) == ("reply_expected", f"model_{act}")


def test_the_model_is_not_asked_what_another_gate_closed() -> None:
    model = Model("thanks")

    judge(Scores(0.99), model).judge(a_burst("Where is it?"), may_leave=True)
    judge(Scores(0.1), model).judge(a_burst("Thanks!"), may_leave=True)

    assert model.asked == 0


def test_a_model_that_fails_leaves_it_undecided() -> None:
    model = Model(ModelUnavailable("timeout", "too late"))

    judged = judge(Scores(0.99), model).judge(a_burst("Thanks!"), may_leave=False)

    assert (judged.outcome, judged.reason) == ("undecided", "model_timeout")


def test_a_remote_model_is_shown_nothing_without_consent() -> None:
    model = Model("thanks", is_remote=True)

    refused = judge(Scores(0.7), model).judge(a_burst("Thanks!"), may_leave=False)
    allowed = judge(Scores(0.7), model).judge(a_burst("Thanks!"), may_leave=True)

    assert (refused.outcome, refused.model, refused.threshold) == ("reply_expected", None, 0.9)
    assert allowed.outcome == "concluded"
    assert model.asked == 1


def test_a_classifier_that_fails_leaves_it_undecided() -> None:
    judged = judge(Scores()).judge(a_burst("Thanks!"), may_leave=False)

    assert (judged.outcome, judged.reason) == ("undecided", "classifier_unavailable")


def test_a_score_that_is_no_number_leaves_it_open() -> None:
    judged = judge(Scores(float("nan"))).judge(a_burst("Thanks!"), may_leave=False)

    assert judged.outcome == "reply_expected"


def test_a_score_that_is_missing_leaves_it_open() -> None:
    judged = judge(Scores(0.99)).judge(a_burst("Thanks!", "Great."), may_leave=False)

    assert judged.outcome == "reply_expected"


def test_a_promise_is_concluded_only_where_that_is_wanted() -> None:
    score = SentenceScore(concluded=0.3, promise=0.6, absence=0.05)

    assert score.certainty(Policy()) == 0.3
    assert score.certainty(Policy(close_promises=True)) == pytest.approx(0.9)
    assert "promise" in Policy(close_promises=True).concluding_acts
    assert "promise" not in Policy().concluding_acts
