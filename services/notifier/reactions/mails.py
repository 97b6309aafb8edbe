"""Threads as bursts, decisions as e-mails."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from services.notifier.commands import PLATFORM, Burst, BurstMessage
from shared.contracts.envelope import NewEvent, RecordedEvent
from shared.contracts.messaging import MessagePosted, Side, ThreadRead
from shared.contracts.notifier import ChatMailDecided, MailScheduled
from shared.errors import Poison


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A user as it is written to."""

    user_id: UUID
    company_id: UUID
    address: str
    name: str
    active: bool
    side: Side
    locale: str
    time_zone: str


def counts_for_burst(message: MessagePosted, company_id: UUID) -> bool:
    """Whether the company's users are to be told of the message: a person of the other side wrote it."""
    return message.role != "platform" and company_id in message.recipient_ids


def burst_of(thread: Sequence[RecordedEvent], company_id: UUID) -> Burst:
    """Return what the events of a thread, in their order, mean for one company."""
    messages = tuple(
        BurstMessage(
            id=event.data.message_id,
            version=event.version,
            position=event.position,
            posted_at=event.time,
            correlation_id=event.correlation_id,
            case_id=event.data.case_id,
            case_reference=event.data.case_reference,
        )
        for event in thread
        if isinstance(event.data, MessagePosted) and counts_for_burst(event.data, company_id)
    )
    return Burst(messages, read_up_to(thread))


def read_up_to(thread: Iterable[RecordedEvent]) -> dict[UUID, int]:
    """Return how far each user has read the thread, as the version of the last message read, by user."""
    furthest: dict[UUID, int] = {}
    for event in thread:
        match event.data:
            case ThreadRead(user_id=user_id, up_to_version=version):
                furthest[user_id] = max(version, furthest.get(user_id, 0))
            case _:
                pass
    return furthest


def mails_of(
    decision: RecordedEvent, recipients: Mapping[UUID, Recipient], *, domain: str
) -> tuple[NewEvent, ...]:
    """
    Return the e-mail for each user that the decision says is mailed, each for a stream of its own.

    Raises Poison for a user that is not among `recipients`.
    """
    decided = decision.data
    if not isinstance(decided, ChatMailDecided):
        raise Poison(f"{decision.type} decides on no e-mail")
    scheduled = []
    for planned in decided.mails:
        recipient = recipients.get(planned.user_id)
        if recipient is None:
            raise Poison(f"user {planned.user_id} is to be mailed and is not known")
        scheduled.append(
            NewEvent(
                id=uuid5(decision.id, f"mail:{planned.user_id}"),
                data=MailScheduled(
                    mail_id=planned.mail_id,
                    kind="chat",
                    company_id=decided.company_id,
                    user_id=planned.user_id,
                    address=recipient.address,
                    recipient_name=recipient.name,
                    locale=recipient.locale,
                    time_zone=recipient.time_zone,
                    thread_id=decided.thread_id,
                    case_id=decided.case_id,
                    case_reference=decided.case_reference,
                    message_id_header=f"<{planned.mail_id}@{domain}>",
                    references=roots(decided.case_id, decided.thread_id, domain),
                    message_ids=planned.message_ids,
                ),
                time=decision.time,
                actor=PLATFORM,
                audience=frozenset({decided.company_id}),
                subject=f"user:{planned.user_id}",
                correlation_id=decision.correlation_id,
                causation_id=decision.id,
            )
        )
    return tuple(scheduled)


def roots(case_id: UUID | None, thread_id: UUID, domain: str) -> tuple[str, ...]:
    """Return what e-mails about the thread refer to, so that a reader sees all of a case together."""
    thread = f"<thread.{thread_id}@{domain}>"
    return (thread,) if case_id is None else (f"<case.{case_id}@{domain}>", thread)
