"""Which date has a summary, and which tasks stand in it, however late and often it is decided."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier import decider
from services.notifier.commands import DecideDigest, OpenTask
from services.notifier.decider import DigestState
from shared.business_calendar import Calendar
from shared.contracts.envelope import NewEvent, RecordedEvent
from shared.contracts.notifier import DigestDecided, DigestKind, TaskLine
from shared.errors import Poison

USER, COMPANY = UUID(int=1), UUID(int=2)
MONDAY = date(2026, 11, 23)
MORNING = datetime(2026, 11, 23, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
DENMARK = Calendar(country="DK", time_zone="Europe/Copenhagen")


def task(
    number: int, *, made: datetime, position: int | None = None, due: datetime | None = None
) -> OpenTask:
    line = TaskLine(
        task_id=UUID(int=100 + number),
        type="ReplyToChat",
        title="New message",
        case_id=None,
        case_reference=f"NV-{number}",
        thread_id=None,
        due_at=due or made + timedelta(days=2),
    )
    return OpenTask(line, number if position is None else position, made)


def command(
    *tasks: OpenTask,
    kind: DigestKind = "daily_summary",
    day: date = MONDAY,
    moment: datetime = MORNING,
    known_up_to: int = 1000,
    since: int = 0,
) -> DecideDigest:
    return DecideDigest(
        kind=kind,
        user_id=USER,
        company_id=COMPANY,
        local_date=day,
        moment=moment,
        tasks=tasks,
        known_up_to=known_up_to,
        since=since,
        now=moment + HOUR,
    )


def decided(events: tuple[NewEvent, ...]) -> DigestDecided:
    [event] = events
    assert isinstance(event.data, DigestDecided)
    return event.data


def listed(events: tuple[NewEvent, ...]) -> list[int]:
    return [line.task_id.int - 100 for line in decided(events).tasks] if events else []


def after(state: DigestState, events: tuple[NewEvent, ...]) -> DigestState:
    for version, event in enumerate(events, start=1):
        recorded = RecordedEvent(
            id=event.id,
            source=event.data.SOURCE,
            type=type(event.data).__name__,
            schema_version=1,
            stream=decider.digest_stream(USER, decided(events).kind),
            version=version,
            position=version,
            time=event.time,
            actor=event.actor,
            audience=event.audience,
            subject=None,
            correlation_id=event.correlation_id,
            causation_id=None,
            data=event.data,
        )
        state = decider.evolve_digest(state, recorded)
    return state


def test_a_summary_lists_what_was_made_before_its_moment_the_earliest_deadline_first() -> None:
    early, late = task(1, made=MORNING - HOUR), task(2, made=MORNING - 2 * HOUR)
    next_day = task(3, made=MORNING)

    events = decider.decide_digest(command(early, late, next_day), DigestState())

    assert listed(events) == [2, 1]
    data = decided(events)
    assert (data.user_id, data.company_id, data.local_date, data.task_count) == (USER, COMPANY, MONDAY, 2)
    assert events[0].audience == {COMPANY}


def test_what_was_given_to_the_reader_comes_first() -> None:
    mine = task(2, made=MORNING - HOUR)
    mine = OpenTask(mine.line.model_copy(update={"assignee_id": USER}), mine.position, mine.created_at)

    events = decider.decide_digest(command(task(1, made=MORNING - 2 * HOUR), mine), DigestState())

    assert listed(events) == [2, 1]


def test_nothing_is_sent_where_nothing_is_in_it() -> None:
    assert decider.decide_digest(command(), DigestState()) == ()
    assert decider.decide_digest(command(task(1, made=MORNING + HOUR)), DigestState()) == ()


def test_a_date_has_one_summary_whatever_comes_later() -> None:
    first = decider.decide_digest(command(task(1, made=MORNING - HOUR)), DigestState())
    state = after(DigestState(), first)
    late = task(2, made=MORNING - HOUR, position=2000)

    assert decider.decide_digest(command(task(1, made=MORNING - HOUR), late), state) == ()
    assert decider.decide_digest(command(late, day=MONDAY - timedelta(days=3)), state) == ()


def test_a_task_that_was_not_known_in_time_is_in_the_next_summary_and_none_is_listed_twice() -> None:
    listed_first = task(1, made=MORNING - HOUR)
    first = decider.decide_digest(command(listed_first, known_up_to=10), DigestState())
    unknown_then = task(2, made=MORNING - HOUR, position=11)
    made_later = task(3, made=MORNING + HOUR, position=5)

    second = decider.decide_digest(
        command(
            listed_first,
            unknown_then,
            made_later,
            day=MONDAY + timedelta(days=1),
            moment=MORNING + timedelta(days=1),
        ),
        after(DigestState(), first),
    )

    assert listed(second) == [2, 3]


@given(
    st.lists(st.tuples(st.integers(0, 5 * 24), st.integers(0, 5 * 24)), min_size=1, max_size=30, unique=True),
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 48)), min_size=1, max_size=8),
)
def test_however_late_the_runs_each_task_is_listed_exactly_once(
    made_and_delay: list[tuple[int, int]], runs: list[tuple[int, int]]
) -> None:
    """Tasks become known hours after they were made, and runs come hours after the summary was due."""
    start = MORNING - timedelta(days=1)
    known = sorted((made + delay, made, number) for number, (made, delay) in enumerate(made_and_delay))
    tasks = [
        (task(number, made=start + made * HOUR, position=position), start + at * HOUR)
        for position, (at, made, number) in enumerate(known, start=1)
    ]
    state, seen = DigestState(), list[int]()
    everything = (20, 0)
    now = start
    for day, lateness in [*sorted(runs), everything]:
        moment = MORNING + timedelta(days=day)
        # However late a run was, the next one knows no less.
        now = max(now, moment + lateness * HOUR)
        visible = [each for each, known_at in tasks if known_at <= now]
        events = decider.decide_digest(
            command(
                *visible,
                day=MONDAY + timedelta(days=day),
                moment=moment,
                known_up_to=max((each.position for each in visible), default=0),
            ),
            state,
        )
        seen += listed(events)
        state = after(state, events)

    assert sorted(seen) == list(range(len(tasks)))


def test_a_user_who_came_later_is_not_told_of_what_was_there_before() -> None:
    before, since = task(1, made=MORNING - HOUR), task(9, made=MORNING - HOUR)

    assert listed(decider.decide_digest(command(before, since, since=5), DigestState())) == [9]


def test_overdue_is_what_was_due_at_the_moment_of_the_reminder_new_users_included() -> None:
    overdue = task(1, made=MORNING - timedelta(days=5), due=MORNING)
    due_later = task(2, made=MORNING - timedelta(days=5), due=MORNING + HOUR)

    events = decider.decide_digest(command(overdue, due_later, kind="weekly_overdue", since=5), DigestState())

    assert listed(events) == [1]


@pytest.mark.parametrize(("days", "sent"), [(0, False), (1, False), (6, False), (7, True), (30, True)])
def test_a_creditor_is_reminded_at_most_once_in_seven_days(
    days: int,
    sent: bool,  # noqa: FBT001 - parametrised
) -> None:
    overdue = task(1, made=MORNING - timedelta(days=9))
    state = after(
        DigestState(), decider.decide_digest(command(overdue, kind="creditor_overdue"), DigestState())
    )

    again = decider.decide_digest(
        command(
            overdue,
            kind="creditor_overdue",
            day=MONDAY + timedelta(days=days),
            moment=MORNING + timedelta(days=days),
        ),
        state,
    )

    assert bool(again) is sent


def test_a_long_list_is_cut_and_counted() -> None:
    events = decider.decide_digest(
        command(*(task(number, made=MORNING - HOUR) for number in range(1, 151))), DigestState()
    )

    assert (len(decided(events).tasks), decided(events).task_count) == (decider.MOST_TASK_LINES, 150)


def test_what_does_not_belong_in_the_stream_is_poison() -> None:
    [event] = decider.decide_digest(command(task(1, made=MORNING - HOUR)), DigestState())
    stranger = RecordedEvent(
        id=event.id,
        source="notifier",
        type="Stranger",
        schema_version=1,
        stream=decider.digest_stream(USER, "daily_summary"),
        version=1,
        position=1,
        time=event.time,
        actor="platform",
        audience=frozenset(),
        subject=None,
        correlation_id=event.id,
        causation_id=None,
        data=decided((event,)).tasks[0],  # type: ignore[arg-type]
    )

    with pytest.raises(Poison):
        decider.evolve_digest(DigestState(), stranger)


@pytest.mark.parametrize(
    ("today", "daily", "weekly"),
    [
        ("2026-11-23", "2026-11-23", "2026-11-23"),  # Monday
        ("2026-11-25", "2026-11-25", "2026-11-23"),  # Wednesday: this week's reminder, late
        ("2026-11-28", None, None),  # Saturday
        ("2026-04-03", None, None),  # Good Friday
        ("2026-04-06", None, None),  # Easter Monday
        ("2026-04-07", "2026-04-07", "2026-04-07"),  # the Tuesday after: the week's first business day
        ("2026-03-29", None, None),  # clocks go forward, a Sunday
        ("2026-03-30", "2026-03-30", "2026-03-30"),
        ("2026-12-31", "2026-12-31", "2026-12-28"),
        ("2027-01-01", None, None),
    ],
)
def test_summaries_are_quiet_on_days_off(today: str, daily: str | None, weekly: str | None) -> None:
    day = date.fromisoformat(today)

    assert decider.daily_date(day, DENMARK.is_business_day) == (daily and date.fromisoformat(daily))
    assert decider.weekly_date(day, DENMARK.is_business_day) == (weekly and date.fromisoformat(weekly))


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("Europe/Copenhagen", "2026-03-27", "2026-03-27T06:00Z"),  # the Friday before
        ("Europe/Copenhagen", "2026-03-30", "2026-03-30T05:00Z"),  # and the Monday after clocks go forward
        ("Europe/Copenhagen", "2026-10-26", "2026-10-26T06:00Z"),  # the Monday after they go back
        ("Africa/Cairo", "2026-04-24", "2026-04-24T04:00Z"),  # a Friday on which they go forward
        ("Africa/Cairo", "2026-04-23", "2026-04-23T05:00Z"),
        ("America/New_York", "2026-11-02", "2026-11-02T12:00Z"),
    ],
)
def test_seven_o_clock_is_seven_o_clock_whatever_clocks_do(zone: str, day: str, instant: str) -> None:
    calendar = Calendar(country="DK", time_zone=zone)

    moment = calendar.at(date.fromisoformat(day), decider.DIGEST_TIME)

    assert moment == datetime.fromisoformat(instant)
    assert calendar.local_date(moment) == date.fromisoformat(day)
