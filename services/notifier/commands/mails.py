"""Bursts and e-mails: what can be asked of them, frozen, with time and everything else the decision needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

PLATFORM = "platform"
"""The actor of everything that notifier decides: no person asked for it."""


@dataclass(frozen=True, slots=True)
class BurstMessage:
    """
    A message of the other side as it counts for a burst.

    `version` is its place in the thread's stream, `position` the one in the whole log.
    """

    id: UUID
    version: int
    position: int
    posted_at: datetime
    correlation_id: UUID
    case_id: UUID | None
    case_reference: str | None


@dataclass(frozen=True, slots=True)
class Burst:
    """What a company was written in a thread since some version, and how far each user has read."""

    messages: tuple[BurstMessage, ...]
    read_up_to: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Member:
    """A user of the company, and whether e-mail about messages may go to it."""

    user_id: UUID
    reach: Literal["reachable", "inactive", "off", "suppressed"]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an e-mail waits: until nobody wrote for `quiet`, but never longer than `max_wait` in all."""

    quiet: timedelta
    max_wait: timedelta

    def due_at(self, first: datetime, last: datetime) -> datetime:
        return min(last + self.quiet, first + self.max_wait)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideBurst:
    """Decide about the burst if it is due; with `patience` None it is due whenever there is a message."""

    thread_id: UUID
    company_id: UUID
    burst: Burst
    members: tuple[Member, ...]
    patience: Patience | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSent:
    """The mail server took the mail at this attempt."""

    attempt: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFailed:
    """The mail will not be sent; `reason` is a code."""

    attempt: int
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAmbiguous:
    """Nobody knows whether the server took the mail at this attempt."""

    attempt: int
    now: datetime


MailCommand = RecordSent | RecordFailed | RecordAmbiguous
