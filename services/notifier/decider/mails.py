"""What becomes of a burst of messages, and of an e-mail; pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from services.notifier.commands import (
    PLATFORM,
    BurstMessage,
    DecideBurst,
    MailCommand,
    Member,
    RecordAmbiguous,
    RecordFailed,
    RecordSent,
)
from shared.contracts.envelope import EventData, NewEvent, RecordedEvent, Stream
from shared.contracts.notifier import (
    BurstOutcome,
    ChatMailDecided,
    MailAttemptAmbiguous,
    MailFailed,
    MailScheduled,
    MailSent,
    PlannedMail,
)
from shared.errors import Poison

BURST_CATEGORY = "mail-burst"
MAIL_CATEGORY = "mail"


# --- bursts: mail-burst-<uuid5 of thread and company> ---


def burst_stream(thread_id: UUID, company_id: UUID) -> Stream:
    return Stream(BURST_CATEGORY, uuid5(thread_id, str(company_id)))


def mail_id(burst: Stream, first_message: UUID, user_id: UUID) -> UUID:
    """Return the id of the e-mail that tells the user of the burst which begins with that message."""
    return uuid5(burst.id, f"{first_message}:{user_id}")


@dataclass(frozen=True, slots=True)
class BurstState:
    """How far in the thread's stream it was decided who is mailed; 0 for not at all."""

    through_version: int = 0


def initial_burst() -> BurstState:
    return BurstState()


def evolve_burst(state: BurstState, event: RecordedEvent) -> BurstState:
    match event.data:
        case ChatMailDecided(through_version=through_version):
            return BurstState(max(state.through_version, through_version))
        case _:
            raise Poison(f"{event.type} does not belong in {event.stream}")


def undecided(state: BurstState, messages: tuple[BurstMessage, ...]) -> tuple[BurstMessage, ...]:
    """Return the messages that nobody has decided about yet."""
    return tuple(message for message in messages if message.version > state.through_version)


def due_at(command: DecideBurst, messages: tuple[BurstMessage, ...]) -> datetime:
    """Return when the burst of these messages (at least one) is to be decided."""
    if command.patience is None:
        return command.now
    times = [message.posted_at for message in messages]
    return command.patience.due_at(min(times), max(times))


def decide_burst(command: DecideBurst, state: BurstState) -> tuple[NewEvent, ...]:
    """Return the decision on the burst; nothing where there is no message, or the burst is not over yet."""
    messages = undecided(state, command.burst.messages)
    if not messages or due_at(command, messages) > command.now:
        return ()
    stream = burst_stream(command.thread_id, command.company_id)
    first, last = messages[0], messages[-1]
    outcomes: dict[UUID, BurstOutcome] = {}
    mails: list[PlannedMail] = []
    for member in command.members:
        unread = unread_by(member, command, messages)
        outcomes[member.user_id] = outcome_of(member, unread)
        if outcomes[member.user_id] == "mailed":
            mails.append(
                PlannedMail(
                    mail_id=mail_id(stream, first.id, member.user_id),
                    user_id=member.user_id,
                    message_ids=tuple(message.id for message in unread),
                )
            )
    return (
        NewEvent(
            id=uuid5(stream.id, f"decided:{last.version}"),
            data=ChatMailDecided(
                burst_id=stream.id,
                thread_id=command.thread_id,
                case_id=last.case_id,
                case_reference=last.case_reference,
                company_id=command.company_id,
                through_version=last.version,
                recipients=outcomes,
                mails=tuple(mails),
            ),
            time=command.now,
            actor=PLATFORM,
            audience=frozenset({command.company_id}),
            correlation_id=last.correlation_id,
            causation_id=last.id,
        ),
    )


def unread_by(
    member: Member, command: DecideBurst, messages: tuple[BurstMessage, ...]
) -> tuple[BurstMessage, ...]:
    read_up_to = command.burst.read_up_to.get(member.user_id, 0)
    return tuple(message for message in messages if message.version > read_up_to)


def outcome_of(member: Member, unread: tuple[BurstMessage, ...]) -> BurstOutcome:
    if member.reach != "reachable":
        return member.reach
    return "mailed" if unread else "read"


# --- e-mails: mail-<id> ---


def mail_stream(mail_id: UUID) -> Stream:
    return Stream(MAIL_CATEGORY, mail_id)


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such e-mail was ever scheduled."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The e-mail is to be sent; `ambiguous_attempts` may have handed it over already."""

    mail: MailScheduled
    scheduling: UUID
    correlation_id: UUID
    ambiguous_attempts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Settled:
    """The e-mail was sent or will never be: there is nothing left to do."""


MailState = Unknown | Scheduled | Settled


def initial_mail() -> MailState:
    return Unknown()


def evolve_mail(state: MailState, event: RecordedEvent) -> MailState:
    match event.data, state:
        case MailScheduled() as mail, _:
            return Scheduled(mail, event.id, event.correlation_id)
        case MailAttemptAmbiguous(attempt=attempt), Scheduled():
            return replace(state, ambiguous_attempts=state.ambiguous_attempts | {attempt})
        case MailAttemptAmbiguous(), _:
            return state
        case ((MailSent() | MailFailed()), _):
            return Settled()
        case _:
            raise Poison(f"{event.type} does not belong in {event.stream}")


def decide_mail(command: MailCommand, state: MailState) -> tuple[NewEvent, ...]:
    """
    Return what the attempt's outcome adds to the e-mail's history; nothing where the history says so already.

    Raises Poison for an e-mail that was never scheduled: nobody could have tried to send it.
    """
    match state:
        case Settled():
            return ()
        case Unknown():
            raise Poison("an e-mail was attempted that was never scheduled")
        case Scheduled():
            pass
        case _:
            assert_never(state)
    mail_id = state.mail.mail_id
    match command:
        case RecordSent(attempt=attempt, now=now):
            return (_of_mail(state, "sent", MailSent(mail_id=mail_id, attempt=attempt), now),)
        case RecordFailed(attempt=attempt, reason=reason, now=now):
            failed = MailFailed(mail_id=mail_id, attempt=attempt, reason=reason)
            return (_of_mail(state, "failed", failed, now),)
        case RecordAmbiguous(attempt=attempt, now=now):
            if attempt in state.ambiguous_attempts:
                return ()
            ambiguous = MailAttemptAmbiguous(mail_id=mail_id, attempt=attempt)
            return (_of_mail(state, f"ambiguous:{attempt}", ambiguous, now),)
        case _:
            assert_never(command)


def _of_mail(state: Scheduled, what: str, data: EventData, now: datetime) -> NewEvent:
    mail = state.mail
    return NewEvent(
        id=uuid5(mail.mail_id, what),
        data=data,
        time=now,
        actor=PLATFORM,
        audience=frozenset({mail.company_id}),
        subject=f"user:{mail.user_id}",
        correlation_id=state.correlation_id,
        causation_id=state.scheduling,
    )
