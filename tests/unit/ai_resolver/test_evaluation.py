"""Items, broken lines, and what is said about a judge."""

import json

import pytest

from services.ai_resolver.handlers.evaluating import Share, read_items


def line(**changed: object) -> str:
    item = {
        "id": "e1",
        "lang": "en",
        "thread": [{"role": "partner", "text": "Thanks!"}],
        "expected": "concluded",
    }
    return json.dumps(item | changed)


def test_reads_items_and_passes_over_empty_lines() -> None:
    items, broken = read_items([line(), "", line(id="e2", attachments=["a.pdf"])])

    assert [item.id for item in items] == ["e1", "e2"]
    assert broken == []
    burst = items[1].burst()
    assert burst is not None
    assert burst.last.attachments == ("a.pdf",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "no JSON"),
        ("[]", "the line"),
        (line(expected="maybe"), "expected"),
        (line(thread=[]), "thread"),
        (line(thread=[{"role": "debtor", "text": "x"}]), "thread.0.role"),
        (line(thread=[{"role": "platform", "text": "x"}]), "nobody but the platform"),
        (line(id="e0"), "has been used"),
    ],
)
def test_names_broken_lines_by_number(text: str, told: str) -> None:
    items, broken = read_items([line(id="e0"), text])

    assert [item.id for item in items] == ["e0"]
    assert [each.number for each in broken] == [2]
    assert told in broken[0].problem


def test_bounds_are_those_of_clopper_and_pearson() -> None:
    assert list(Share(9, 10).bounds()) == pytest.approx([0.5550, 0.9975], abs=1e-4)
    assert list(Share(300, 300).bounds()) == pytest.approx([0.98778, 1.0], abs=1e-5)
    assert Share(0, 300).bounds()[0] == 0.0
    assert Share(0, 0).bounds() == (0.0, 1.0)
    assert Share(0, 0).value is None
