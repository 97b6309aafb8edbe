"""A night over a real log with the real classifier: what is closed, what is left, and what comes back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.ai_resolver import queries
from services.ai_resolver.adapters.embedded_classifier import EmbeddedClassifier
from services.ai_resolver.commands import ConfigureCompany
from services.ai_resolver.handlers.auditing import as_item
from services.ai_resolver.handlers.subscribing import VERDICTS, Desk
from shared.contracts.ai_resolver import VerdictGiven
from shared.contracts.envelope import Stream
from shared.contracts.tasks import AutomaticResolution, TaskReopened, TaskSolved
from shared.db import DatabaseConnection
from shared.eventlog.protocol import EventLog
from tests.integration.ai_resolver.conftest import CatchUp
from tests.integration.ai_resolver.village import FRIDAY, SATURDAY_AT_THREE, Chat, a_night


def solved(log: EventLog, chat: Chat) -> list[TaskSolved]:
    events = log.read_stream(Stream("reply-tasks", chat.thread_id))
    return [event.data for event in events if isinstance(event.data, TaskSolved)]


def verdicts(log: EventLog, chat: Chat) -> list[VerdictGiven]:
    events = log.read_stream(Stream(VERDICTS, chat.thread_id))
    return [event.data for event in events if isinstance(event.data, VerdictGiven)]


def open_tasks(tasks_tables: DatabaseConnection, chat: Chat) -> list[UUID]:
    rows = tasks_tables.execute(
        "select id from tasks where thread_id = %s and solved_at is null", (chat.thread_id,)
    )
    return [id_ for (id_,) in rows]


def test_closes_a_thank_you_and_says_why(
    log: EventLog, tables: DatabaseConnection, classifier: EmbeddedClassifier, catch_up: CatchUp
) -> None:
    chat = Chat(log).begin()
    chat.says("creditor", "Could you send the letter again?")
    chat.says("partner", "Thank you very much for the update.", at=FRIDAY + timedelta(minutes=1))
    chat.says("partner", "Have a nice weekend!", at=FRIDAY + timedelta(minutes=2))
    catch_up()

    looked = a_night(log, tables, classifier)
    catch_up()

    (verdict,) = verdicts(log, chat)
    assert [each.recorded for each in looked] == [True]
    assert verdict.closes_tasks
    assert (verdict.reason, verdict.model) == ("all_gates_passed_without_model", None)
    assert [result.gate for result in verdict.gates] == ["candidate", "veto", "classifier"]
    assert verdict.sentence in ("Thank you very much for the update.", "Have a nice weekend!")
    automatic = [each for each in solved(log, chat) if each.solved_by == "automatic"]
    assert {each.task.id for each in automatic} == set(verdict.task_ids)
    assert len(verdict.task_ids) == 2


def test_leaves_a_question_open_and_says_so_once(
    log: EventLog, tables: DatabaseConnection, classifier: EmbeddedClassifier, catch_up: CatchUp
) -> None:
    chat = Chat(log).begin()
    chat.says("partner", "Which account is it?")
    chat.says("partner", "Thanks!")
    catch_up()

    first = a_night(log, tables, classifier)
    again = a_night(log, tables, classifier, at=SATURDAY_AT_THREE + timedelta(days=1))
    catch_up()

    assert [each.reason for each in first] == ["veto_question_mark"]
    assert [each.reason for each in again] == ["judged_before"]
    (verdict,) = verdicts(log, chat)
    assert (verdict.outcome, verdict.closes_tasks) == ("reply_expected", False)
    assert solved(log, chat) == []


def test_a_verdict_on_an_older_version_of_the_thread_closes_nothing(
    log: EventLog, tables: DatabaseConnection, classifier: EmbeddedClassifier, catch_up: CatchUp
) -> None:
    chat = Chat(log).begin()
    chat.says("partner", "Thank you very much for the update.")
    catch_up()
    # The newer message comes after the resolver has looked and before its verdict is heard.
    (looked,) = a_night(log, tables, classifier, dry=True)
    chat.says("partner", "One more thing, please call me.", at=SATURDAY_AT_THREE)
    assert looked.verdict is not None
    Desk(log).handle(looked.verdict)
    catch_up()

    assert verdicts(log, chat)[0].closes_tasks
    assert solved(log, chat) == []


def test_what_a_person_brings_back_stays_and_goes_into_the_evaluation_data(
    log: EventLog,
    tables: DatabaseConnection,
    tasks_tables: DatabaseConnection,
    classifier: EmbeddedClassifier,
    catch_up: CatchUp,
) -> None:
    chat = Chat(log).begin()
    chat.says("creditor", "The report is in the file.")
    chat.says("partner", "Thank you very much for the update.")
    catch_up()
    a_night(log, tables, classifier)
    catch_up()
    (event,) = log.read_stream(Stream(VERDICTS, chat.thread_id))
    assert isinstance(event.data, VerdictGiven)
    task = next(each.task for each in solved(log, chat) if each.solved_by == "automatic")
    chat.append(
        Stream("reply-tasks", chat.thread_id),
        TaskReopened(
            task=task,
            reopened_at=SATURDAY_AT_THREE,
            reopened_by=uuid4(),
            undone=AutomaticResolution(
                verdict_id=event.id,
                thread_version=event.data.thread_version,
                reason=event.data.reason,
                model=None,
                prompt_version=None,
            ),
        ),
        SATURDAY_AT_THREE,
    )
    catch_up()

    again = a_night(log, tables, classifier, at=SATURDAY_AT_THREE + timedelta(days=2))

    assert [each.reason for each in again] == ["candidate_brought_back_by_a_person"]
    assert open_tasks(tasks_tables, chat) == [task.id]
    (row,) = queries.disputed(tables)
    item = as_item(log, row)
    assert item is not None
    assert item["expected"] == "reply_expected"
    assert [said["text"] for said in item["thread"]][-1] == "Thank you very much for the update."
    (rates,) = queries.rates(tables, since=FRIDAY)
    assert (rates.concluded, rates.disputed, rates.false_resolve_rate) == (1, 1, 1.0)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        # 01:59 in Copenhagen, where the company that owes the answer is at home.
        (datetime(2026, 11, 21, 0, 59, tzinfo=UTC), "candidate_too_young"),
        (datetime(2026, 11, 21, 1, 0, tzinfo=UTC), "all_gates_passed_without_model"),
    ],
)
def test_waits_for_two_in_the_morning_where_the_answer_is_owed(
    log: EventLog,
    tables: DatabaseConnection,
    classifier: EmbeddedClassifier,
    catch_up: CatchUp,
    *,
    at: datetime,
    reason: str,
) -> None:
    chat = Chat(log).begin()
    chat.says("partner", "Thank you very much for the update.")
    catch_up()

    assert [each.reason for each in a_night(log, tables, classifier, at=at)] == [reason]


def test_shadow_says_what_it_would_do_and_the_switch_turns_a_company_off(
    log: EventLog,
    tables: DatabaseConnection,
    tasks_tables: DatabaseConnection,
    classifier: EmbeddedClassifier,
    catch_up: CatchUp,
) -> None:
    shadow, off = Chat(log).begin(), Chat(log).begin()
    for chat in (shadow, off):
        chat.says("partner", "Thank you very much for the update.")
    Desk(log).configure(
        ConfigureCompany(
            company_id=off.creditor,
            mode="off",
            follow_installation=False,
            remote_model=None,
            at=FRIDAY,
            actor="ops:test",
            correlation_id=uuid4(),
        )
    )
    catch_up()

    looked = {each.thread_id: each.reason for each in a_night(log, tables, classifier, mode="shadow")}
    catch_up()

    assert looked == {shadow.thread_id: "all_gates_passed_without_model", off.thread_id: "switched_off"}
    (verdict,) = verdicts(log, shadow)
    assert (verdict.outcome, verdict.mode, verdict.closes_tasks) == ("concluded", "shadow", False)
    assert len(open_tasks(tasks_tables, shadow)) == 1
    assert verdicts(log, off) == []
