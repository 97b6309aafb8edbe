"""Snapshots of long threads: their state is a few lines of JSON however much was said."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.messaging.decider import thread
from shared.contracts.messaging import Participant


class ThreadSnapshots:
    """Keeps a thread's state as JSON; count `schema` up when the JSON's shape changes."""

    schema = 1
    every = 200

    def to_json(self, state: thread.State) -> Mapping[str, Any]:
        if isinstance(state, thread.NoThread):
            return {}
        if isinstance(state, thread.NeverOpened):
            return {"never_opened": state.reason}
        facts = state.facts
        return {
            "id": str(facts.id),
            "kind": facts.kind,
            "case_id": _text(facts.case_id),
            "case_reference": facts.case_reference,
            "partnership_id": _text(facts.partnership_id),
            "participants": [participant.model_dump(mode="json") for participant in facts.participants],
            "read_up_to": {str(user_id): version for user_id, version in state.read_up_to.items()},
            "closed": state.reason if isinstance(state, thread.ReadOnlyThread) else None,
        }

    def from_json(self, json: Mapping[str, Any]) -> thread.State:
        if not json:
            return thread.NoThread()
        if "never_opened" in json:
            return thread.NeverOpened(json["never_opened"])
        participants = tuple(Participant.model_validate(value) for value in json["participants"])
        facts = thread.ThreadFacts(
            id=UUID(json["id"]),
            kind=json["kind"],
            case_id=_id(json["case_id"]),
            case_reference=json["case_reference"],
            partnership_id=_id(json["partnership_id"]),
            participants=participants,
            companies=thread.companies_of(participants),
        )
        read_up_to = {UUID(user_id): version for user_id, version in json["read_up_to"].items()}
        if json["closed"] is None:
            return thread.WritableThread(facts, read_up_to)
        return thread.ReadOnlyThread(facts, read_up_to, json["closed"])


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
