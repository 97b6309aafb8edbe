"""A night over a real log with the real classifier: what is closed, what is left, and what comes back."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from services.ai_resolver import queries
from services.ai_resolver.adapters.embedded_classifier import EmbeddedClassifier
from services.ai_resolver.cli import group
from services.ai_resolver.commands import ConfigureCompany
from services.ai_resolver.decider.bursts import Burst
from services.ai_resolver.handlers.auditing import as_item
from services.ai_resolver.handlers.subscribing import VERDICTS, Desk
from services.ai_resolver.ports import Labelled
from shared.contracts.ai_resolver import VerdictGiven
from shared.contracts.envelope import Stream
from shared.contracts.tasks import AutomaticResolution, TaskFacts, TaskReopened, TaskSolved
from shared.db import DatabaseConnection
from shared.eventlog.protocol import EventLog
from shared.settings import Settings, to_environment
from tests.integration.ai_resolver.conftest import CatchUp
from tests.integration.ai_resolver.endpoint import Answer, endpoint
from tests.integration.ai_resolver.village import FRIDAY, SATURDAY_AT_THREE, Chat, a_night, night_run


@dataclass
class Model:
    """A language model that calls everything thanks; with `together`, only once so many ask at a time."""

    is_remote: bool = False
    together: int = 1
    name: str = "test/model"
    prompt_version: str = "1"
    shown: list[str] = field(default_factory=list)
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._lock, self._asking = threading.Lock(), 0
        self._barrier = threading.Barrier(self.together)

    def label(self, burst: Burst) -> Labelled:
        with self._lock:
            self.shown.append(burst.text)
            self._asking += 1
            self.most_at_once = max(self.most_at_once, self._asking)
        self._barrier.wait(timeout=30)
        with self._lock:
            self._asking -= 1
        return Labelled("thanks", 1)


def solved(log: EventLog, chat: Chat) -> list[TaskSolved]:
    events = log.read_stream(Stream("reply-tasks", chat.thread_id))
    return [event.data for event in events if isinstance(event.data, TaskSolved)]


def verdicts(log: EventLog, chat: Chat) -> list[VerdictGiven]:
    events = log.read_stream(Stream(VERDICTS, chat.thread_id))
    return [event.data for event in events if isinstance(event.data, VerdictGiven)]


def bring_back(log: EventLog, chat: Chat) -> TaskFacts:
    """Let a person bring back the task that a verdict closed; return it."""
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
    return task


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
    task = bring_back(log, chat)
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


def test_a_remote_model_is_shown_only_the_threads_of_companies_that_allowed_it(
    log: EventLog, tables: DatabaseConnection, classifier: EmbeddedClassifier, catch_up: CatchUp
) -> None:
    allowed, silent = Chat(log).begin(), Chat(log).begin()
    allowed.says("partner", "Thank you very much for the update.")
    silent.says("partner", "Have a nice weekend!")
    Desk(log).configure(
        ConfigureCompany(
            company_id=allowed.creditor,
            mode=None,
            follow_installation=False,
            remote_model=True,
            at=FRIDAY,
            actor="ops:test",
            correlation_id=uuid4(),
        )
    )
    catch_up()
    model = Model(is_remote=True)

    looked = {each.thread_id: each.reason for each in a_night(log, tables, classifier, model=model)}

    assert model.shown == ["Thank you very much for the update."]
    assert looked == {
        allowed.thread_id: "all_gates_passed",
        silent.thread_id: "all_gates_passed_without_model",
    }


def test_so_many_questions_are_asked_at_a_time_and_no_more(
    log: EventLog, tables: DatabaseConnection, classifier: EmbeddedClassifier, catch_up: CatchUp
) -> None:
    chats = [Chat(log).begin() for _ in range(6)]
    for chat in chats:
        chat.says("partner", "Thank you very much for the update.")
    catch_up()
    # Nobody is answered before a second one asks: were it one at a time, it would end in an error.
    model = Model(together=2)

    looked = a_night(log, tables, classifier, model=model, workers=2)

    assert [each.recorded for each in looked] == [True] * len(chats)
    assert (len(model.shown), model.most_at_once) == (len(chats), 2)


def test_what_is_judged_is_recorded_before_the_next_is_asked_about(
    log: EventLog, tables: DatabaseConnection, classifier: EmbeddedClassifier, catch_up: CatchUp
) -> None:
    chats = [Chat(log).begin() for _ in range(2)]
    for chat in chats:
        chat.says("partner", "Thank you very much for the update.")
    catch_up()
    model = Model()
    run = night_run(log, tables, classifier, model=model).run(SATURDAY_AT_THREE, dry=False)

    first = next(run)

    assert first.recorded
    assert len(model.shown) == 1
    assert len(list(run)) == 1


def test_a_model_that_does_not_exist_fails_the_run_and_closes_nothing(
    log: EventLog, catch_up: CatchUp, tasks_tables: DatabaseConnection, database_settings: Settings
) -> None:
    chat = Chat(log).begin()
    chat.says("partner", "Thank you very much for the update.")
    catch_up()
    with endpoint() as server:
        server.answers = [Answer(status=404)]
        changes = {"ai_model": "openai/no-such", "ai_model_url": server.url}
        environment = to_environment(database_settings.model_copy(update=changes))
        options = ("run", "--now", SATURDAY_AT_THREE.isoformat())
        result = CliRunner().invoke(group, options, env=environment)
    catch_up()

    assert result.exit_code == 1
    assert "openai/no-such does not take questions (model_no_such_model)" in result.stderr
    assert len(open_tasks(tasks_tables, chat)) == 1


def test_a_run_closes_nothing_while_people_bring_back_too_much(
    log: EventLog, tables: DatabaseConnection, classifier: EmbeddedClassifier, catch_up: CatchUp
) -> None:
    regretted = [Chat(log).begin() for _ in range(3)]
    for chat in regretted:
        chat.says("partner", "Thank you very much for the update.")
    catch_up()
    a_night(log, tables, classifier)
    catch_up()
    for chat in regretted:
        bring_back(log, chat)
    another = Chat(log).begin()
    another.says("partner", "Have a nice weekend!")
    catch_up()

    a_night(log, tables, classifier, at=SATURDAY_AT_THREE + timedelta(days=1))
    catch_up()

    (verdict,) = verdicts(log, another)
    assert (verdict.outcome, verdict.mode, verdict.closes_tasks) == ("concluded", "shadow", False)
    assert solved(log, another) == []
