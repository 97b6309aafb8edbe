"""Bursts for tests of the gates."""

from datetime import UTC, datetime
from uuid import UUID

from services.ai_resolver.decider.bursts import Burst, Message, last_burst
from shared.contracts.messaging import SenderRole

MORNING = datetime(2026, 11, 20, 8, tzinfo=UTC)


def a_message(
    text: str, *, role: SenderRole = "partner", version: int = 2, files: tuple[str, ...] = ()
) -> Message:
    return Message(
        id=UUID(int=version), version=version, role=role, body=text, attachments=files, time=MORNING
    )


def a_burst(*texts: str, files: tuple[str, ...] = ()) -> Burst:
    """Return a burst of the partner's with these messages; the files hang on the last one."""
    last = len(texts) - 1
    burst = last_burst(
        [
            a_message(text, version=number + 2, files=files if number == last else ())
            for number, text in enumerate(texts)
        ]
    )
    assert burst is not None
    return burst
