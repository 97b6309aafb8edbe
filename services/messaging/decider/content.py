"""
Contents: the same bytes are stored once, however many files have them.

Whether an object may go is decided here, by the stream of its content. A key that was given up is never used
again: whoever uploads the same content later brings an object with a key of its own.
"""

from dataclasses import dataclass, field
from typing import assert_never
from uuid import UUID

from services.messaging.commands import ContentCommand, ReleaseContent, UseContent
from shared.contracts.messaging import ContentReleased, ContentUsed

ContentEvent = ContentUsed | ContentReleased


@dataclass(frozen=True, slots=True)
class Content:
    """The object that holds the content, and the files that have it; None once the last one went."""

    object_key: str | None = None
    file_ids: frozenset[UUID] = field(default_factory=frozenset)


def initial() -> Content:
    return Content()


def decide(command: ContentCommand, state: Content) -> tuple[ContentEvent, ...]:
    match command:
        case UseContent():
            if command.file_id in state.file_ids:
                return ()
            return (
                ContentUsed(
                    sha256=command.sha256,
                    object_key=state.object_key or command.object_key,
                    size=command.size,
                    file_id=command.file_id,
                ),
            )
        case ReleaseContent():
            if command.file_id not in state.file_ids or state.object_key is None:
                return ()
            return (
                ContentReleased(
                    sha256=command.sha256,
                    object_key=state.object_key,
                    file_id=command.file_id,
                    unused=len(state.file_ids) == 1,
                ),
            )
        case _:
            assert_never(command)


def evolve(state: Content, event: ContentEvent) -> Content:
    match event:
        case ContentUsed():
            return Content(event.object_key, state.file_ids | {event.file_id})
        case ContentReleased():
            left = state.file_ids - {event.file_id}
            return Content(None if event.unused else state.object_key, left)
        case _:
            assert_never(event)


def audience(_state: Content) -> frozenset[UUID]:
    """Return nobody: that two companies have the same file is neither's business."""
    return frozenset()
