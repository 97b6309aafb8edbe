"""Deciding on the stream of a thread's verdicts, and the first gate."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.ai_resolver.commands import ConfigureCompany, GiveVerdict, RecordObjection
from services.ai_resolver.decider import companies, verdicts
from services.ai_resolver.decider.candidates import (
    Company,
    OwedThread,
    at_most,
    brake,
    candidate_gate,
    effective_mode,
    night_before,
)
from services.ai_resolver.decider.verdicts import Verdicts
from shared.contracts.ai_resolver import Mode, VerdictDisputed, VerdictGiven
from tests.unit.ai_resolver.bursts import MORNING, a_burst

THREAD, TASK, COMPANY = uuid4(), uuid4(), uuid4()
A_VERDICT = GiveVerdict(
    thread_id=THREAD,
    case_id=uuid4(),
    subject="case:1",
    thread_version=5,
    side="creditor",
    task_ids=(TASK,),
    company_ids=(COMPANY,),
    message_ids=(uuid4(),),
    last_message_event_id=uuid4(),
    outcome="concluded",
    mode="live",
    reason="all_gates_passed",
    results=(),
    label=None,
    language="en",
    model=None,
    prompt_version=None,
    classifier="1/1",
    threshold=0.9,
    sentence="Thanks!",
    night=MORNING,
    at=MORNING + timedelta(hours=1),
    correlation_id=uuid4(),
)
AN_OBJECTION = RecordObjection(
    thread_id=THREAD,
    case_id=None,
    task_id=TASK,
    company_id=COMPANY,
    verdict_id=uuid4(),
    thread_version=5,
    event_id=uuid4(),
    at=MORNING,
    correlation_id=uuid4(),
)


def after(*commands: GiveVerdict | RecordObjection) -> Verdicts:
    state = verdicts.initial_state()
    for command in commands:
        for event in verdicts.decide(command, state):
            state = verdicts.evolve(state, event.data)
    return state


def test_a_verdict_names_what_it_rests_on_and_who_may_know() -> None:
    (event,) = verdicts.decide(A_VERDICT, verdicts.initial_state())

    assert isinstance(event.data, VerdictGiven)
    assert event.data.sentence == "Thanks!"
    assert event.audience == {COMPANY}
    assert event.subject == "case:1"


def test_the_same_judge_is_not_heard_twice_on_the_same_burst() -> None:
    assert verdicts.decide(A_VERDICT, after(A_VERDICT)) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"thread_version": 6},
        {"model": "ollama/x"},
        {"classifier": "2/1"},
        {"mode": "shadow"},
        {"threshold": 0.8},
    ],
)
def test_another_burst_or_another_judge_is_heard(changed: dict[str, object]) -> None:
    assert len(verdicts.decide(replace(A_VERDICT, **changed), after(A_VERDICT))) == 1  # type: ignore[arg-type]


def test_what_a_model_left_open_is_not_judged_again_without_one() -> None:
    with_model = replace(A_VERDICT, model="ollama/x", outcome="reply_expected")
    state = after(with_model)

    assert verdicts.decide(A_VERDICT, state) == ()
    assert len(verdicts.decide(replace(A_VERDICT, thread_version=6), state)) == 1
    assert len(verdicts.decide(replace(with_model, model="ollama/y", outcome="concluded"), state)) == 1
    assert len(verdicts.decide(A_VERDICT, after(replace(with_model, outcome="undecided")))) == 1


def test_an_error_is_tried_again_in_a_later_night_only() -> None:
    failed = replace(A_VERDICT, outcome="undecided")
    state = after(failed)

    assert verdicts.decide(failed, state) == ()
    assert len(verdicts.decide(replace(failed, night=MORNING + timedelta(days=1)), state)) == 1


def test_what_a_person_brought_back_is_never_closed_again() -> None:
    state = after(A_VERDICT, AN_OBJECTION)

    assert verdicts.decide(replace(A_VERDICT, model="ollama/x"), state) == ()
    assert verdicts.decide(replace(A_VERDICT, thread_version=6), state) == ()
    assert len(verdicts.decide(replace(A_VERDICT, thread_version=6, task_ids=(uuid4(),)), state)) == 1


def test_an_objection_is_recorded_once() -> None:
    (event,) = verdicts.decide(AN_OBJECTION, after(A_VERDICT))

    assert isinstance(event.data, VerdictDisputed)
    assert verdicts.decide(AN_OBJECTION, after(A_VERDICT, AN_OBJECTION)) == ()


def test_a_company_is_configured_once_and_keeps_what_is_not_named() -> None:
    off = ConfigureCompany(
        company_id=COMPANY,
        mode="off",
        follow_installation=False,
        remote_model=None,
        at=MORNING,
        actor="ops:test",
        correlation_id=uuid4(),
    )
    (event,) = companies.decide(off, companies.initial_state())
    state = companies.evolve(companies.initial_state(), event.data)

    assert (state.mode, state.remote_model) == ("off", False)
    assert companies.decide(off, state) == ()
    (allowed,) = companies.decide(replace(off, mode=None, remote_model=True), state)
    assert (
        companies.evolve(state, allowed.data).mode,
        companies.evolve(state, allowed.data).remote_model,
    ) == (
        "off",
        True,
    )
    (followed,) = companies.decide(replace(off, mode=None, follow_installation=True), state)
    assert companies.evolve(state, followed.data).mode is None


# --- the first gate ---


def owed(**changed: object) -> OwedThread:
    thread = OwedThread(
        thread_id=THREAD,
        side="creditor",
        task_ids=(TASK,),
        company_ids=(COMPANY,),
        message_ids=(UUID(int=2),),
        first_version=2,
        last_version=2,
        reopened=False,
    )
    return replace(thread, **changed)  # type: ignore[arg-type]


def test_a_ripe_burst_of_the_other_side_passes() -> None:
    result = candidate_gate(owed(), a_burst("Thanks!"), closed=False, ripe_before=MORNING)

    assert (result.passed, result.reason) == (True, "ripe")


@pytest.mark.parametrize(
    ("changed", "closed", "ripe_before", "reason"),
    [
        ({}, True, MORNING, "thread_closed"),
        ({"side": "partner"}, False, MORNING, "not_the_other_sides_word"),
        ({"last_version": 1}, False, MORNING, "tasks_behind_thread"),
        ({"reopened": True}, False, MORNING, "brought_back_by_a_person"),
        ({"message_ids": (uuid4(),)}, False, MORNING, "task_of_another_burst"),
        ({}, False, MORNING - timedelta(seconds=1), "too_young"),
    ],
)
def test_everything_else_is_left_open(
    changed: dict[str, object],
    closed: bool,  # noqa: FBT001 - a column of the table above
    ripe_before: datetime,
    reason: str,
) -> None:
    result = candidate_gate(owed(**changed), a_burst("Thanks!"), closed=closed, ripe_before=ripe_before)

    assert (result.passed, result.reason) == (False, reason)


@pytest.mark.parametrize(
    ("now", "zone", "night"),
    [
        ("2026-11-21T02:00:00Z", "Europe/Copenhagen", "2026-11-21T01:00:00Z"),
        ("2026-11-21T00:59:59Z", "Europe/Copenhagen", "2026-11-20T01:00:00Z"),
        # The clocks go from 02:00 to 03:00: the night begins where the hour is missing.
        ("2026-03-29T12:00:00Z", "Europe/Berlin", "2026-03-29T01:00:00Z"),
        # They go from 03:00 back to 02:00: the first of the two counts.
        ("2026-10-25T12:00:00Z", "Europe/Berlin", "2026-10-25T00:00:00Z"),
        ("2026-11-21T12:00:00Z", "America/New_York", "2026-11-21T07:00:00Z"),
        ("2026-11-21T12:00:00Z", "Pacific/Auckland", "2026-11-20T13:00:00Z"),
    ],
)
def test_the_night_begins_at_two(now: str, zone: str, night: str) -> None:
    assert night_before(datetime.fromisoformat(now), zone) == datetime.fromisoformat(night).astimezone(UTC)


def test_the_most_cautious_company_decides_the_mode() -> None:
    def company(mode: Mode | None) -> Company:
        return Company(id=uuid4(), time_zone="UTC", mode=mode, remote_model=False)

    assert effective_mode([company(None)], "live") == "live"
    assert effective_mode([company("live"), company("shadow")], "live") == "shadow"
    assert effective_mode([company("live"), company("off")], "live") == "off"
    assert effective_mode([], "live") == "off"


@pytest.mark.parametrize(
    ("closed", "brought_back", "mode"),
    [(0, 0, "live"), (2, 2, "live"), (150, 3, "live"), (149, 3, "shadow"), (3, 3, "shadow")],
)
def test_nothing_is_closed_any_more_where_people_bring_back_too_much(
    closed: int, brought_back: int, mode: Mode
) -> None:
    assert brake(closed=closed, brought_back=brought_back, rate=0.02) == mode


def test_a_brake_makes_nobody_bolder() -> None:
    assert at_most("live", "shadow") == "shadow"
    assert at_most("off", "shadow") == "off"
    assert at_most("shadow", "live") == "shadow"
