"""What the log holds today can be read for ever, and what is written today is what the files say."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.envelope import EventData, contracts_by_type
from shared.eventlog.codec import personal_fields
from tests.contract import golden_events

FILES = sorted(golden_events.FOLDER.glob("*.json"))


def contracts() -> dict[str, type[EventData]]:
    golden_events.codec()
    return {
        kind: contract
        for kind, contract in contracts_by_type().items()
        if contract.__module__.startswith("shared.contracts.")
    }


def read(file: Path) -> dict[str, Any]:
    golden: dict[str, Any] = json.loads(file.read_text())
    return golden


def test_every_contract_has_its_file() -> None:
    assert {file.stem for file in FILES if "." not in file.stem} == set(contracts())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_the_log_holds_reads_as_the_contract(file: Path) -> None:
    golden = read(file)
    row = golden_events.stored(golden["type"], golden["schema_version"], golden["source"], golden["stored"])

    (event,) = golden_events.codec().decode([row])

    assert event.data == contracts()[golden["type"]].model_validate(golden["fields"])
    assert (event.source, event.type) == (golden["source"], golden["type"])


@pytest.mark.parametrize("file", [f for f in FILES if "." not in f.stem], ids=lambda file: file.stem)
def test_the_contract_is_written_as_the_file_says(file: Path) -> None:
    golden = read(file)
    contract = contracts()[golden["type"]]
    data = contract.model_validate(golden["fields"])

    (text,) = golden_events.codec().encode([golden_events.decided(data)])

    assert json.loads(text) == golden["stored"]
    assert (golden["source"], golden["schema_version"]) == (contract.SOURCE, contract.SCHEMA_VERSION)


@pytest.mark.parametrize("file", [f for f in FILES if "." not in f.stem], ids=lambda file: file.stem)
def test_what_was_written_before_fields_were_added_reads_with_their_defaults(file: Path) -> None:
    golden = read(file)
    contract = contracts()[golden["type"]]
    added = {name for name, field in contract.model_fields.items() if not field.is_required()}
    older = {name: value for name, value in golden["stored"].items() if name not in added}
    row = golden_events.stored(golden["type"], golden["schema_version"], golden["source"], older)

    (event,) = golden_events.codec().decode([row])

    told = {name: value for name, value in golden["fields"].items() if name not in added}
    assert event.data == contract.model_validate(told)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_personal_stands_in_the_log_in_the_clear(file: Path) -> None:
    golden = read(file)
    in_the_log = json.dumps(golden["stored"], ensure_ascii=False)

    for field in personal_fields(contracts()[golden["type"]]):
        assert set(golden["stored"][field]) == {"$personal"}
        assert golden["fields"][field] not in in_the_log
