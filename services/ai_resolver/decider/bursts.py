"""What is judged: everything one side wrote since the other side's last message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.messaging import SenderRole, Side

# What was said before gives a language model its bearings; more would only be more to mask and to pay.
CONTEXT_MESSAGES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of a thread; `version` is its version in the thread's stream."""

    id: UUID
    version: int
    role: SenderRole
    body: str
    attachments: tuple[str, ...]
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """
    The last messages of one side without a human word of the other side in between, oldest first.

    `before` are the messages that precede it, oldest first. `names` are names that may occur in them, of
    debtors and people: what is shown to a model does without.
    """

    side: Side
    messages: tuple[Message, ...]
    before: tuple[Message, ...]
    names: frozenset[str] = frozenset()

    @property
    def last(self) -> Message:
        return self.messages[-1]

    @property
    def text(self) -> str:
        return "\n".join(message.body for message in self.messages)


def side_of(role: SenderRole) -> Side | None:
    """Return the side that a role speaks for: a managing partner the creditor's, the platform none."""
    if role == "platform":
        return None
    return "partner" if role == "partner" else "creditor"


def last_burst(messages: Sequence[Message]) -> Burst | None:
    """Return the burst that ends the thread; None where no human wrote. The platform's notes are no part."""
    human = [message for message in messages if side_of(message.role) is not None]
    if not human:
        return None
    side = side_of(human[-1].role)
    start = len(human)
    while start > 0 and side_of(human[start - 1].role) == side:
        start -= 1
    if side is None:
        return None
    return Burst(
        side=side,
        messages=tuple(human[start:]),
        before=tuple(human[max(0, start - CONTEXT_MESSAGES) : start]),
    )
