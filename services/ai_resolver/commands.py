"""What ai_resolver is told to do; a command carries the time and the ids it needs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.ai_resolver import DialogueAct, GateResult, Mode, Outcome
from shared.contracts.messaging import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveVerdict:
    """
    Record what was judged about the burst that ends at `thread_version`.

    `night` is when the night began in which it is judged: an error may be tried again in a later one.
    """

    thread_id: UUID
    case_id: UUID | None
    subject: str | None
    thread_version: int
    side: Side
    task_ids: tuple[UUID, ...]
    company_ids: tuple[UUID, ...]
    message_ids: tuple[UUID, ...]
    last_message_event_id: UUID
    outcome: Outcome
    mode: Mode
    reason: str
    results: tuple[GateResult, ...]
    label: DialogueAct | None
    language: str | None
    model: str | None
    prompt_version: str | None
    classifier: str
    threshold: float
    sentence: str | None
    night: datetime
    at: datetime
    correlation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordObjection:
    """A person brought a task back that a verdict had closed."""

    thread_id: UUID
    case_id: UUID | None
    task_id: UUID
    company_id: UUID
    verdict_id: UUID
    thread_version: int
    event_id: UUID
    at: datetime
    correlation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigureCompany:
    """Say how the clean-up treats a company's tasks; None leaves a thing as it is."""

    company_id: UUID
    mode: Mode | None
    follow_installation: bool
    remote_model: bool | None
    at: datetime
    actor: str
    correlation_id: UUID


Command = GiveVerdict | RecordObjection
