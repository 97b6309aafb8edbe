"""Tasks: told to the company that owes the answer."""

from datetime import datetime

from services.gateway.reactions.shown import LiveEvent, Reactions, utc
from shared.contracts import tasks
from shared.contracts.envelope import RecordedEvent


def _task(
    facts: tasks.TaskFacts,
    solved: tasks.TaskSolved | None = None,
    *,
    due_at: datetime | None = None,
    overdue: bool = False,
    assignee: tasks.Assignee | None = None,
    postponed_to: datetime | None = None,
) -> tasks.TaskView:
    return tasks.TaskView(
        id=facts.id,
        type=facts.type,
        type_label=tasks.TYPE_LABELS[facts.type],
        title=facts.title,
        status="solved" if solved else "open",
        case_id=facts.case_id,
        case_reference=facts.case_reference,
        thread_id=facts.thread_id,
        company_id=facts.company_id,
        assignee=assignee,
        created_at=utc(facts.created_at),
        due_at=utc(due_at or facts.deadline.due_at),
        overdue=overdue,
        solved_at=utc(solved.solved_at) if solved else None,
        solved_by=solved.solved_by if solved else None,
        deadline=tasks.DeadlineView(
            calendar=facts.deadline.calendar,
            time_zone=facts.deadline.time_zone,
            skipped_days=facts.deadline.skipped_days,
            rule=facts.deadline.rule,
            asked_time_zone=facts.deadline.asked_time_zone,
        ),
        about_id=facts.about_id,
        postponed_to=utc(postponed_to) if postponed_to else None,
        reason=solved.automatic.reason if solved and solved.automatic else None,
        reopenable=solved is not None and solved.automatic is not None,
        automatic=tasks.automatic_view(solved.automatic) if solved and solved.automatic else None,
    )


def _task_opened(_: RecordedEvent, data: tasks.TaskOpened) -> LiveEvent:
    return LiveEvent("task.opened", _task(data.task))


def _task_reopened(_: RecordedEvent, data: tasks.TaskReopened) -> LiveEvent:
    return LiveEvent("task.reopened", _task(data.task))


def _task_assigned(_: RecordedEvent, data: tasks.TaskAssigned) -> LiveEvent:
    assignee = None
    if data.assignee_id is not None:
        assignee = tasks.Assignee(id=data.assignee_id, name=data.assignee_name or "")
    return LiveEvent("task.assigned", _task(data.task, assignee=assignee))


def _task_postponed(_: RecordedEvent, data: tasks.TaskPostponed) -> LiveEvent:
    return LiveEvent("task.postponed", _task(data.task, due_at=data.due_at, postponed_to=data.postponed_to))


def _task_became_overdue(_: RecordedEvent, data: tasks.TaskBecameOverdue) -> LiveEvent:
    return LiveEvent("task.overdue", _task(data.task, due_at=data.due_at, overdue=True))


def _task_solved(_: RecordedEvent, data: tasks.TaskSolved) -> LiveEvent:
    return LiveEvent("task.solved", _task(data.task, data))


REACTIONS: Reactions = {
    tasks.TaskAssigned: _task_assigned,
    tasks.TaskBecameOverdue: _task_became_overdue,
    tasks.TaskOpened: _task_opened,
    tasks.TaskPostponed: _task_postponed,
    tasks.TaskReopened: _task_reopened,
    tasks.TaskSolved: _task_solved,
}
