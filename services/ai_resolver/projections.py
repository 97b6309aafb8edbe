"""Events -> rows of `companies`, `open_tasks` and `verdicts`, in the caller's transaction."""

from shared.contracts.ai_resolver import ResolverConfigured, VerdictDisputed, VerdictGiven
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import CompanyDetailsChanged, CompanyRegistered
from shared.contracts.tasks import TaskFacts, TaskOpened, TaskReopened, TaskSolved
from shared.db import DatabaseConnection, load_queries

_QUERIES = load_queries("services.ai_resolver.sql")


def project(event: RecordedEvent, connection: DatabaseConnection) -> None:
    """
    Write what the event changes; doing it again changes nothing.

    Sends statements and reads no results, so that a caller may send many of them in one pipeline.
    Expects the events of one stream in order.
    """
    match event.data:
        case (
            CompanyRegistered(company_id=company_id, details=details)
            | CompanyDetailsChanged(company_id=company_id, details=details)
        ):
            connection.execute(
                _QUERIES["put_company_zone"], {"id": company_id, "time_zone": details.time_zone}
            )
        case ResolverConfigured(company_id=company_id, mode=mode, remote_model=remote_model):
            connection.execute(
                _QUERIES["put_company_wish"], {"id": company_id, "mode": mode, "remote_model": remote_model}
            )
        case TaskOpened(task=task, thread_version=version) if task.type == "ReplyToChat":
            _add(connection, task, version, reopened=False)
        case TaskReopened(task=task, undone=undone) if task.type == "ReplyToChat":
            _add(connection, task, undone.thread_version, reopened=True)
        case TaskSolved(task=task):
            connection.execute(_QUERIES["remove_task"], {"id": task.id})
        case VerdictGiven() as verdict:
            _add_verdict(connection, event, verdict)
        case VerdictDisputed(verdict_id=verdict_id, disputed_at=disputed_at):
            connection.execute(_QUERIES["dispute_verdict"], {"id": verdict_id, "disputed_at": disputed_at})
        case _:
            pass


def _add(connection: DatabaseConnection, task: TaskFacts, version: int, *, reopened: bool) -> None:
    if task.thread_id is None:
        return
    connection.execute(
        _QUERIES["add_task"],
        {
            "id": task.id,
            "thread_id": task.thread_id,
            "side": task.side,
            "company_id": task.company_id,
            "message_id": task.message_id,
            "thread_version": version,
            "created_at": task.created_at,
            "reopened": reopened,
        },
    )


def _add_verdict(connection: DatabaseConnection, event: RecordedEvent, verdict: VerdictGiven) -> None:
    connection.execute(
        _QUERIES["add_verdict"],
        {
            "id": event.id,
            "thread_id": verdict.thread_id,
            "case_id": verdict.case_id,
            "thread_version": verdict.thread_version,
            "outcome": verdict.outcome,
            "mode": verdict.mode,
            "reason": verdict.reason,
            "label": verdict.label,
            "language": verdict.language,
            "model": verdict.model,
            "prompt_version": verdict.prompt_version,
            "classifier": verdict.classifier,
            "threshold": verdict.threshold,
            "tasks": len(verdict.task_ids),
            "judged_at": verdict.judged_at,
            "position": event.position,
        },
    )
