"""Operators bring companies, users, partnerships and cases from elsewhere as JSON Lines."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from shared.testing import eventually
from tests.acceptance.conftest import Stack
from tests.acceptance.portal import Json, Person, mint


class Book:
    """The objects of one import, by kind."""

    def __init__(self) -> None:
        self.creditor = uuid4()
        self.partner = uuid4()
        self.user = uuid4()
        self.case = str(uuid4())

    def lines(self) -> list[Json]:
        return [
            {
                "kind": "company",
                "id": str(self.creditor),
                "side": "creditor",
                "name": "Nordvik Steel A/S",
                "country": "DK",
                "time_zone": "Europe/Copenhagen",
                "locale": "da",
            },
            {
                "kind": "company",
                "id": str(self.partner),
                "side": "partner",
                "name": "Inkasso Hafen GmbH",
                "country": "DE",
                "time_zone": "Europe/Berlin",
                "locale": "de",
            },
            {
                "kind": "user",
                "id": str(self.user),
                "company_id": str(self.creditor),
                "email": f"anna.{self.user.hex[:8]}@nordvik.example",
                "name": "Anna Holm",
                "role": "admin",
                "active": True,
            },
            {
                "kind": "partnership",
                "id": str(uuid4()),
                "creditor_id": str(self.creditor),
                "partner_id": str(self.partner),
            },
            {
                "kind": "case",
                "id": self.case,
                "reference": "NV-1001",
                "creditor_id": str(self.creditor),
                "partner_id": str(self.partner),
                "status": "Active",
                "debtor": {"type": "Company", "name": "Hafen GmbH"},
                "amount": "8400.00",
                "currency": "EUR",
            },
        ]


@pytest.fixture
def book() -> Book:
    return Book()


def written(path: Path, lines: list[Json | str]) -> str:
    """Write the lines to the file and return its name; text stands there as it is."""
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return str(path)


def log_head(stack: Stack) -> int:
    """Return the position of the newest event."""
    return int(json.loads(stack.parley("events", "stats", "--json"))["head"])


def reader(stack: Stack, book: Book) -> Person:
    token = mint(stack.settings, subject=book.user, company=book.creditor, side="creditor")
    return Person(api=stack.api, token=token)


def test_what_was_imported_can_be_talked_about(stack: Stack, book: Book, tmp_path: Path) -> None:
    stack.parley("messaging", "import", written(tmp_path / "book.jsonl", [*book.lines()]))

    anna = reader(stack, book)
    eventually(lambda: anna.asks("GET", f"/api/v1/cases/{book.case}").is_success)
    case = anna.gets(f"/api/v1/cases/{book.case}")
    assert case["reference"] == "NV-1001"
    assert case["partner"]["name"] == "Inkasso Hafen GmbH"
    assert case["debtor"] == {"type": "Company", "name": "Hafen GmbH"}
    assert (case["amount"], case["currency"]) == ("8400.00", "EUR")
    threads = eventually(lambda: anna.gets(f"/api/v1/cases/{book.case}/threads")["items"])
    anna.writes(threads[0]["id"], "It works.")


def test_the_same_file_again_changes_nothing(stack: Stack, book: Book, tmp_path: Path) -> None:
    file = written(tmp_path / "book.jsonl", [*book.lines()])
    stack.parley("messaging", "import", file)
    anna = reader(stack, book)
    eventually(lambda: anna.gets(f"/api/v1/cases/{book.case}/threads")["items"])
    before = log_head(stack)

    stack.parley("messaging", "import", file)

    assert log_head(stack) == before


def test_a_wrong_line_is_told_and_the_rest_imported(stack: Stack, book: Book, tmp_path: Path) -> None:
    company, other, user, partnership, case = book.lines()
    lines: list[Json | str] = [
        company,
        "{not json",
        other,
        {"kind": "spaceship", "id": str(uuid4())},
        {**user, "id": str(uuid4()), "email": "no address"},
        {**company, "id": str(uuid4()), "country": "Atlantis"},
        {**company, "id": str(uuid4()), "time_zone": "Europe/Atlantis"},
        {**company, "id": str(uuid4()), "colour": "blue"},
        user,
        partnership,
        {**case, "id": str(uuid4()), "amount": "a lot"},
        {**case, "id": str(uuid4()), "status": "Vanished"},
        {**case, "id": str(uuid4()), "creditor_id": str(uuid4())},
        case,
    ]

    file = written(tmp_path / "book.jsonl", lines)
    output = json.loads(stack.parley("messaging", "import", file, "--json", exit_code=1))

    told = {problem["line"]: problem["problem"] for problem in output["problems"]}
    assert told.keys() == {2, 4, 5, 6, 7, 8, 11, 12, 13}
    for line, word in {4: "kind", 5: "email", 6: "country", 7: "time_zone", 8: "colour"}.items():
        assert word in told[line]
    for line, word in {11: "amount", 12: "status", 13: "creditor"}.items():
        assert word in told[line]
    anna = reader(stack, book)
    eventually(lambda: anna.asks("GET", f"/api/v1/cases/{book.case}").status_code == 200)
    assert [case["id"] for case in anna.gets("/api/v1/cases")["items"]] == [book.case]
