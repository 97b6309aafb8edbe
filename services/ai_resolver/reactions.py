"""What ai_resolver does about other services' events: event -> command. Pure."""

from services.ai_resolver.commands import Command, RecordObjection
from shared.contracts.envelope import RecordedEvent
from shared.contracts.tasks import TaskReopened


def react(event: RecordedEvent) -> Command | None:
    """Return the command that follows from the event, None where nothing does."""
    match event.data:
        case TaskReopened(task=task, undone=undone) if task.thread_id is not None:
            return RecordObjection(
                thread_id=task.thread_id,
                case_id=task.case_id,
                task_id=task.id,
                company_id=task.company_id,
                verdict_id=undone.verdict_id,
                thread_version=undone.thread_version,
                event_id=event.id,
                at=event.time,
                correlation_id=event.correlation_id,
            )
        case _:
            return None
