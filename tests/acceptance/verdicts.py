"""Verdicts of the nightly clean-up, as its events bring them: what they say is planted to be looked for."""

from contextlib import closing
from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.contracts.ai_resolver import GateResult, VerdictGiven
from shared.contracts.envelope import NewEvent, Stream
from shared.eventlog.factory import open_log
from shared.testing import eventually
from tests.acceptance.portal import Json, Person
from tests.acceptance.world import Case

LATER_THAN_ANY_MESSAGE = 1_000_000


def judges(case: Case, task: Json, owner: Person, text: str) -> None:
    """Let a verdict close the owner's task; every word of it is the text. Returns once it is to be seen."""
    assert owner.company_id is not None
    thread_id, now = UUID(task["thread_id"]), datetime.now(UTC)
    verdict = VerdictGiven(
        thread_id=thread_id,
        case_id=case.id,
        thread_version=LATER_THAN_ANY_MESSAGE,
        side="creditor",
        task_ids=(UUID(task["id"]),),
        company_ids=(owner.company_id,),
        message_ids=(UUID(int=1),),
        outcome="concluded",
        mode="live",
        reason=text,
        gates=(GateResult(gate="model", passed=True, reason=text),),
        label="thanks",
        language="en",
        model=text,
        prompt_version=text,
        classifier=text,
        threshold=0.6,
        sentence=text,
        judged_at=now,
    )
    event = NewEvent(
        id=uuid4(),
        data=verdict,
        time=now,
        actor="platform",
        audience=frozenset({owner.company_id}),
        subject=f"case:{case.id}",
        correlation_id=uuid4(),
    )
    with closing(open_log(case.world.settings)) as log:
        log.append(Stream("ai-verdict", thread_id), [event], expected="any")
    timeline = f"/api/v1/cases/{case.id}/timeline"
    eventually(lambda: text in str(owner.gets(timeline)))
    eventually(lambda: owner.gets(f"/api/v1/tasks/{task['id']}")["solved_by"] == "automatic")
