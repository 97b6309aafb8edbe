"""Events that ai_resolver publishes: what it decided, what was objected to, and who switched it how."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import EventData, PersonalText
from shared.contracts.messaging import Side, Value

EXCHANGE_SOURCE = "ai_resolver"

Gate = Literal["candidate", "veto", "classifier", "model"]
Outcome = Literal["concluded", "reply_expected", "undecided"]
Mode = Literal["off", "shadow", "live"]
DialogueAct = Literal[
    "thanks",
    "acknowledgement",
    "agreement",
    "closing",
    "courtesy",
    "answer",
    "promise",
    "absence",
    "information",
    "question",
    "request",
    "problem",
    "instruction_to_machine",
    "unclear",
]


class GateResult(Value):
    """
    What one gate said of a burst. `reason` is a code for programs; `score` is what it measured, where it
    measures.
    """

    gate: Gate
    passed: bool
    reason: str
    score: float | None = None


class VerdictGiven(EventData):
    """
    It was judged whether a reply is still expected to a burst, in `ai-verdict-<thread>`. Subject: that of the
    thread.

    A burst is everything one side wrote since the other side's last message. `thread_version` is the version,
    in the thread's stream, of its last message: whoever knows of a newer message refuses the verdict.
    `task_ids` are the open reply tasks of the side that was to answer, `company_ids` those that owe them.

    Tasks are closed by a verdict with the outcome `concluded` that was given in the mode `live`, all of them
    or none, and by no other; `closes_tasks` says so. `undecided` is an error, to be tried again another
    night. `sentence` is the sentence that the verdict rests on: the least certain one.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    thread_id: UUID
    case_id: UUID | None
    thread_version: int
    side: Side
    task_ids: tuple[UUID, ...]
    company_ids: tuple[UUID, ...]
    message_ids: tuple[UUID, ...]
    outcome: Outcome
    mode: Mode
    reason: str
    gates: tuple[GateResult, ...]
    label: DialogueAct | None
    language: str | None
    model: str | None
    prompt_version: str | None
    classifier: str
    threshold: float
    sentence: PersonalText | None
    judged_at: datetime

    @property
    def closes_tasks(self) -> bool:
        return self.outcome == "concluded" and self.mode == "live"


class VerdictDisputed(EventData):
    """
    A person brought back a task that a verdict had closed, in `ai-verdict-<thread>`: the verdict was wrong.

    The burst that ends at `thread_version` is never judged again.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    thread_id: UUID
    case_id: UUID | None
    thread_version: int
    task_id: UUID
    company_id: UUID
    verdict_id: UUID
    disputed_at: datetime


class ResolverConfigured(EventData):
    """
    How the nightly clean-up treats a company's tasks from now on, in `ai-company-<company>`.

    `mode` None follows the installation's setting. `remote_model` says whether masked text may be sent to a
    model on another machine.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    company_id: UUID
    mode: Mode | None
    remote_model: bool
