"""
Our streams: how each kind is folded, and the one place where what was decided gets its envelope.

Deciders speak of facts only. Who did it, when, who may know of it and whose key encrypts it is added here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Generic, TypeVar, cast
from uuid import UUID, uuid5

from services.messaging.commands import Origin
from services.messaging.decider import (
    call,
    case,
    company,
    complaint,
    content,
    file,
    lead,
    note,
    partnership,
    thread,
    user,
)
from services.messaging.handlers.snapshots import ThreadSnapshots
from shared.command_handling import Loaded, StateStore, append_decided, load_together
from shared.contracts.envelope import EventData, NewEvent, Stream
from shared.contracts.messaging import (
    BidderBarred,
    BidEnded,
    CallLogged,
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintFiled,
    ContentReleased,
    ContentUsed,
    FileAttached,
    FileDeleted,
    FileUploaded,
    LeadClosed,
    LeadOpened,
    MessagePosted,
    NoteDeleted,
    NoteLogged,
    PartnerInvited,
    PaymentReported,
    QuoteChoiceReminded,
    QuoteSubmitted,
    ThreadClosed,
    ThreadOpened,
)
from shared.eventlog.protocol import Appended, EventLog

# Several replicas may write in one busy thread, and whoever loses a round has even chances in the next.
_ATTEMPTS = 20

S = TypeVar("S")
E = TypeVar("E", bound=EventData)


@dataclass(frozen=True, slots=True)
class Rules(Generic[S, E]):
    """
    The pure functions of one kind of stream, as its decider has them.

    `addressed` is given where who may know depends on the event, and not on the stream alone.
    """

    initial: Callable[[], S]
    evolve: Callable[[S, E], S]
    audience: Callable[[S], frozenset[UUID]]
    subject: Callable[[UUID, S], str | None]
    addressed: Callable[[S, E], frozenset[UUID]] | None = None


class Streams(Generic[S, E]):
    """All streams of one kind."""

    def __init__(self, store: StateStore[S], rules: Rules[S, E]) -> None:
        self.store = store
        self._rules = rules

    def stream(self, stream_id: UUID) -> Stream:
        return self.store.stream(stream_id)

    def load(self, stream_id: UUID) -> S:
        """Return the state as of now."""
        return self.store.load(stream_id).state

    def carry_out(
        self,
        stream_id: UUID,
        origin: Origin,
        decide: Callable[[S], Sequence[E]],
        *,
        audience: frozenset[UUID] | None = None,
        witnesses: Callable[[S], frozenset[UUID]] = lambda _: frozenset(),
    ) -> Appended | None:
        """
        Decide on the stream's state and append the outcome; None where there is nothing to append.

        `audience` is given where another stream decides who may know of it, `witnesses` where another decides
        who may know of it as well. Raises what `decide` raises, and ContendedStream where others were quicker
        every time.
        """
        stream = self.store.stream(stream_id)

        def decide_events(loaded: Loaded[S]) -> list[NewEvent]:
            decided = decide(loaded.state)
            events = self._in_envelopes(stream, origin, loaded.state, decided, audience)
            if not events:
                return events
            more = witnesses(reduce(self._rules.evolve, decided, loaded.state))
            return [replace(event, audience=event.audience | more) for event in events] if more else events

        return append_decided(self.store, stream_id, decide_events, attempts=_ATTEMPTS)

    def _in_envelopes(
        self,
        stream: Stream,
        origin: Origin,
        state: S,
        decided: Sequence[E],
        audience: frozenset[UUID] | None,
    ) -> list[NewEvent]:
        """Give each event its envelope; its audience is who may know of the stream once it has happened."""
        events = []
        for data in decided:
            state = self._rules.evolve(state, data)
            events.append(
                NewEvent(
                    id=_event_id(data, stream, origin),
                    data=data,
                    time=origin.at,
                    actor=origin.actor,
                    audience=self._audience(state, data) if audience is None else audience,
                    subject=self._rules.subject(stream.id, state),
                    correlation_id=origin.correlation_id,
                    causation_id=origin.causation_id,
                )
            )
        return events

    def _audience(self, state: S, data: E) -> frozenset[UUID]:
        rules = self._rules
        return rules.addressed(state, data) if rules.addressed else rules.audience(state)


@dataclass(frozen=True, slots=True)
class Archive:
    """The streams that messaging owns, in one log."""

    log: EventLog
    companies: Streams[company.State, company.CompanyEvent]
    users: Streams[user.State, user.UserEvent]
    partnerships: Streams[partnership.State, partnership.PartnershipEvent]
    cases: Streams[case.State, case.CaseEvent]
    leads: Streams[lead.State, lead.LeadEvent]
    threads: Streams[thread.State, thread.ThreadEvent]
    files: Streams[file.State, file.FileEvent]
    contents: Streams[content.Content, content.ContentEvent]
    notes: Streams[note.State, note.NoteEvent]
    calls: Streams[call.State, CallLogged]
    complaints: Streams[complaint.State, complaint.ComplaintEvent]

    def load_together(self, *wanted: tuple[Streams[Any, Any], UUID]) -> list[Any]:
        """Return the states of several streams as of one moment, in the order given."""
        return [
            loaded.state
            for loaded in load_together(
                self.log, [(streams.store, stream_id) for streams, stream_id in wanted]
            )
        ]


def open_archive(log: EventLog) -> Archive:
    """Return our streams in that log; nothing is read yet."""
    return Archive(
        log=log,
        companies=_streams(
            log, "company", Rules(company.initial, company.evolve, company.audience, lambda _id, _: None)
        ),
        users=_streams(
            log,
            "user",
            Rules(user.initial, user.evolve, user.audience, lambda stream_id, _: f"user:{stream_id}"),
        ),
        partnerships=_streams(
            log,
            "partnership",
            Rules(
                partnership.initial,
                partnership.evolve,
                partnership.audience,
                lambda _id, state: partnership.subject(state),
            ),
        ),
        cases=_streams(
            log,
            "case",
            Rules(
                case.initial,
                case.evolve,
                case.audience,
                lambda stream_id, _: f"case:{stream_id}",
                addressed=case.addressed,
            ),
        ),
        leads=_streams(
            log,
            "lead",
            Rules(
                lead.initial,
                lead.evolve,
                lead.audience,
                lambda _id, state: lead.subject(state),
                addressed=lead.addressed,
            ),
        ),
        threads=_streams(
            log,
            "thread",
            Rules(
                thread.initial,
                thread.evolve,
                thread.audience,
                lambda _id, state: thread.subject(state),
                addressed=thread.addressed,
            ),
            snapshots=ThreadSnapshots(),
        ),
        files=_streams(
            log,
            "file",
            Rules(file.initial, file.evolve, file.known_to, lambda _id, state: file.subject(state)),
        ),
        contents=_streams(
            log, "content", Rules(content.initial, content.evolve, content.audience, lambda _id, _: None)
        ),
        # Who may know of these is decided by their case, which is not in their streams.
        notes=_streams(
            log,
            "note",
            Rules(note.initial, note.evolve, lambda _: frozenset(), lambda _id, state: note.subject(state)),
        ),
        calls=_streams(
            log,
            "call",
            Rules(call.initial, call.evolve, lambda _: frozenset(), lambda _id, state: call.subject(state)),
        ),
        complaints=_streams(
            log,
            "complaint",
            Rules(
                complaint.initial,
                complaint.evolve,
                lambda _: frozenset(),
                lambda _id, state: complaint.subject(state),
            ),
        ),
    )


def _streams(
    log: EventLog, category: str, rules: Rules[S, E], *, snapshots: ThreadSnapshots | None = None
) -> Streams[S, E]:
    store: StateStore[Any] = StateStore(
        log,
        category,
        initial=rules.initial,
        # Our streams hold our own contracts; evolve fails loudly on one that this version does not know.
        evolve=lambda state, event: rules.evolve(state, cast("E", event.data)),
        snapshots=snapshots,
    )
    return Streams(store, rules)


def _event_id(data: EventData, stream: Stream, origin: Origin) -> UUID:  # noqa: PLR0911 - a table of events
    """
    Return the event's id: the same whenever the same thing is decided again.

    A message has its own, and what happens once in a stream, such as a thread's opening, has one, whoever
    asks for it. Everything else can happen again and follows from the command, which makes at most one event
    of a type.
    """
    match data:
        case MessagePosted():
            return data.message_id
        case PaymentReported():
            return data.payment_id
        case ContentUsed() | ContentReleased():
            return uuid5(data.file_id, f"{type(data).__name__}:{stream.id}")
        case (
            ThreadOpened()
            | ThreadClosed()
            | LeadOpened()
            | LeadClosed()
            | FileUploaded()
            | FileAttached()
            | FileDeleted()
            | NoteLogged()
            | NoteDeleted()
            | CallLogged()
            | ComplaintFiled()
            | ComplaintAccepted()
            | ComplaintAnswered()
        ):
            return once_id(type(data), stream.id)
        case BidderBarred() | PartnerInvited() | QuoteSubmitted() | BidEnded():
            return bid_event_id(type(data), stream.id, data.partner_id)
        case QuoteChoiceReminded():
            return uuid5(stream.id, f"{type(data).__name__}:{data.days}")
        case _:
            return follow_id(type(data), stream, origin)


def follow_id(contract: type[EventData], stream: Stream, origin: Origin) -> UUID:
    """Return the id of the event of that kind which the command of that origin leads to in the stream."""
    return uuid5(origin.id, f"{contract.__name__}:{stream.id}")


def bid_event_id(contract: type[EventData], lead_id: UUID, partner_id: UUID) -> UUID:
    """Return the id of an event that a lead can hold only once for each partner."""
    return uuid5(lead_id, f"{contract.__name__}:{partner_id}")


def once_id(contract: type[EventData], stream_id: UUID) -> UUID:
    """Return the id of an event that a stream can hold only once."""
    return uuid5(stream_id, contract.__name__)
