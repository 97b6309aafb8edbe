"""What messaging makes of the log: it follows its own streams, opens and closes threads, keeps its tables."""

from collections.abc import Sequence
from typing import assert_never

from services.messaging import projections, reactions
from services.messaging.commands import AttachFile, CloseThread, OpenThread, Origin
from services.messaging.decider import file, thread
from services.messaging.handlers.streams import Archive, once_id
from shared.contracts.envelope import EventData, RecordedEvent
from shared.contracts.messaging import FileAttached, ThreadClosed, ThreadOpened
from shared.db import DatabaseConnection
from shared.eventlog.protocol import Appended
from shared.subscription import SubscriptionDefinition

NAME = "messaging"
CATEGORIES = frozenset({"company", "user", "partnership", "case", "thread", "file", "content"})


Consequence = OpenThread | CloseThread | AttachFile


def subscription(archive: Archive) -> SubscriptionDefinition:
    """Return the definition of messaging's subscription; it needs no other service's streams."""

    def react_to(event: RecordedEvent, connection: DatabaseConnection) -> Sequence[Appended]:
        del connection  # decided from streams alone
        return react(archive, event)

    return SubscriptionDefinition(
        name=NAME,
        categories=CATEGORIES,
        own_categories=CATEGORIES,
        react=react_to,
        project=projections.project,
        sources=frozenset({NAME}),
    )


def react(archive: Archive, event: RecordedEvent) -> list[Appended]:
    """Append what follows from the event and return it, also what had been appended for it before."""
    wanted = reactions.react(event.data)
    if not wanted:
        return []
    origin = Origin(
        id=event.id,
        at=event.time,
        actor="platform",
        correlation_id=event.correlation_id,
        causation_id=event.id,
    )
    outcomes = (_carry_out(archive, command, origin) for command in wanted)
    return [outcome for outcome in outcomes if outcome is not None]


def _carry_out(archive: Archive, command: Consequence, origin: Origin) -> Appended | None:
    if isinstance(command, AttachFile):
        return _attach(archive, command, origin)
    appended = archive.threads.carry_out(
        command.thread_id, origin, lambda state: thread.decide(command, state)
    )
    if appended is not None:
        return appended
    earlier = archive.log.find(
        archive.threads.stream(command.thread_id), once_id(_outcome_of(command), command.thread_id)
    )
    return Appended((earlier,), duplicate=True) if earlier else None


def _attach(archive: Archive, command: AttachFile, origin: Origin) -> Appended | None:
    appended = archive.files.carry_out(command.file_id, origin, lambda state: file.decide(command, state))
    if appended is not None:
        return appended
    earlier = archive.log.find(archive.files.stream(command.file_id), once_id(FileAttached, command.file_id))
    return Appended((earlier,), duplicate=True) if earlier else None


def _outcome_of(command: OpenThread | CloseThread) -> type[EventData]:
    match command:
        case OpenThread():
            return ThreadOpened
        case CloseThread():
            return ThreadClosed
        case _:
            assert_never(command)
