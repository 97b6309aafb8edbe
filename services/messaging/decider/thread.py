"""Threads: who takes part, whether they may write, how far each has read. Messages leave no trace in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from services.messaging.commands import (
    CloseThread,
    JoinThread,
    LeaveThread,
    MarkRead,
    OpenThread,
    PostMessage,
    ThreadCommand,
)
from shared.contracts.messaging import (
    MessagePosted,
    Participant,
    ParticipantJoined,
    ParticipantLeft,
    SenderRole,
    ThreadClosed,
    ThreadCloseReason,
    ThreadKind,
    ThreadOpened,
    ThreadRead,
)
from shared.errors import Conflict, NotFound

ThreadEvent = MessagePosted | ThreadRead | ThreadOpened | ThreadClosed | ParticipantJoined | ParticipantLeft

READ_ONLY_BECAUSE: dict[ThreadCloseReason, str] = {
    "declined": "The partner declined the case: this thread can only be read.",
    "reassigned": "The case was given to another partner: this thread can only be read.",
    "merged": "The case was merged into another: this thread can only be read.",
    "won": "The quote was accepted: go on in the case's own chat. This thread can only be read.",
    "lost": "The case was given to another partner: this thread can only be read.",
    "pulled_back": "The request for a quote was withdrawn: this thread can only be read.",
    "expired": "The request for a quote has expired: this thread can only be read.",
    "no_quote": "The request for a quote is over: this thread can only be read.",
}

PARTNER_STAYS: frozenset[ThreadCloseReason] = frozenset({"merged"})
"""The ends of a thread that are not the end of its partner's time on the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadFacts:
    """What was fixed when the thread was opened; `companies` are its participants', gathered once."""

    id: UUID
    kind: ThreadKind
    case_id: UUID | None
    case_reference: str | None
    partnership_id: UUID | None
    participants: tuple[Participant, ...]
    companies: frozenset[UUID]


def companies_of(participants: tuple[Participant, ...]) -> frozenset[UUID]:
    return frozenset(participant.company_id for participant in participants)


@dataclass(frozen=True, slots=True)
class NoThread:
    """Nobody has opened it."""


