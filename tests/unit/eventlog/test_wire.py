"""Events on their way through RabbitMQ: CloudEvents in JSON, there and back."""

import json
from uuid import uuid4

import pytest

from shared.contracts.envelope import UnknownEvent
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.wire import UnreadableMessage, from_wire, to_wire
from tests.contract.event_examples import a_personal_event, a_stream, an_event


@pytest.mark.parametrize("event", [an_event(), a_personal_event()], ids=["impersonal", "personal"])
def test_an_event_survives_the_way(event: object) -> None:
    (recorded,) = MemoryEventLog().append(a_stream(), [event], expected="any").events  # type: ignore[list-item]

    message = json.loads(json.dumps(to_wire(recorded, 6)))

    assert from_wire(message) == (recorded, 6)


def test_the_attributes_are_those_of_cloudevents_and_ours() -> None:
    event = a_personal_event()
    (recorded,) = MemoryEventLog().append(a_stream("user"), [event], expected="any").events

    message = to_wire(recorded, 0)

    assert message == {
        "specversion": "1.0",
        "id": str(event.id),
        "source": "messaging",
        "type": "UserAdded",
        "time": "2026-11-20T12:00:00Z",
        "subject": event.subject,
        "datacontenttype": "application/json",
        "schemaversion": 1,
        "stream": str(recorded.stream),
        "streamversion": 1,
        "position": 1,
        "previousposition": 0,
        "correlationid": str(event.correlation_id),
        "causationid": str(event.causation_id),
        "actor": event.actor,
        "audience": ",".join(map(str, event.audience)),
        "data": event.data.model_dump(mode="json"),
    }


def test_the_audience_is_in_order() -> None:
    (recorded,) = MemoryEventLog().append(a_stream(), [an_event()], expected="any").events

    audience = to_wire(recorded, 0)["audience"].split(",")

    assert audience == sorted(map(str, recorded.audience))


def test_a_type_without_a_contract_arrives_with_its_data() -> None:
    (recorded,) = MemoryEventLog().append(a_stream(), [an_event()], expected="any").events
    message = to_wire(recorded, 0) | {"type": "ThreadPainted", "data": {"colour": "blue"}}

    event, _ = from_wire(message)

    assert isinstance(event.data, UnknownEvent)
    assert event.data.model_extra == {"colour": "blue"}


@pytest.mark.parametrize(
    "change",
    [
        {"id": "7"},
        {"stream": "thread"},
        {"data": None},
        {"data": {"thread_id": str(uuid4())}},
        {"time": 7},
        {"audience": "everybody"},
    ],
)
def test_what_is_no_event_of_ours_is_poison(change: dict[str, object]) -> None:
    (recorded,) = MemoryEventLog().append(a_stream(), [an_event()], expected="any").events

    with pytest.raises(UnreadableMessage):
        from_wire(to_wire(recorded, 0) | change)
    with pytest.raises(UnreadableMessage):
        from_wire({})
