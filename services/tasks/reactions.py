"""What tasks does about other services' events: event -> command. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.tasks.commands import Cause, Command, HandleMessage, Owed, WithdrawTasks
from shared.business_calendar import Calendar
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import MessagePosted, SenderRole, Side, ThreadClosed
from shared.errors import Poison

REPLY_BUSINESS_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What tasks must know of a company: its name, for titles, and the calendar that its deadlines follow."""

    id: UUID
    name: str
    calendar: Calendar


def companies_needed(event: RecordedEvent) -> frozenset[UUID]:
    """Return the companies that `react` has to be handed for this event."""
    match event.data:
        case MessagePosted() as message if message.role != "platform" and message.expects_reply:
            author = message.author_company_id
            return frozenset(message.recipient_ids if author is None else (*message.recipient_ids, author))
        case _:
            return frozenset()


def react(event: RecordedEvent, companies: Mapping[UUID, Company]) -> Command | None:
    """
    Return the command that follows from the event, None where nothing does.

    `companies` holds those that `companies_needed` named, as they were when the event came.
    Raises Poison where one is missing.
    """
    match event.data:
        case MessagePosted() as message if message.role != "platform" and message.expects_reply:
            return HandleMessage(
                cause=_cause(event),
                thread_id=message.thread_id,
                message_id=message.message_id,
                case_id=message.case_id,
                case_reference=message.case_reference,
                sending_side=_side(message.role),
                title=_title(message, companies),
                owed=tuple(
                    Owed(
                        company_id=id_,
                        deadline=_known(id_, companies).calendar.deadline(event.time, REPLY_BUSINESS_DAYS),
                    )
                    for id_ in message.recipient_ids
                ),
            )
        case ThreadClosed(thread_id=thread_id):
            return WithdrawTasks(cause=_cause(event), thread_id=thread_id)
        case _:
            return None


def _cause(event: RecordedEvent) -> Cause:
    return Cause(
        event_id=event.id,
        thread_version=event.version,
        time=event.time,
        correlation_id=event.correlation_id,
        subject=event.subject,
    )


def _side(role: SenderRole) -> Side:
    """Return the side that a role speaks for; a managing partner speaks on the creditor's."""
    return "partner" if role == "partner" else "creditor"


def _title(message: MessagePosted, companies: Mapping[UUID, Company]) -> str:
    """Return a title without personal data: titles outlive the erasure of a person."""
    if message.case_reference is not None:
        return f"New message on case {message.case_reference}"
    if message.author_company_id is not None:
        return f"New message from {_known(message.author_company_id, companies).name}"
    return "New message"


def _known(company_id: UUID, companies: Mapping[UUID, Company]) -> Company:
    try:
        return companies[company_id]
    except KeyError:
        raise Poison(
            f"Company {company_id} is not known here: look at the parked events of its stream, "
            "retry those first, then this message."
        ) from None
