"""`parley ai-resolver evaluate` with each judge, and the mistakes that it and a run are told."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.ai_resolver.cli import group
from tests.integration.ai_resolver.endpoint import Answer, Endpoint, endpoint

Evaluate = Callable[..., Result]

ITEMS = (
    ("e1", "Thank you very much.", "concluded", "thanks"),
    ("e2", "Have a nice weekend!", "concluded", "wish"),
    ("e3", "Where is the letter?", "reply_expected", "question"),
    ("e4", "Great, thank you.", "reply_expected", "sarcasm"),
)


@pytest.fixture
def server() -> Iterator[Endpoint]:
    with endpoint() as opened:
        yield opened


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "items.jsonl"
    lines = [
        {
            "id": id_,
            "lang": "en",
            "thread": [{"role": "partner", "text": text}],
            "expected": expected,
            "category": category,
        }
        for id_, text, expected, category in ITEMS
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    return file


@pytest.fixture
def evaluate(data: Path) -> Evaluate:
    def run(*options: str, file: Path = data, model: str = "", url: str = "", timeout: int = 2) -> Result:
        environment = {
            "PARLEY_AI_MODEL": model,
            "PARLEY_AI_MODEL_URL": url,
            "PARLEY_AI_TIMEOUT_SECONDS": str(timeout),
        }
        return CliRunner().invoke(group, ("evaluate", str(file), *options), env=environment)

    return run


def figures(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_the_full_judge_asks_the_model_about_what_passed_the_gates_and_never_closes_more(
    evaluate: Evaluate, server: Endpoint
) -> None:
    server.to = {"Great": [Answer(content='{"act": "unclear"}')]}

    result = evaluate("--judge", "full", "--json", model="openai/test", url=server.url)

    assert result.exit_code == 0, result.output
    told = figures(result)
    assert (told["judge"], told["model"]) == ("full", "openai/test")
    assert (told["all"]["true_resolves"], told["all"]["false_resolves"]) == (2, 0)
    assert len(server.asked) == 3  # the question was kept from it by the veto


def test_the_model_alone_is_measured_on_everything_it_is_shown(evaluate: Evaluate, server: Endpoint) -> None:
    result = evaluate("--judge", "model", model="openai/test", url=server.url)

    assert result.exit_code == 1
    assert "Judged by: model, with openai/test" in result.stdout
    assert "Precision of concluded: 2 of 4" in result.stdout
    assert "Where is the letter?" in result.stdout
    assert "Under the bar of 0.99" in result.output
    assert len(server.asked) == 4


def test_without_a_model_the_table_has_bounds_for_each_language_and_category(evaluate: Evaluate) -> None:
    result = evaluate("--min-precision", "0.6")

    assert result.exit_code == 0, result.output
    assert "Judged by: gates, without a language model" in result.stdout
    for row in ("en ", "thanks ", "wish ", "question ", "sarcasm ", "all "):
        assert any(line.startswith(row) for line in result.stdout.splitlines()), row
    assert "Precision of concluded: 2 of 3, 0.6667 (0.0943 to 0.9916)" in result.stdout


def test_a_model_that_cannot_be_asked_concludes_nothing_and_is_told(
    evaluate: Evaluate, server: Endpoint
) -> None:
    server.answers = [Answer(content='{"act": "concluded"}')]

    result = evaluate("--judge", "full", "--json", model="openai/test", url=server.url)

    assert result.exit_code == 1
    assert figures(result)["undecided"] == {"model_outside_schema": 3}
    assert "counted as left open: model_outside_schema 3" in result.stderr
    assert "nothing was called concluded" in result.stderr


def test_broken_lines_are_named_and_nothing_is_judged(
    evaluate: Evaluate, server: Endpoint, data: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text(data.read_text() + '\n{"id": "e5"\n[]\n' + data.read_text().splitlines()[0])

    result = evaluate("--judge", "model", file=broken, model="openai/test", url=server.url)

    assert result.exit_code == 2
    for told in ("line 5: no JSON", "line 6:", "line 7: id: 'e1' has been used above", "nothing was judged"):
        assert told in result.output
    assert server.asked == []


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "holds no items"), (b'{"id": "\xff"}', "not UTF-8"), (b"\n \n", "holds no items")],
)
def test_a_file_that_is_none_is_told(evaluate: Evaluate, tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "none.jsonl"
    file.write_bytes(content)

    result = evaluate(file=file)

    assert (result.exit_code, told in result.output) == (2, True), result.output


@pytest.mark.parametrize(
    ("options", "model", "told"),
    [
        (("--judge", "model"), "", "PARLEY_AI_MODEL: name the model"),
        (("--judge", "full"), "no-such-provider/x", "litellm knows no model 'no-such-provider/x'"),
        (("--judge", "everything"), "", "'everything' is not one of"),
        (("--min-precision", "2"), "", "2.0 is not in the range"),
    ],
)
def test_mistakes_are_told_in_a_line(
    evaluate: Evaluate, options: tuple[str, ...], model: str, told: str
) -> None:
    result = evaluate(*options, model=model)

    assert (result.exit_code, told in result.output) == (2, True), result.output
    assert "Traceback" not in result.output
