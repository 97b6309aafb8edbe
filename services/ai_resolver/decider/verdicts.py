"""What was judged about a thread and what people objected to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from services.ai_resolver.commands import Command, GiveVerdict, RecordObjection
from shared.contracts.ai_resolver import Mode, Outcome, VerdictDisputed, VerdictGiven
from shared.contracts.envelope import EventData, NewEvent
from shared.errors import Poison

ACTOR = "platform"

JudgedBy = tuple[int, str, str | None, str | None, float, Mode]
"""The version of the thread and everything that a verdict on it depends on."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """
    The verdicts of a thread by what they depended on, and the tasks that people brought back.

    `count` is the number of verdicts that were ever given: the ids of events derive from it.
    """

    given: Mapping[JudgedBy, tuple[Outcome, datetime]] = field(default_factory=dict)
    disputed_tasks: frozenset[UUID] = frozenset()
    disputed_versions: frozenset[int] = frozenset()
    count: int = 0


def initial_state() -> Verdicts:
    return Verdicts()


def decide(command: Command, state: Verdicts) -> tuple[NewEvent, ...]:
    """
    Return what the command changes, ready to be appended.

    The same judge says of the same burst the same, so it is not asked to say it twice; only an error is tried
    again, the next night. What a person brought back is never closed again.
    """
    match command:
        case GiveVerdict():
            return _verdict(command, state)
        case RecordObjection():
            return () if command.task_id in state.disputed_tasks else (_objection(command),)
        case _:
            assert_never(command)


def evolve(state: Verdicts, data: EventData) -> Verdicts:
    """Return the state after one event of the stream. Raises Poison for one that this version cannot know."""
    match data:
        case VerdictGiven() as verdict:
            key = _judged_by(verdict)
            return Verdicts(
                {**state.given, key: (verdict.outcome, verdict.judged_at)},
                state.disputed_tasks,
                state.disputed_versions,
                state.count + 1,
            )
        case VerdictDisputed(task_id=task_id, thread_version=version):
            return Verdicts(
                state.given,
                state.disputed_tasks | {task_id},
                state.disputed_versions | {version},
                state.count,
            )
        case _:
            raise Poison("The stream of verdicts holds an event of a newer release: upgrade, then retry.")


def _judged_by(verdict: VerdictGiven | GiveVerdict) -> JudgedBy:
    return (
        verdict.thread_version,
        verdict.classifier,
        verdict.model,
        verdict.prompt_version,
        verdict.threshold,
        verdict.mode,
    )


def is_settled(key: JudgedBy, state: Verdicts, night: datetime) -> bool:
    """
    Say whether judging again would tell nothing new.

    What was left open with a language model is not judged again without one, which knows less.
    """
    version, _, model, *_ = key
    if version in state.disputed_versions:
        return True
    if model is None and any(
        earlier[0] == version and earlier[2] is not None and outcome == "reply_expected"
        for earlier, (outcome, _) in state.given.items()
    ):
        return True
    if key not in state.given:
        return False
    outcome, judged_at = state.given[key]
    return outcome != "undecided" or judged_at >= night


def _verdict(command: GiveVerdict, state: Verdicts) -> tuple[NewEvent, ...]:
    if is_settled(_judged_by(command), state, command.night):
        return ()
    if state.disputed_tasks & set(command.task_ids):
        return ()
    data = VerdictGiven(
        thread_id=command.thread_id,
        case_id=command.case_id,
        thread_version=command.thread_version,
        side=command.side,
        task_ids=command.task_ids,
        company_ids=command.company_ids,
        message_ids=command.message_ids,
        outcome=command.outcome,
        mode=command.mode,
        reason=command.reason,
        gates=command.results,
        label=command.label,
        language=command.language,
        model=command.model,
        prompt_version=command.prompt_version,
        classifier=command.classifier,
        threshold=command.threshold,
        sentence=command.sentence if command.subject is not None else None,
        judged_at=command.at,
    )
    return (
        NewEvent(
            id=uuid5(command.thread_id, f"verdict:{state.count + 1}"),
            data=data,
            time=command.at,
            actor=ACTOR,
            audience=frozenset(command.company_ids),
            subject=command.subject,
            correlation_id=command.correlation_id,
            causation_id=command.last_message_event_id,
        ),
    )


def _objection(command: RecordObjection) -> NewEvent:
    return NewEvent(
        id=uuid5(command.event_id, "objection"),
        data=VerdictDisputed(
            thread_id=command.thread_id,
            case_id=command.case_id,
            thread_version=command.thread_version,
            task_id=command.task_id,
            company_id=command.company_id,
            verdict_id=command.verdict_id,
            disputed_at=command.at,
        ),
        time=command.at,
        actor=ACTOR,
        audience=frozenset({command.company_id}),
        correlation_id=command.correlation_id,
        causation_id=command.event_id,
    )
