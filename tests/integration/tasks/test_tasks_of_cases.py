"""What is asked about a case, from the log to the lists; what people and the clock do to it."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

import pytest

from services.tasks import handlers, queries
from services.tasks.catalogue import KINDS
from services.tasks.handlers import Desk, Sweeper
from shared.clock import FixedClock
from shared.contracts import tasks
from shared.contracts.ai_resolver import VerdictGiven
from shared.contracts.envelope import Stream
from shared.contracts.messaging import CaseMerged, CaseStatusChanged, ComplaintAccepted, UserAdded
from shared.contracts.rpc import Caller
from shared.contracts.tasks import TaskType, TaskView
from shared.db import DatabaseConnection, connect
from shared.errors import Conflict, Invalid, NotFound
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import LogUnavailable
from shared.settings import Settings
from tests.integration.tasks.town import FRIDAY_AT_THREE, Thread, Town

CatchUp = Callable[[], None]


@pytest.fixture
def desk(log: PostgresEventLog) -> Desk:
    return Desk(log, FixedClock(FRIDAY_AT_THREE))


@pytest.fixture
def sweeper(log: PostgresEventLog, tables: DatabaseConnection) -> Sweeper:
    return Sweeper(log, lambda: nullcontext(tables), FixedClock(FRIDAY_AT_THREE))


def of_case(thread: Thread, tables: DatabaseConnection) -> list[TaskView]:
    wanted = queries.TaskFilter(company_id=None, case_id=thread.case_id)
    return list(queries.list_tasks(tables, wanted, now=FRIDAY_AT_THREE, limit=200, cursor=None).items)


def member(town: Town, company_id: UUID, role: str = "user") -> UUID:
    user_id = uuid4()
    added = UserAdded.model_validate(
        {
            "user_id": user_id,
            "company_id": company_id,
            "side": "partner",
            "email": "anna@inkasso.example",
            "name": "Anna Holm",
            "role": role,
        }
    )
    town.tells(Stream("user", user_id), added, subject=f"user:{user_id}")
    return user_id


def by(company_id: UUID, user_id: UUID | None = None) -> Caller:
    return Caller(user_id=user_id or uuid4(), company_id=company_id, role="partner")


def change(task_id: UUID, caller: Caller, **fields: UUID | datetime | None) -> tasks.ChangeTask:
    return tasks.ChangeTask.model_validate(
        {
            "caller": caller,
            "correlation_id": uuid4(),
            "task_id": task_id,
            "fields": set(fields),
            **fields,
        }
    )


def needs_more(town: Town, thread: Thread) -> None:
    changed = CaseStatusChanged(
        case_id=thread.case_id, reference=thread.reference, previous="Active", status="NeedsAdditionalDetails"
    )
    town.tells(Stream("case", thread.case_id), changed, subject=f"case:{thread.case_id}")


def test_more_information_is_asked_for_and_brought_by_the_clients_message(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    thread = town.thread()
    town.opens_case(thread)
    needs_more(town, thread)
    catch_up()
    (asked,) = of_case(thread, tables)
    town.posts(thread, "creditor", at=FRIDAY_AT_THREE + timedelta(hours=1))
    catch_up()

    assert (asked.type, asked.company_id, asked.status) == ("MoreInfoNeeded", thread.creditor, "open")
    assert (asked.tab, asked.sla, asked.thread_id) == ("case_updates", False, None)
    assert [(task.type, task.status, task.solved_by) for task in of_case(thread, tables)] == [
        ("ReplyToChat", "open", None),
        ("MoreInfoNeeded", "solved", "reply"),
    ]


@pytest.mark.parametrize("merged", [True, False])
def test_a_response_to_a_complaint_is_asked_for_unless_the_case_is_merged_by_then(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection, *, merged: bool
) -> None:
    thread, complaint_id = town.thread(), uuid4()
    town.opens_case(thread)
    accepted = ComplaintAccepted(
        complaint_id=complaint_id,
        case_id=thread.case_id,
        case_reference=thread.reference,
        engagement_id=uuid4(),
        creditor_id=thread.creditor,
        respondent_id=thread.partner,
    )
    merge = CaseMerged(case_id=thread.case_id, reference=thread.reference)
    if merged:
        town.tells(Stream("case", thread.case_id), merge)
    town.tells(Stream("complaint", complaint_id), accepted)
    catch_up()

    assert [task.type for task in of_case(thread, tables)] == ([] if merged else ["RespondToComplaint"])


def test_all_of_it_in_one_batch_ends_the_same(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    thread = town.thread()
    town.opens_case(thread)
    town.posts(thread, "creditor")
    needs_more(town, thread)
    town.posts(thread, "partner")
    town.posts(thread, "creditor")
    catch_up()

    assert {(task.type, task.solved_by) for task in of_case(thread, tables) if task.status == "solved"} == {
        ("ReplyToChat", "reply"),
        ("MoreInfoNeeded", "reply"),
    }


def test_operators_open_every_type_and_settle_it(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection, desk: Desk
) -> None:
    thread = town.thread()
    town.opens_case(thread)
    catch_up()
    opened: dict[TaskType, UUID] = {}
    for kind in KINDS.values():
        if kind.type != "ReplyToChat":
            opened[kind.type], _ = desk.open(
                tables,
                type=kind.type,
                company_id=thread.partner if kind.side == "partner" else thread.creditor,
                case_id=thread.case_id if kind.of_case else None,
                due_at=None,
                by="test",
            )
    catch_up()
    shown = {
        type_: queries.get_task(tables, id_, company_id=None, now=FRIDAY_AT_THREE)
        for type_, id_ in opened.items()
    }
    for task_id in opened.values():
        desk.settle(tables, task_id, solved_by="done", by="test")
    catch_up()
    counts = queries.count_tabs(tables, company_id=None, now=FRIDAY_AT_THREE)

    assert all(task.status == "open" and task.type == type_ for type_, task in shown.items())
    assert shown["ReviewPartner"].title == "Review Partner: case NV-1001"
    assert shown["SignContract"].case_id is shown["AssignBankAccount"].case_id is None
    assert shown["RespondToComplaint"].due_at == FRIDAY_AT_THREE + timedelta(days=10)
    assert counts.all == 0


def test_operators_are_told_what_a_type_needs(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection, desk: Desk
) -> None:
    thread, stranger = town.thread(), town.thread()
    town.opens_case(thread)
    catch_up()

    def refusal(
        type_: TaskType, company_id: UUID, case_id: UUID | None, due_at: datetime | None = None
    ) -> str:
        with pytest.raises((Invalid, NotFound)) as refused:
            desk.open(
                tables,
                type=type_,
                company_id=company_id,
                case_id=case_id,
                due_at=due_at,
                by="test",
            )
        return refused.value.code

    assert refusal("ReplyToChat", thread.partner, thread.case_id) == "not_openable"
    assert refusal("MoreInfoNeeded", thread.creditor, None) == "case_needed"
    assert refusal("SignContract", thread.creditor, thread.case_id) == "no_case"
    assert refusal("VerifyNewCase", thread.creditor, thread.case_id) == "other_side"
    assert refusal("VerifyNewCase", stranger.partner, thread.case_id) == "not_of_case"
    assert refusal("VerifyNewCase", thread.partner, stranger.case_id) == "unknown_case"
    assert refusal("SignContract", uuid4(), None) == "unknown_company"
    for never in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        assert refusal("SignContract", thread.creditor, None, never) == "due_too_far_off"


def test_a_task_is_asked_for_once_by_its_id_and_settled_once(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection, desk: Desk
) -> None:
    thread = town.thread()
    catch_up()
    task_id = uuid4()

    def ask(type_: TaskType, company_id: UUID, due_at: datetime | None = None) -> int:
        _, position = desk.open(
            tables,
            type=type_,
            company_id=company_id,
            case_id=None,
            due_at=due_at,
            by="test",
            task_id=task_id,
        )
        return position

    first = ask("AssignBankAccount", thread.creditor)
    assert ask("AssignBankAccount", thread.creditor) == first
    catch_up()
    settled = desk.settle(tables, task_id, solved_by="done", by="test")
    assert desk.settle(tables, task_id, solved_by="done", by="test") == settled
    assert ask("AssignBankAccount", thread.creditor) == first
    catch_up()

    for type_, company_id, due_at in (
        ("SignContract", thread.creditor, None),
        ("Generic", thread.partner, None),
        ("AssignBankAccount", thread.creditor, FRIDAY_AT_THREE + timedelta(days=1)),
    ):
        with pytest.raises(Conflict, match="take a new one"):
            ask(cast("TaskType", type_), company_id, due_at)
    with pytest.raises(Conflict, match="solved"):
        desk.settle(tables, task_id, solved_by="withdrawn", by="test")
    task = queries.get_task(tables, task_id, company_id=thread.creditor, now=FRIDAY_AT_THREE)
    assert (task.status, task.solved_by) == ("solved", "done")


def test_a_signature_is_asked_of_the_account_while_its_case_waits(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    thread = town.thread()
    town.opens_case(thread, status="PendingContractSigning", assigned=False)
    catch_up()
    wanted = queries.TaskFilter(company_id=thread.creditor)
    (waiting,) = queries.list_tasks(tables, wanted, now=FRIDAY_AT_THREE, limit=9, cursor=None).items
    signed = CaseStatusChanged(
        case_id=thread.case_id,
        reference=thread.reference,
        previous="PendingContractSigning",
        status="PendingVerificationInternal",
    )
    town.tells(Stream("case", thread.case_id), signed)
    catch_up()

    assert (waiting.type, waiting.status, waiting.case_id) == ("SignContract", "open", None)
    (done,) = queries.list_tasks(tables, wanted, now=FRIDAY_AT_THREE, limit=9, cursor=None).items
    assert (done.id, done.solved_by) == (waiting.id, "done")


def test_a_colleague_takes_a_task_on_and_puts_it_off(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection, desk: Desk
) -> None:
    thread = town.thread()
    town.posts(thread, "creditor")
    anna, until = member(town, thread.partner), FRIDAY_AT_THREE + timedelta(days=1)
    catch_up()
    (task,) = of_case(thread, tables)

    desk.change(tables, change(task.id, by(thread.partner), assignee=anna, postponed_to=None))
    desk.change(tables, change(task.id, by(thread.partner, anna), postponed_to=until))
    catch_up()

    (changed,) = of_case(thread, tables)
    assert changed.assignee == tasks.Assignee(id=anna, name="Anna Holm")
    assert (changed.postponed_to, changed.due_at) == (until, task.due_at)

    def listed(now: datetime, **filters: object) -> list[UUID]:
        wanted = queries.TaskFilter(company_id=thread.partner, **filters)  # type: ignore[arg-type]
        return [item.id for item in queries.list_tasks(tables, wanted, now=now, limit=9, cursor=None).items]

    assert listed(FRIDAY_AT_THREE, postponed=False) == []
    assert listed(FRIDAY_AT_THREE, postponed=True) == [task.id]
    assert listed(until, postponed=False) == [task.id]
    assert listed(FRIDAY_AT_THREE, assignee=anna) == [task.id]
    assert listed(FRIDAY_AT_THREE, assignee="none") == []
    assert listed(FRIDAY_AT_THREE, due_before=task.due_at) == []
    assert listed(FRIDAY_AT_THREE, due_from=task.due_at, type="ReplyToChat") == [task.id]
    assert listed(FRIDAY_AT_THREE, type="ReplyToChat", tab="new_cases") == []


def test_nobody_changes_the_task_of_another_company_or_gives_it_away(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection, desk: Desk
) -> None:
    thread = town.thread()
    town.posts(thread, "creditor")
    stranger = member(town, thread.creditor)
    catch_up()
    (task,) = of_case(thread, tables)

    with pytest.raises(NotFound):
        desk.change(tables, change(task.id, by(thread.creditor, stranger), assignee=stranger))
    for nobody in (stranger, uuid4()):
        with pytest.raises(Invalid):
            desk.change(tables, change(task.id, by(thread.partner), assignee=nobody))


def test_an_automatic_resolution_is_undone_with_the_first_deadline_back(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection, desk: Desk
) -> None:
    thread = town.thread()
    message = town.posts(thread, "creditor")
    catch_up()
    (task,) = of_case(thread, tables)
    given = town.tells(Stream("ai-verdict", thread.id), verdict(thread, message.version, task.id))
    catch_up()
    (resolved,) = of_case(thread, tables)
    asked = tasks.ReopenTask(caller=by(thread.partner), correlation_id=uuid4(), task_id=task.id)
    desk.reopen(tables, asked)
    catch_up()
    (reopened,) = of_case(thread, tables)
    town.posts(thread, "partner")
    catch_up()

    assert (resolved.status, resolved.solved_by, resolved.reason) == ("solved", "automatic", "thanks")
    assert resolved.reopenable
    assert resolved.automatic is not None
    assert (resolved.automatic.verdict_id, resolved.automatic.label) == (given.id, "thanks")
    assert "without a language model" in resolved.automatic.explanation
    assert reopened == task
    assert reopened.automatic is None
    with pytest.raises(Conflict):
        desk.reopen(tables, asked)


def test_a_verdict_that_a_message_overtook_solves_nothing(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    thread = town.thread()
    first = town.posts(thread, "creditor")
    catch_up()
    (task,) = of_case(thread, tables)
    town.posts(thread, "creditor")
    town.tells(Stream("ai-verdict", thread.id), verdict(thread, first.version, task.id))
    catch_up()

    assert [each.status for each in of_case(thread, tables)] == ["open", "open"]


def verdict(thread: Thread, thread_version: int, *task_ids: UUID) -> VerdictGiven:
    return VerdictGiven(
        thread_id=thread.id,
        case_id=thread.case_id,
        thread_version=thread_version,
        side="partner",
        task_ids=task_ids,
        company_ids=(thread.partner,),
        message_ids=(),
        outcome="concluded",
        mode="live",
        reason="thanks",
        gates=(),
        label="thanks",
        language="en",
        model=None,
        prompt_version="3",
        classifier="1",
        threshold=0.9,
        sentence=None,
        judged_at=FRIDAY_AT_THREE,
    )


def test_an_answer_that_tasks_has_not_handled_yet_is_never_overdue(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection, sweeper: Sweeper
) -> None:
    answered, silent = town.thread(), town.thread()
    for thread in (answered, silent):
        town.posts(thread, "creditor")
    catch_up()
    due = of_case(answered, tables)[0].due_at
    town.posts(answered, "partner", at=due - timedelta(seconds=1))

    behind = sweeper.sweep(due + timedelta(days=1))
    catch_up()
    caught_up = sweeper.sweep(due + timedelta(days=1))

    assert (behind.overdue, caught_up.overdue) == (0, 1)


def test_an_answer_that_cannot_be_read_in_order_yet_is_never_overdue(
    town: Town,
    catch_up: CatchUp,
    tables: DatabaseConnection,
    log: PostgresEventLog,
    database_settings: Settings,
) -> None:
    """An append that began earlier and does not end holds up readers, not those who answer."""
    clock = FixedClock(FRIDAY_AT_THREE)
    sweeper = Sweeper(log, lambda: nullcontext(tables), clock, seconds_to_settle=0.1)
    answered = town.thread()
    town.posts(answered, "creditor")
    catch_up()
    due = of_case(answered, tables)[0].due_at
    with connect(database_settings, schema="eventlog") as slow:
        slow.execute("select eventlog.mark_positions_v1()")
        town.posts(answered, "partner", at=due - timedelta(seconds=1))

        with pytest.raises(LogUnavailable):
            sweeper.sweep(due + timedelta(days=1))

        slow.rollback()

    assert sweeper.sweep(due + timedelta(days=1)).overdue == 0


def test_a_sweep_records_what_is_overdue_once_however_late(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection, sweeper: Sweeper, log: PostgresEventLog
) -> None:
    threads = [town.thread() for _ in range(3)]
    for thread in threads:
        town.posts(thread, "creditor")
    town.posts(threads[2], "partner", at=FRIDAY_AT_THREE + timedelta(hours=1))
    catch_up()
    due = of_case(threads[0], tables)[0].due_at

    early, late = sweeper.sweep(due - timedelta(seconds=1)), sweeper.sweep(due + timedelta(days=30))
    # Before the tables know of it: the board decides.
    again = sweeper.sweep(due + timedelta(days=31))
    catch_up()
    afterwards = sweeper.sweep(due + timedelta(days=32))

    assert [(swept.overdue, swept.seen) for swept in (early, late, again, afterwards)] == [
        (0, 0),
        (3, 3),
        (0, 3),
        (0, 0),
    ]
    recorded = [
        event
        for thread in threads
        for event in log.read_stream(Stream(handlers.REPLY_TASKS, thread.id))
        if isinstance(event.data, tasks.TaskBecameOverdue)
    ]
    assert [event.stream.id for event in recorded] == [thread.id for thread in threads]


def test_a_deadline_that_was_put_off_and_brought_back_holds_up_no_other(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection, desk: Desk, sweeper: Sweeper
) -> None:
    thread = town.thread()
    town.opens_case(thread)
    catch_up()

    def ask(due_at: datetime) -> UUID:
        task_id, _ = desk.open(
            tables,
            type="FollowUpPausedCase",
            company_id=thread.partner,
            case_id=thread.case_id,
            due_at=due_at,
            by="test",
        )
        return task_id

    due = FRIDAY_AT_THREE + timedelta(days=1)
    moved = ask(due)
    catch_up()
    sweeper.sweep(due)
    catch_up()
    for until in (due + timedelta(days=2), None):
        desk.change(tables, change(moved, by(thread.partner), postponed_to=until))
    beside = ask(due)
    catch_up()

    swept = sweeper.sweep(due + timedelta(hours=1))
    catch_up()

    assert (swept.overdue, sweeper.sweep(due + timedelta(hours=2)).seen) == (2, 0)
    assert {task.id for task in of_case(thread, tables)} >= {moved, beside}


def test_threads_are_listed_with_all_they_ask_for(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    company = uuid4()
    talkative, quiet = Thread(partner=company), Thread(partner=company)
    for thread in (talkative, quiet):
        town.registers_both(thread)
    town.posts(quiet, "creditor", at=FRIDAY_AT_THREE + timedelta(minutes=1))
    for minutes in (0, 2, 3):
        town.posts(talkative, "creditor", at=FRIDAY_AT_THREE + timedelta(minutes=minutes))
    catch_up()

    pages = []
    cursor: str | None = None
    while True:
        page = queries.list_groups(
            tables, company_id=company, tab="messages", now=FRIDAY_AT_THREE, limit=1, cursor=cursor
        )
        pages.append(page)
        cursor = page.next_cursor
        if cursor is None:
            break

    groups = [group for page in pages for group in page.items]
    assert [(group.thread_id, group.count) for group in groups] == [(talkative.id, 3), (quiet.id, 1)]
    assert groups[0].first.created_at == FRIDAY_AT_THREE
    counts = queries.count_tabs(tables, company_id=company, now=FRIDAY_AT_THREE + timedelta(days=30))
    assert (counts.messages, counts.new_cases, counts.all, counts.overdue) == (4, 0, 4, 4)


def test_timeliness_by_month_counts_answers_and_what_is_late(
    town: Town, catch_up: CatchUp, tables: DatabaseConnection, desk: Desk
) -> None:
    thread = town.thread()
    answered_late = FRIDAY_AT_THREE + timedelta(days=6)
    town.posts(thread, "creditor")
    town.posts(thread, "partner", at=FRIDAY_AT_THREE + timedelta(hours=3))
    town.posts(thread, "creditor")
    town.posts(thread, "partner", at=answered_late)
    town.posts(thread, "creditor")
    town.opens_case(thread)
    catch_up()
    survey, _ = desk.open(
        tables,
        type="ReplyToCaseSurvey",
        company_id=thread.partner,
        case_id=thread.case_id,
        due_at=FRIDAY_AT_THREE + timedelta(days=1),
        by="test",
    )
    catch_up()
    desk.settle(tables, survey, solved_by="survey", by="test", now=FRIDAY_AT_THREE + timedelta(days=1 + 3.5))
    catch_up()

    def figures(creditor_id: UUID | None, now: datetime) -> tuple[tasks.SlaFigures, ...]:
        return queries.sla(
            tables,
            months=("2026-10", "2026-11"),
            partner_id=thread.partner,
            creditor_id=creditor_id,
            now=now,
        ).items

    (before,) = figures(None, FRIDAY_AT_THREE + timedelta(days=1))
    (after,) = figures(None, FRIDAY_AT_THREE + timedelta(days=9))
    (to_creditor,) = figures(thread.creditor, FRIDAY_AT_THREE + timedelta(days=9))

    # The open question counts as late once its deadline has passed, not before.
    assert (before.in_time, before.late, after.in_time, after.late) == (1, 2, 1, 3)
    assert (after.month, after.surveys, after.survey_score) == ("2026-11", 1, 0.5)
    # 3 hours on Friday; then 9 on Friday, three days and 15 hours: Thursday at three.
    assert (to_creditor.median_hours, to_creditor.in_time, to_creditor.late) == (49.5, 1, 2)
    assert figures(uuid4(), FRIDAY_AT_THREE) == ()


def test_this_month_and_last_are_those_of_the_partners_clock(
    desk: handlers.Desk, tables: DatabaseConnection, town: Town, catch_up: CatchUp
) -> None:
    thread = town.thread()
    town.posts(thread, "creditor", at=FRIDAY_AT_THREE - timedelta(days=30))
    town.posts(thread, "creditor")
    town.posts(thread, "partner", at=FRIDAY_AT_THREE + timedelta(hours=2))
    catch_up()

    def figures(creditor_id: UUID, now: datetime) -> tasks.RecentSla:
        return queries.recent_sla(tables, partner_id=thread.partner, creditor_id=creditor_id, now=now)

    # In the partner's zone, an hour east of UTC, December has begun.
    new_month = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    november = figures(thread.creditor, new_month - timedelta(hours=1))
    december = figures(thread.creditor, new_month)
    elsewhere = figures(uuid4(), new_month)

    assert (november.this_month.month, november.last_month.month) == ("2026-11", "2026-10")
    assert (november.this_month.in_time, november.last_month.late) == (1, 1)
    assert (december.this_month.month, december.last_month) == ("2026-12", november.this_month)
    assert (december.this_month.in_time, december.this_month.share_in_time) == (0, None)
    assert (elsewhere.last_month.in_time, elsewhere.last_month.late) == (0, 0)
