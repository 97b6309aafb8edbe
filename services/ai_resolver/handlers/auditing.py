"""What was said in a burst that was judged: read from the log, where it stays."""

from typing import Any
from uuid import UUID

from services.ai_resolver.decider.bursts import Burst, last_burst
from services.ai_resolver.handlers.threads import LOOK_BACK, THREAD, messages_of
from services.ai_resolver.queries import DisputedRow
from shared.contracts.envelope import Stream
from shared.eventlog.protocol import EventLog


def read_burst(log: EventLog, thread_id: UUID, version: int) -> Burst | None:
    """Return the burst that ends at that version of the thread."""
    events = log.read_stream(Stream(THREAD, thread_id), after_version=max(0, version - LOOK_BACK))
    return last_burst(messages_of(event for event in events if event.version <= version))


def as_item(log: EventLog, row: DisputedRow) -> dict[str, Any] | None:
    """Return what a person objected to as an item of evaluation data; None where it cannot be read."""
    burst = read_burst(log, row.thread_id, row.thread_version)
    if burst is None:
        return None
    return {
        "id": f"objection-{row.verdict_id}",
        "lang": row.language or "unknown",
        "thread": [
            {"role": message.role, "text": message.body} for message in (*burst.before, *burst.messages)
        ],
        "attachments": list(burst.last.attachments),
        "expected": "reply_expected",
        "category": "objection",
        "story": str(row.thread_id),
    }