@dataclass(frozen=True, slots=True)
class WritableThread:
    """`read_up_to` holds the highest version that each user has read."""

    facts: ThreadFacts
    read_up_to: Mapping[UUID, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadOnlyThread:
    facts: ThreadFacts
    read_up_to: Mapping[UUID, int]
    reason: ThreadCloseReason


@dataclass(frozen=True, slots=True)
class NeverOpened:
    """Its time was over before anybody opened it, and nobody ever will."""

    reason: ThreadCloseReason


State = NoThread | WritableThread | ReadOnlyThread | NeverOpened


def initial() -> State:
    return NoThread()


def decide(command: ThreadCommand, state: State) -> tuple[ThreadEvent, ...]:
    match command:
        case PostMessage():
            return _post(command, state)
        case MarkRead():
            return _mark_read(command, state)
        case OpenThread():
            return _open(command, state)
        case CloseThread():
            return _close(command, state)
        case JoinThread():
            return _join(command, state)
        case LeaveThread():
            return _leave(command, state)
        case _:
            assert_never(command)


def evolve(state: State, event: ThreadEvent) -> State:  # noqa: PLR0911 - a table of events
    match event:
        case MessagePosted():
            return state
        case ThreadRead():
            return _read(state, event)
        case ThreadOpened():
            return WritableThread(
                ThreadFacts(
                    id=event.thread_id,
                    kind=event.kind,
                    case_id=event.case_id,
                    case_reference=event.case_reference,
                    partnership_id=event.partnership_id,
                    participants=event.participants,
                    companies=companies_of(event.participants),
                )
            )
        case ThreadClosed():
            match state:
                case WritableThread(facts=facts, read_up_to=read_up_to):
                    return ReadOnlyThread(facts, read_up_to, event.reason)
                case ReadOnlyThread() | NeverOpened():
                    return state
                case NoThread():
                    return NeverOpened(event.reason)
                case _:
                    assert_never(state)
        case ParticipantJoined():
            present = _opened(state).facts.participants
            return _with_participants(state, (*present, event.participant))
        case ParticipantLeft():
            present = _opened(state).facts.participants
            return _with_participants(state, tuple(each for each in present if each != event.participant))
        case _:
            assert_never(event)


def audience(state: State) -> frozenset[UUID]:
    """Return the companies that take part."""
    return frozenset() if isinstance(state, NoThread | NeverOpened) else state.facts.companies


def addressed(state: State, event: ThreadEvent) -> frozenset[UUID]:
    """
    Return who may know of the event, which has led to the state: its participants.

    Once a thread can only be read its partner's time on the case may be over: who of the others comes, goes
    and reads from then on is not for it to know.
    """
    everybody = audience(state)
    if not isinstance(state, ReadOnlyThread) or state.reason in PARTNER_STAYS:
        return everybody
    match event:
        case ParticipantJoined() | ParticipantLeft():
            return everybody - _partners(state.facts)
        case ThreadRead(company_id=reader):
            return everybody - (_partners(state.facts) - {reader})
        case _:
            return everybody


def subject(state: State) -> str | None:
    """Return whose key encrypts what is said in the thread: the case's, or the partnership's."""
    match state:
        case NoThread() | NeverOpened():
            return None
        case WritableThread(facts=facts) | ReadOnlyThread(facts=facts):
            return f"case:{facts.case_id}" if facts.case_id else f"partnership:{facts.partnership_id}"
        case _:
            assert_never(state)


def participation(state: State, company_id: UUID) -> Participant:
    """Return the company's place in the thread. Raises NotFound where it has none."""
    if not isinstance(state, NoThread | NeverOpened):
        for participant in state.facts.participants:
            if participant.company_id == company_id:
                return participant
    raise _not_found()


def _post(command: PostMessage, state: State) -> tuple[ThreadEvent, ...]:
    author = command.author
    role: SenderRole = participation(state, author.company_id).role if author else "platform"
    match state:
        case ReadOnlyThread(reason=reason):
            raise Conflict("thread_read_only", READ_ONLY_BECAUSE[reason])
        case WritableThread(facts=facts):
            return (
                MessagePosted(
                    message_id=command.message_id,
                    thread_id=facts.id,
                    thread_kind=facts.kind,
                    case_id=facts.case_id,
                    case_reference=facts.case_reference,
                    partnership_id=facts.partnership_id,
                    client_message_id=command.client_message_id,
                    role=role,
                    author_id=author.id if author else None,
                    author_name=author.name if author else None,
                    author_company_id=author.company_id if author else None,
                    # Nobody owes the platform an answer.
                    recipient_ids=_other_side(facts, role) if author else (),
                    body=command.body,
                    attachments=command.attachments,
                    expects_reply=command.expects_reply,
                ),
            )
        case NoThread() | NeverOpened():
            raise _not_found()
        case _:
            assert_never(state)


def _mark_read(command: MarkRead, state: State) -> tuple[ThreadEvent, ...]:
    participation(state, command.company_id)
    match state:
        case (
            WritableThread(facts=facts, read_up_to=read_up_to)
            | ReadOnlyThread(facts=facts, read_up_to=read_up_to)
        ):
            if command.up_to_version <= read_up_to.get(command.user_id, 0):
                return ()
            return (
                ThreadRead(
                    thread_id=facts.id,
                    case_id=facts.case_id,
                    user_id=command.user_id,
                    company_id=command.company_id,
                    up_to_message_id=command.up_to_message_id,
                    up_to_version=command.up_to_version,
                ),
            )
        case NoThread() | NeverOpened():
            raise _not_found()
        case _:
            assert_never(state)


def _open(command: OpenThread, state: State) -> tuple[ThreadEvent, ...]:
    match state:
        case NoThread():
            return (
                ThreadOpened(
                    thread_id=command.thread_id,
                    kind=command.kind,
                    case_id=command.case_id,
                    case_reference=command.case_reference,
                    engagement_id=command.engagement_id,
                    partnership_id=command.partnership_id,
                    lead_id=command.lead_id,
                    participants=command.participants,
                ),
            )
        case WritableThread() | ReadOnlyThread():
            return ()
        case NeverOpened(reason=reason):
            raise Conflict("thread_read_only", READ_ONLY_BECAUSE[reason])
        case _:
            assert_never(state)


def _close(command: CloseThread, state: State) -> tuple[ThreadEvent, ...]:
    match state:
        case WritableThread(facts=facts):
            return (ThreadClosed(thread_id=facts.id, case_id=facts.case_id, reason=command.reason),)
        case NoThread():
            # Whoever opens it a moment later must find it closed: a merged case is nobody's to write on.
            closed = ThreadClosed(thread_id=command.thread_id, case_id=command.case_id, reason=command.reason)
            return (closed,)
        case ReadOnlyThread() | NeverOpened():
            return ()
        case _:
            assert_never(state)


def _join(command: JoinThread, state: State) -> tuple[ThreadEvent, ...]:
    match state:
        case WritableThread(facts=facts) | ReadOnlyThread(facts=facts):
            if command.participant.company_id in facts.companies:
                return ()
            joined = ParticipantJoined(
                thread_id=facts.id, case_id=facts.case_id, participant=command.participant
            )
            return (joined,)
        case NoThread() | NeverOpened():
            # Whoever opens it later does so for everybody who takes part by then.
            return ()
        case _:
            assert_never(state)


def _leave(command: LeaveThread, state: State) -> tuple[ThreadEvent, ...]:
    match state:
        case WritableThread(facts=facts) | ReadOnlyThread(facts=facts):
            if command.participant not in facts.participants:
                return ()
            left = ParticipantLeft(thread_id=facts.id, case_id=facts.case_id, participant=command.participant)
            return (left,)
        case NoThread() | NeverOpened():
            return ()
        case _:
            assert_never(state)


def _opened(state: State) -> WritableThread | ReadOnlyThread:
    if isinstance(state, WritableThread | ReadOnlyThread):
        return state
    raise ValueError("a thread's stream begins with ThreadOpened")


def _with_participants(state: State, participants: tuple[Participant, ...]) -> State:
    thread = _opened(state)
    facts = replace(thread.facts, participants=participants, companies=companies_of(participants))
    return replace(thread, facts=facts)


def _read(state: State, event: ThreadRead) -> State:
    thread = _opened(state)
    return replace(thread, read_up_to={**thread.read_up_to, event.user_id: event.up_to_version})


def _other_side(facts: ThreadFacts, role: SenderRole) -> tuple[UUID, ...]:
    """Return the companies across the table; a managing partner sits on the creditor's side."""
    return tuple(
        participant.company_id
        for participant in facts.participants
        if (participant.role == "partner") != (role == "partner")
    )


def _partners(facts: ThreadFacts) -> frozenset[UUID]:
    return frozenset(each.company_id for each in facts.participants if each.role == "partner")


def _not_found() -> NotFound:
    return NotFound("thread_not_found", "There is no such thread.")
