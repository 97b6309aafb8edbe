"""How the state of a long board is kept, so that it need not be folded from its beginning."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.tasks.decider import Board, OpenTask

_TASKS = TypeAdapter(list[OpenTask])


class BoardSnapshots:
    """
    `Board` as JSON and back.

    Count `schema` up when the shape of that JSON or the meaning of the state changes.
    """

    schema = 3
    every = 200

    def to_json(self, state: Board) -> Mapping[str, Any]:
        return {
            "open": _TASKS.dump_python(list(state.open.values()), mode="json"),
            "resolved": _TASKS.dump_python(list(state.resolved.values()), mode="json"),
            "handled": dict(state.handled),
        }

    def from_json(self, json: Mapping[str, Any]) -> Board:
        return Board(_by_id(json["open"]), _by_id(json["resolved"]), json["handled"])


def _by_id(tasks: Any) -> Mapping[UUID, OpenTask]:
    return {task.facts.id: task for task in _TASKS.validate_python(tasks)}
