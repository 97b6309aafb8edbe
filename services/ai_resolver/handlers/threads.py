"""Threads as ai_resolver reads them from the log."""

from collections.abc import Iterable

from services.ai_resolver.decider.bursts import Message
from shared.contracts.envelope import ERASED, RecordedEvent, Stream
from shared.contracts.messaging import CaseDetailsChanged, CaseOpened, MessagePosted
from shared.eventlog.protocol import EventLog

CASE = "case"
THREAD = "thread"
# So many versions of a thread before what is judged are read for what was said before.
LOOK_BACK = 16


def names_in(log: EventLog, events: Iterable[RecordedEvent]) -> frozenset[str]:
    """Return the names of those who wrote and, where the thread is a case's, of its debtor at any time."""
    names: set[str] = set()
    cases: dict[Stream, int] = {}
    for event in events:
        if isinstance(event.data, MessagePosted):
            names.add(event.data.author_name or "")
            if event.data.case_id is not None:
                cases[Stream(CASE, event.data.case_id)] = 0
    for event in log.read_streams(cases) if cases else ():
        if isinstance(event.data, CaseOpened | CaseDetailsChanged):
            names.add(event.data.debtor_name)
    return frozenset(name for name in names if name and name != ERASED)


def messages_of(events: Iterable[RecordedEvent]) -> list[Message]:
    """Return the messages among the events; one that asks for no reply counts as a note of the platform."""
    return [
        Message(
            id=event.data.message_id,
            version=event.version,
            role=event.data.role if event.data.expects_reply else "platform",
            body=event.data.body,
            attachments=tuple(each.file_name for each in event.data.attachments),
            time=event.time,
        )
        for event in events
        if isinstance(event.data, MessagePosted)
    ]
