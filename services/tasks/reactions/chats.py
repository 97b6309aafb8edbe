"""What is said in threads asks for replies and brings information. Pure."""

from collections.abc import Iterable
from uuid import UUID

from services.tasks.commands import (
    CASE_TASKS,
    Following,
    HandleMessage,
    Owed,
    ResolveAutomatically,
    WithdrawTasks,
)
from services.tasks.reactions.cases import CaseFacts
from services.tasks.reactions.context import Context, cause_of, on_case, solving
from shared.contracts.ai_resolver import VerdictGiven
from shared.contracts.envelope import EventData, RecordedEvent, Stream
from shared.contracts.messaging import MessagePosted, ParticipantLeft, SenderRole, Side, ThreadClosed
from shared.contracts.tasks import AutomaticResolution

REPLY_BUSINESS_DAYS = 2


def parties(message: MessagePosted, _: CaseFacts) -> Iterable[UUID | None]:
    return (*message.recipient_ids, message.author_company_id) if _asks(message) else ()


def message_posted(event: RecordedEvent, message: MessagePosted, context: Context) -> Iterable[Following]:
    """Every human message asks the other side for a reply; the client's also brings what it was asked for."""
    if not _asks(message):
        return
    asked_zone = context.zone_of(message.author_company_id)
    yield HandleMessage(
        cause=cause_of(event),
        thread_id=message.thread_id,
        message_id=message.message_id,
        case_id=message.case_id,
        case_reference=message.case_reference,
        sending_side=_side(message.role),
        title=_title(message, context),
        owed=tuple(
            Owed(
                company_id=id_,
                deadline=context.company(id_)
                .calendar.deadline(event.time, REPLY_BUSINESS_DAYS)
                .model_copy(update={"asked_time_zone": asked_zone}),
            )
            for id_ in message.recipient_ids
        ),
        asked_by=message.author_company_id,
    )
    if message.case_id and board_looked_at(message):
        brings = solving("MoreInfoNeeded", "ClientInputRequired", by="reply")
        yield on_case(event, message.case_id, solves=[brings])


def board_looked_at(data: EventData) -> Stream | None:
    """Return the case's board where the event is a message of the client in the case's chat."""
    if not isinstance(data, MessagePosted) or not _asks(data):
        return None
    if data.thread_kind != "invoice_chat" or data.case_id is None:
        return None
    return Stream(CASE_TASKS, data.case_id) if data.role in ("creditor", "managing_partner") else None


def thread_closed(event: RecordedEvent, closed: ThreadClosed, _: Context) -> Iterable[Following]:
    yield WithdrawTasks(cause=cause_of(event), thread_id=closed.thread_id)


def participant_left(event: RecordedEvent, left: ParticipantLeft, _: Context) -> Iterable[Following]:
    """What a managing partner owed is the client's alone again."""
    yield WithdrawTasks(
        cause=cause_of(event), thread_id=left.thread_id, company_id=left.participant.company_id
    )


def verdict_given(event: RecordedEvent, verdict: VerdictGiven, _: Context) -> Iterable[Following]:
    """Nobody waits for a reply any more: a verdict that is sure solves the tasks it was given on."""
    if not verdict.closes_tasks or not verdict.task_ids:
        return
    yield ResolveAutomatically(
        cause=cause_of(event, stream=str(event.stream)),
        thread_id=verdict.thread_id,
        task_ids=verdict.task_ids,
        resolution=AutomaticResolution(
            verdict_id=event.id,
            thread_version=verdict.thread_version,
            reason=verdict.reason,
            model=verdict.model,
            prompt_version=verdict.prompt_version,
            label=verdict.label,
            classifier=verdict.classifier,
            threshold=verdict.threshold,
        ),
    )


def _asks(message: MessagePosted) -> bool:
    """Say whether a person speaks, to be answered: the platform and summaries of updates ask for nothing."""
    return message.role != "platform" and message.expects_reply


def _side(role: SenderRole) -> Side:
    """Return the side that a role speaks for; a managing partner speaks on the creditor's."""
    return "partner" if role == "partner" else "creditor"


def _title(message: MessagePosted, context: Context) -> str:
    """Return a title without personal data: titles outlive the erasure of a person."""
    if message.case_reference is not None:
        return f"New message on case {message.case_reference}"
    if message.author_company_id is not None:
        return f"New message from {context.company(message.author_company_id).name}"
    return "New message"
