"""How the state of a long stream of reply tasks is kept, so that it need not be folded from its beginning."""

from collections.abc import Mapping
from typing import Any

from services.tasks.decider import ReplyTasks
from shared.contracts.tasks import TaskFacts


class ReplyTasksSnapshots:
    """
    `ReplyTasks` as JSON and back.

    Count `schema` up when the shape of that JSON or the meaning of the state changes.
    """

    schema = 1
    every = 200

    def to_json(self, state: ReplyTasks) -> Mapping[str, Any]:
        return {
            "open": [task.model_dump(mode="json") for task in state.open.values()],
            "handled_version": state.handled_version,
        }

    def from_json(self, json: Mapping[str, Any]) -> ReplyTasks:
        tasks = [TaskFacts.model_validate(task) for task in json["open"]]
        return ReplyTasks({task.id: task for task in tasks}, json["handled_version"])
