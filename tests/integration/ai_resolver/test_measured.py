"""The bar that the clean-up is held to without a language model, on data that chose nothing."""

from pathlib import Path

from services.ai_resolver.adapters.embedded_classifier import EmbeddedClassifier
from services.ai_resolver.decider.gates import Policy
from services.ai_resolver.handlers.evaluating import Report, evaluate, read_items
from services.ai_resolver.handlers.judging import Judge

STAY_OPEN = ("promise", "absence")
"""Categories of which a reply is expected by nobody, and which are left open unless configured otherwise."""

DATA = Path(__file__).parents[2] / "evaluation" / "ai_resolver" / "test.jsonl"


def test_closes_nothing_wrongly_and_most_of_what_is_concluded(classifier: EmbeddedClassifier) -> None:
    items, _ = read_items(DATA.read_text(encoding="utf-8").splitlines())

    report = Report(tuple(evaluate(items, Judge(classifier, None, Policy(), "gates"))))

    assert [judged.item.thread[-1].text for judged in report.false_resolves] == []
    assert {name: report.by_category[name].true_resolves for name in STAY_OPEN} == dict.fromkeys(STAY_OPEN, 0)
    recall = report.total.recall().value
    assert recall is not None
    assert recall >= 0.6
