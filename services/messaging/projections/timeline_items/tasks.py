"""Tasks that were opened, solved and opened again, and what the nightly clean-up said of them."""

from services.messaging.projections.timeline_items.item import Item, Items, text
from shared.contracts.ai_resolver import VerdictGiven
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    TimelineItemType,
)
from shared.contracts.tasks import TaskOpened, TaskReopened, TaskSolved


def _task_opened(event: RecordedEvent, data: TaskOpened) -> Item | None:
    return _task(event, data, "task_opened", "Task opened")


def _task_solved(event: RecordedEvent, data: TaskSolved) -> Item | None:
    by_verdict = data.automatic
    title = "Task closed automatically" if by_verdict else "Task solved"
    verdict_id = by_verdict.verdict_id if by_verdict else None
    return _task(event, data, "task_solved", title, solved_by=data.solved_by, verdict_id=text(verdict_id))


def _task_reopened(event: RecordedEvent, data: TaskReopened) -> Item | None:
    return _task(event, data, "task_reopened", "Task reopened", verdict_id=text(data.undone.verdict_id))


def _task(
    event: RecordedEvent,
    data: TaskOpened | TaskSolved | TaskReopened,
    kind: TimelineItemType,
    title: str,
    **more: str | None,
) -> Item | None:
    task = data.task
    if task.case_id is None:
        return None
    return Item(
        id=event.id,
        case_id=task.case_id,
        type=kind,
        title=title,
        description=task.title,
        data={
            "task_id": str(task.id),
            "task_type": task.type,
            "company_id": str(task.company_id),
            "due_at": text(task.deadline.due_at),
            **more,
        },
    )


def _verdict_given(event: RecordedEvent, data: VerdictGiven) -> Item | None:
    # What leaves its tasks open changes nothing for anybody, night after night.
    if data.case_id is None or not data.closes_tasks:
        return None
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="verdict_given",
        title="No reply seems to be expected any more",
        description=data.sentence,
        data={
            "verdict_id": str(event.id),
            "thread_id": str(data.thread_id),
            "task_ids": [str(id_) for id_ in data.task_ids],
            "message_ids": [str(id_) for id_ in data.message_ids],
            "reason": data.reason,
            "gates": [gate.model_dump(mode="json") for gate in data.gates],
            "label": data.label,
            "language": data.language,
            "model": data.model,
            "prompt_version": data.prompt_version,
            "classifier": data.classifier,
            "threshold": data.threshold,
        },
    )


ITEMS: Items = {
    TaskOpened: _task_opened,
    TaskReopened: _task_reopened,
    TaskSolved: _task_solved,
    VerdictGiven: _verdict_given,
}
