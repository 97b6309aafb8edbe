"""Which event is which item: each entry of the table makes one of its event, and the page describes it."""

import importlib
import json
import pkgutil
import re
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pytest

import shared.contracts
from services.messaging.projections.timeline_items import ITEMS, Item
from shared.contracts.envelope import ERASED, EventData, RecordedEvent, Stream, contracts_by_type
from shared.contracts.messaging import MessagePosted, TimelineItemType
from shared.contracts.surveys import SurveySubmitted
from tests.contract.event_examples import NOON
from tests.contract.golden_events import FOLDER

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "timeline.md"
# These are written by statements of their own.
MADE_ELSEWHERE = {"note_deleted", "email_sent"}
# Events about a case that are no items: they change one that is there, are told by another event of the same
# moment, or are what people do with their own lists.
NO_ITEMS = {
    "BidderBarred",
    "ChatMailDecided",
    "FileAttached",
    "MailScheduled",
    "NoteDeleted",
    "NoteEdited",
    "NotificationAdded",
    "ParticipantJoined",
    "ParticipantLeft",
    "SurveyDraftSaved",
    "SurveyRefreshed",
    "SurveyReminded",
    "TaskAssigned",
    "TaskBecameOverdue",
    "TaskPostponed",
    "ThreadOpened",
    "ThreadRead",
    "VerdictDisputed",
}


def items_of(event: RecordedEvent) -> tuple[Item, ...]:
    made = ITEMS[type(event.data)](event, event.data)
    return made if isinstance(made, tuple) else () if made is None else (made,)


def example(contract: type[EventData], **changes: Any) -> RecordedEvent:
    """Return the event of the contract's golden file, about a case and in no thread of its own."""
    fields = json.loads((FOLDER / f"{contract.__name__}.json").read_text())["fields"]
    about_a_case = {"case_id": str(uuid4())} if "case_id" in fields else {}
    context = {"context": "case"} if "context" in fields else {}
    data = contract.model_validate({**fields, **about_a_case, **context, **changes})
    return RecordedEvent(
        id=uuid4(),
        source=data.SOURCE,
        type=contract.__name__,
        schema_version=data.SCHEMA_VERSION,
        stream=Stream("case", uuid4()),
        version=1,
        position=7,
        time=NOON,
        actor="platform",
        audience=frozenset({uuid4()}),
        subject=None,
        correlation_id=uuid4(),
        causation_id=None,
        data=data,
    )


@pytest.mark.parametrize("contract", ITEMS, ids=lambda contract: contract.__name__)
def test_each_entry_makes_an_item_of_its_event(contract: type[EventData]) -> None:
    items = items_of(example(contract))

    assert items
    assert len({item.id for item in items}) == len(items)
    for item in items:
        assert item.type in get_args(TimelineItemType)
        assert item.title
        assert json.dumps(item.data)


def test_what_belongs_to_no_case_is_no_item() -> None:
    event = example(MessagePosted, case_id=None)

    assert items_of(event) == ()


def test_every_type_of_item_has_an_entry_that_makes_it() -> None:
    made = {item.type for contract in ITEMS for item in items_of(example(contract))}

    assert made | MADE_ELSEWHERE == set(get_args(TimelineItemType))


def test_every_event_about_a_case_is_an_item_or_said_to_be_none() -> None:
    for module in pkgutil.walk_packages(shared.contracts.__path__, "shared.contracts."):
        importlib.import_module(module.name)
    about_a_case = {
        name
        for name, contract in contracts_by_type().items()
        if contract.__module__.startswith("shared.contracts.")
        and {"case_id", "task", "survey"} & contract.model_fields.keys()
    }

    assert about_a_case == {contract.__name__ for contract in ITEMS} | NO_ITEMS


def test_the_page_describes_every_type_and_what_its_data_holds() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| `([^`]*)` \|$", PAGE.read_text(), re.MULTILINE)
    described = {kind: {re.sub(r"[{(\[].*", "", name) for name in data.split()} for kind, data in rows}

    assert set(described) == set(get_args(TimelineItemType))
    for contract in ITEMS:
        for item in items_of(example(contract)):
            assert set(item.data) == described[item.type], item.type


def test_an_update_whose_key_was_destroyed_tells_of_no_actions() -> None:
    event = example(SurveySubmitted, actions=ERASED)

    assert [item.type for item in items_of(event)] == ["update_submitted"]
