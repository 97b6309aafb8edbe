"""Messages in the log become reply tasks, each once, whatever happens in between."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4, uuid5

import pytest

from services.tasks import handlers, queries
from services.tasks.handlers import Reactor
from shared.contracts.envelope import RecordedEvent, Stream
from shared.contracts.tasks import TaskOpened, TaskSolved, TaskView
from shared.db import DatabaseConnection
from shared.errors import Poison
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import EventLog
from shared.subscription import wait_until_handled
from tests.integration.tasks.conftest import RunningTasks
from tests.integration.tasks.town import DENMARK, FRIDAY_AT_THREE, Thread, Town

CatchUp = Callable[[], None]


def tasks_of(thread: Thread, tables: DatabaseConnection) -> tuple[TaskView, ...]:
    wanted = queries.TaskFilter(company_id=None, thread_id=thread.id)
    return queries.list_tasks(tables, wanted, now=FRIDAY_AT_THREE, limit=200, cursor=None).items


def history(thread: Thread, log: EventLog) -> Sequence[RecordedEvent]:
    return log.read_stream(Stream(handlers.REPLY_TASKS, thread.id))


def react_and_crash(reactor: Reactor, tables: DatabaseConnection, *events: RecordedEvent) -> None:
    """Append the consequences as the subscription does, and die before anything is projected."""
    with tables.transaction(force_rollback=True):
        for event in events:
            reactor.react(event, tables)


def test_a_message_opens_a_task_for_the_other_side(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    thread = town.thread()
    message = town.posts(thread, "creditor")

    catch_up()

    (task,) = tasks_of(thread, tables)
    assert task.id == uuid5(message.id, str(thread.partner))
    assert (task.type, task.type_label, task.status) == ("ReplyToChat", "New Message", "open")
    assert task.title == "New message on case NV-1001"
    assert (task.company_id, task.case_id, task.thread_id) == (thread.partner, thread.case_id, thread.id)
    assert task.created_at == FRIDAY_AT_THREE
    assert task.due_at == datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert task.deadline is not None
    assert (task.deadline.calendar, task.deadline.time_zone) == ("DE-BY", "Europe/Berlin")
    assert [day.isoformat() for day in task.deadline.skipped_days] == ["2026-11-21", "2026-11-22"]


def test_the_reply_solves_it_and_opens_one_for_the_first_side(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    thread = town.thread()
    town.posts(thread, "creditor")
    catch_up()
    replied_at = FRIDAY_AT_THREE + timedelta(minutes=10)
    town.posts(thread, "partner", at=replied_at)

    catch_up()

    now_owed, answered = tasks_of(thread, tables)
    assert (now_owed.company_id, now_owed.status) == (thread.creditor, "open")
    assert (answered.company_id, answered.status) == (thread.partner, "solved")
    assert (answered.solved_by, answered.solved_at) == ("reply", replied_at)


def test_a_reply_is_handled_before_the_task_it_solves_was_projected(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    thread = town.thread()
    for role in ("creditor", "creditor", "partner"):
        town.posts(thread, role)

    catch_up()

    assert [(task.status, task.company_id) for task in tasks_of(thread, tables)] == [
        ("open", thread.creditor),
        ("solved", thread.partner),
        ("solved", thread.partner),
    ]


def test_a_closed_thread_withdraws_what_was_open(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    thread = town.thread()
    town.posts(thread, "creditor")
    town.closes(thread)

    catch_up()

    (task,) = tasks_of(thread, tables)
    assert (task.status, task.solved_by) == ("solved", "withdrawn")
    assert task.solved_at == FRIDAY_AT_THREE + timedelta(hours=1)


def test_closing_a_thread_in_which_nobody_owes_anything_leaves_no_trace(
    town: Town, catch_up: CatchUp, log: PostgresEventLog
) -> None:
    thread = town.thread()
    town.closes(thread)

    catch_up()

    assert history(thread, log) == ()


def test_the_platform_opens_and_solves_nothing(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    thread = town.thread()
    town.posts(thread, "creditor")
    town.posts(thread, "platform")

    catch_up()

    assert [task.status for task in tasks_of(thread, tables)] == ["open"]


def test_a_deadline_follows_the_calendar_as_it_was_when_the_message_came(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    thread = town.thread()
    before = town.posts(thread, "creditor")
    town.changes(thread.partner, "partner", DENMARK)
    after = town.posts(thread, "creditor", at=FRIDAY_AT_THREE + timedelta(minutes=1))

    catch_up()

    calendars = {task.id: task.deadline.calendar for task in tasks_of(thread, tables) if task.deadline}
    assert calendars == {
        uuid5(before.id, str(thread.partner)): "DE-BY",
        uuid5(after.id, str(thread.partner)): "DK",
    }


class TestOnceWhateverHappens:
    def test_the_whole_log_handled_again_changes_nothing(
        self, town: Town, catch_up: CatchUp, tables: DatabaseConnection, log: PostgresEventLog
    ) -> None:
        thread = town.thread()
        for role in ("creditor", "partner", "partner", "creditor", "partner"):
            town.posts(thread, role)
        town.closes(thread)
        catch_up()
        rows, events = tasks_of(thread, tables), history(thread, log)
        tables.execute("update checkpoints set position = 0")

        catch_up()

        assert tasks_of(thread, tables) == rows
        assert history(thread, log) == events

    def test_a_message_is_delivered_twice_to_a_process_that_remembers(
        self, town: Town, catch_up: CatchUp, tables: DatabaseConnection, log: PostgresEventLog
    ) -> None:
        thread = town.thread()
        message = town.posts(thread, "creditor")
        catch_up()
        reactor = Reactor(log)

        first = reactor.react(message, tables)
        second = reactor.react(message, tables)

        assert len(history(thread, log)) == 1
        assert [outcome.events for outcome in first] == [outcome.events for outcome in second]
        assert all(outcome.duplicate for outcome in (*first, *second))

    def test_a_crash_between_append_and_projection_loses_and_doubles_nothing(
        self, town: Town, catch_up: CatchUp, tables: DatabaseConnection, log: PostgresEventLog
    ) -> None:
        thread = town.thread()
        catch_up()
        question, reply = town.posts(thread, "creditor"), town.posts(thread, "partner")
        react_and_crash(Reactor(log), tables, question, reply)
        assert tasks_of(thread, tables) == ()

        catch_up()

        assert [task.status for task in tasks_of(thread, tables)] == ["open", "solved"]
        assert [type(event.data) for event in history(thread, log)] == [TaskOpened, TaskSolved, TaskOpened]

    def test_the_checkpoint_says_that_consequences_of_an_earlier_attempt_are_shown(
        self,
        town: Town,
        running_tasks: RunningTasks,
        catch_up: CatchUp,
        tables: DatabaseConnection,
        log: PostgresEventLog,
    ) -> None:
        thread = town.thread()
        catch_up()
        question, reply = town.posts(thread, "creditor"), town.posts(thread, "partner")
        react_and_crash(Reactor(log), tables, question, reply)

        with running_tasks():
            wait_until_handled(tables, handlers.NAME, reply.position, timeout=30)
            shown = tasks_of(thread, tables)

        assert [task.status for task in shown] == ["open", "solved"]

    def test_in_a_long_thread_an_event_handled_before_is_recognised_without_reading_the_thread_again(
        self,
        town: Town,
        catch_up: CatchUp,
        tables: DatabaseConnection,
        log: PostgresEventLog,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        thread = town.thread()
        events = [town.posts(thread, "partner" if number % 2 else "creditor") for number in range(20)]
        events.append(town.closes(thread))
        catch_up()
        last_of = {event.causation_id: event for event in history(thread, log)}
        reactor = Reactor(log)
        reactor.react(events[0], tables)  # brings the state into memory
        read: list[RecordedEvent] = []
        read_stream = log.read_stream

        def counting(stream: Stream, *, after_version: int = 0) -> tuple[RecordedEvent, ...]:
            found = read_stream(stream, after_version=after_version)
            read.extend(found)
            return found

        monkeypatch.setattr(log, "read_stream", counting)

        found = [reactor.react(event, tables)[0].events[-1] for event in events]

        assert found == [last_of[event.id] for event in events]
        assert len(read) <= 1

    def test_two_replicas_share_the_work(
        self, town: Town, running_tasks: RunningTasks, tables: DatabaseConnection, log: PostgresEventLog
    ) -> None:
        threads = [town.thread() for _ in range(5)]

        with running_tasks(), running_tasks():
            for round_ in range(20):
                for thread in threads:
                    town.posts(thread, "partner" if round_ % 2 else "creditor")
            wait_until_handled(tables, handlers.NAME, log.head(), timeout=30)

        for thread in threads:
            statuses = [task.status for task in tasks_of(thread, tables)]
            assert statuses == ["open"] + ["solved"] * 19

    def test_a_long_thread_is_remembered_by_a_snapshot(
        self, town: Town, catch_up: CatchUp, tables: DatabaseConnection, log: PostgresEventLog
    ) -> None:
        thread = town.thread()
        for number in range(150):
            town.posts(thread, "partner" if number % 2 else "creditor")
        catch_up()
        snapshot = log.load_snapshot(Stream(handlers.REPLY_TASKS, thread.id))
        assert snapshot is not None
        assert snapshot.version >= 200

        town.posts(thread, "creditor")
        catch_up()

        statuses = [task.status for task in tasks_of(thread, tables)]
        assert statuses == ["open"] + ["solved"] * 150


class TestACompanyIsUnknown:
    def test_the_message_is_parked_and_other_threads_go_on(
        self, town: Town, catch_up: CatchUp, tables: DatabaseConnection
    ) -> None:
        stranger, thread = Thread(), town.thread()
        town.posts(stranger, "creditor")
        town.posts(thread, "creditor")

        catch_up()

        assert tasks_of(stranger, tables) == ()
        assert [task.status for task in tasks_of(thread, tables)] == ["open"]
        rows = tables.execute("select stream, error from parked_events").fetchall()
        ((stream, error),) = rows
        assert stream == f"thread-{stranger.id}"
        assert str(stranger.partner) in error

    def test_react_says_which(self, tables: DatabaseConnection, town: Town, log: PostgresEventLog) -> None:
        stranger = Thread(partner=uuid4())
        message = town.posts(stranger, "creditor")

        with pytest.raises(Poison, match=str(stranger.partner)):
            Reactor(log).react(message, tables)


def test_what_is_ignored_is_logged_with_the_reason(
    town: Town,
    catch_up: CatchUp,
    tables: DatabaseConnection,
    log: PostgresEventLog,
    caplog: pytest.LogCaptureFixture,
) -> None:
    thread = town.thread()
    message = town.posts(thread, "creditor")
    catch_up()
    reactor = Reactor(log)
    reactor.react(message, tables)

    with caplog.at_level(logging.INFO, logger=Reactor.__module__):
        reactor.react(message, tables)

    (line,) = [record for record in caplog.records if record.name == Reactor.__module__]
    assert (line.__dict__["action"], line.__dict__["reason"]) == ("event_ignored", "handled_before")
    assert line.__dict__["event_id"] == str(message.id)
