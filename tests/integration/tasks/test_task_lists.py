"""What lists, single tasks and counts answer, page by page, and that no company sees another's."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.tasks import projections, queries
from services.tasks.queries import TaskFilter
from shared.contracts.envelope import EventData, RecordedEvent, Stream
from shared.contracts.tasks import Deadline, SolvedBy, TaskFacts, TaskOpened, TaskSolved
from shared.db import DatabaseConnection
from shared.errors import Invalid, NotFound

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVERYTHING = TaskFilter(company_id=None)


@dataclass(frozen=True)
class Board:
    """Puts tasks on the read tables as their events would."""

    tables: DatabaseConnection
    company: UUID = field(default_factory=uuid4)

    def opens(
        self, *, due_in_hours: float, company: UUID | None = None, case: UUID | None = None
    ) -> TaskFacts:
        due_at = NOON + timedelta(hours=due_in_hours)
        task = TaskFacts(
            id=uuid4(),
            type="ReplyToChat",
            title="New message on case NV-1001",
            company_id=company or self.company,
            side="partner",
            case_id=case,
            case_reference="NV-1001",
            thread_id=uuid4(),
            message_id=uuid4(),
            created_at=due_at - timedelta(days=4),
            deadline=Deadline(
                due_at=due_at,
                calendar="DK",
                time_zone="Europe/Copenhagen",
                skipped_days=(date(2026, 11, 21), date(2026, 11, 22)),
            ),
        )
        self._project(TaskOpened(task=task))
        return task

    def solves(self, task: TaskFacts, *, hours_ago: float, by: SolvedBy = "reply") -> TaskFacts:
        self._project(TaskSolved(task=task, solved_at=NOON - timedelta(hours=hours_ago), solved_by=by))
        return task

    def solved(self, *, hours_ago: float, case: UUID | None = None) -> TaskFacts:
        return self.solves(self.opens(due_in_hours=1, case=case), hours_ago=hours_ago)

    def _project(self, data: EventData) -> None:
        event = RecordedEvent(
            id=uuid4(),
            source="tasks",
            type=type(data).__name__,
            schema_version=1,
            stream=Stream("reply-tasks", uuid4()),
            version=1,
            position=1,
            time=NOON,
            actor="platform",
            audience=frozenset(),
            subject=None,
            correlation_id=uuid4(),
            causation_id=None,
            data=data,
        )
        projections.project(event, self.tables)


@pytest.fixture
def board(tables: DatabaseConnection) -> Board:
    return Board(tables)


def listed(board: Board, wanted: TaskFilter) -> list[UUID]:
    page = queries.list_tasks(board.tables, wanted, now=NOON, limit=200, cursor=None)
    return [task.id for task in page.items]


def in_pages(board: Board, wanted: TaskFilter, *, limit: int) -> list[list[UUID]]:
    pages: list[list[UUID]] = []
    cursor: str | None = None
    while True:
        page = queries.list_tasks(board.tables, wanted, now=NOON, limit=limit, cursor=cursor)
        pages.append([task.id for task in page.items])
        cursor = page.next_cursor
        if cursor is None:
            return pages


class TestOrder:
    def test_open_tasks_come_by_deadline(self, board: Board) -> None:
        later, sooner = board.opens(due_in_hours=5), board.opens(due_in_hours=2)

        assert listed(board, TaskFilter(company_id=board.company, status="open")) == [sooner.id, later.id]

    def test_solved_tasks_come_latest_first(self, board: Board) -> None:
        long_ago, just_now = board.solved(hours_ago=9), board.solved(hours_ago=1)

        assert listed(board, TaskFilter(company_id=board.company, status="solved")) == [
            just_now.id,
            long_ago.id,
        ]

    def test_without_a_status_open_ones_come_first(self, board: Board) -> None:
        solved, opened = board.solved(hours_ago=1), board.opens(due_in_hours=500)

        assert listed(board, TaskFilter(company_id=board.company)) == [opened.id, solved.id]


class TestPages:
    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 7, 200])
    def test_pages_of_any_size_hold_every_task_once_and_in_order(self, board: Board, limit: int) -> None:
        for hours in (3, 1, 1):
            board.opens(due_in_hours=hours)
        for hours in (4, 2, 2):
            board.solved(hours_ago=hours)

        pages = in_pages(board, TaskFilter(company_id=board.company), limit=limit)

        assert [id_ for page in pages for id_ in page] == listed(board, TaskFilter(company_id=board.company))
        assert all(len(page) == limit for page in pages[:-1])
        assert 0 < len(pages[-1]) <= limit

    def test_there_is_no_next_page_where_nothing_is_left(self, board: Board) -> None:
        board.opens(due_in_hours=1)

        page = queries.list_tasks(
            board.tables, TaskFilter(company_id=board.company), now=NOON, limit=1, cursor=None
        )

        assert page.next_cursor is None

    def test_a_task_solved_between_two_pages_shifts_no_other(self, board: Board) -> None:
        tasks = [board.opens(due_in_hours=hours) for hours in (1, 2, 3)]
        wanted = TaskFilter(company_id=board.company, status="open")
        first = queries.list_tasks(board.tables, wanted, now=NOON, limit=1, cursor=None)
        board.solves(tasks[0], hours_ago=0)

        second = queries.list_tasks(board.tables, wanted, now=NOON, limit=1, cursor=first.next_cursor)

        assert [task.id for task in second.items] == [tasks[1].id]

    @pytest.mark.parametrize("limit", [-1, 0, 201])
    def test_a_limit_out_of_bounds_is_refused(self, board: Board, limit: int) -> None:
        with pytest.raises(Invalid) as refusal:
            queries.list_tasks(board.tables, EVERYTHING, now=NOON, limit=limit, cursor=None)

        assert (refusal.value.code, refusal.value.field) == ("bad_limit", "limit")

    def test_a_cursor_of_another_list_is_refused(self, board: Board) -> None:
        wanted = TaskFilter(company_id=None, status="solved")
        board.opens(due_in_hours=1)
        board.opens(due_in_hours=2)
        cursor = queries.list_tasks(board.tables, EVERYTHING, now=NOON, limit=1, cursor=None).next_cursor

        with pytest.raises(Invalid) as refusal:
            queries.list_tasks(board.tables, wanted, now=NOON, limit=1, cursor=cursor)

        assert refusal.value.code == "bad_cursor"


class TestFilters:
    def test_overdue_is_what_is_open_past_its_deadline(self, board: Board) -> None:
        late, exactly_now, early = (board.opens(due_in_hours=hours) for hours in (-1, 0, 1))
        solved = board.solved(hours_ago=1)

        assert listed(board, TaskFilter(company_id=board.company, overdue=True)) == [late.id]
        assert listed(board, TaskFilter(company_id=board.company, overdue=False)) == [
            exactly_now.id,
            early.id,
            solved.id,
        ]
        assert listed(board, TaskFilter(company_id=board.company, overdue=True, status="solved")) == []

    def test_a_deadline_narrows_what_is_solved_too(self, board: Board) -> None:
        solved = board.solved(hours_ago=1)
        due = queries.get_task(board.tables, solved.id, company_id=None, now=NOON).due_at

        assert listed(board, TaskFilter(company_id=board.company, due_before=due)) == []
        assert listed(board, TaskFilter(company_id=board.company, due_from=due)) == [solved.id]

    def test_one_case_or_thread(self, board: Board) -> None:
        case = uuid4()
        wanted, _ = board.opens(due_in_hours=1, case=case), board.opens(due_in_hours=1, case=uuid4())

        assert listed(board, TaskFilter(company_id=board.company, case_id=case)) == [wanted.id]
        assert listed(board, TaskFilter(company_id=board.company, thread_id=wanted.thread_id)) == [wanted.id]

    def test_reply_tasks_are_under_messages_and_other_tabs_are_empty_yet(self, board: Board) -> None:
        task = board.opens(due_in_hours=1)

        assert listed(board, TaskFilter(company_id=board.company, tab="messages")) == [task.id]
        assert listed(board, TaskFilter(company_id=board.company, tab="case_updates")) == []
        assert listed(board, TaskFilter(company_id=board.company, tab="new_cases")) == []


class TestTenants:
    def test_a_company_lists_only_what_it_owes(self, board: Board) -> None:
        mine = board.opens(due_in_hours=1)
        board.opens(due_in_hours=1, company=uuid4())

        assert listed(board, TaskFilter(company_id=board.company)) == [mine.id]

    def test_a_filter_for_a_foreign_case_finds_nothing(self, board: Board) -> None:
        foreign = uuid4()
        board.opens(due_in_hours=1, company=uuid4(), case=foreign)

        assert listed(board, TaskFilter(company_id=board.company, case_id=foreign)) == []

    def test_operators_list_everything(self, board: Board) -> None:
        tasks = {board.opens(due_in_hours=1).id, board.opens(due_in_hours=1, company=uuid4()).id}

        assert set(listed(board, EVERYTHING)) == tasks

    def test_foreign_and_unknown_tasks_are_refused_alike(self, board: Board) -> None:
        foreign = board.opens(due_in_hours=1, company=uuid4())
        refusals = []

        for id_ in (foreign.id, uuid4()):
            with pytest.raises(NotFound) as refusal:
                queries.get_task(board.tables, id_, company_id=board.company, now=NOON)
            refusals.append(refusal.value.args)

        assert refusals[0] == refusals[1]

    def test_counts_are_of_open_tasks_of_the_company_alone(self, board: Board) -> None:
        busy, foreign, done = uuid4(), uuid4(), uuid4()
        for _ in range(2):
            board.opens(due_in_hours=1, case=busy)
        board.opens(due_in_hours=1, case=busy, company=uuid4())
        board.opens(due_in_hours=1, case=foreign, company=uuid4())
        board.solved(hours_ago=1, case=done)

        counts = queries.count_open_tasks(
            board.tables, (busy, foreign, done, uuid4()), company_id=board.company
        )
        of_all = queries.count_open_tasks(board.tables, (busy, foreign, done), company_id=None)

        assert counts.counts == {busy: 2}
        assert of_all.counts == {busy: 3, foreign: 1}


def test_one_task_is_shown_in_full(board: Board) -> None:
    task = board.solves(board.opens(due_in_hours=-1, case=uuid4()), hours_ago=3, by="withdrawn")

    view = queries.get_task(board.tables, task.id, company_id=board.company, now=NOON)

    assert (view.status, view.overdue, view.solved_by) == ("solved", False, "withdrawn")
    assert (view.due_at, view.solved_at) == (NOON - timedelta(hours=1), NOON - timedelta(hours=3))
    assert view.assignee is None
    assert view.deadline is not None
    assert view.deadline.skipped_days == (date(2026, 11, 21), date(2026, 11, 22))


def test_an_event_projected_twice_leaves_the_rows_as_they_are(board: Board) -> None:
    task = board.solved(hours_ago=1)
    before = queries.get_task(board.tables, task.id, company_id=None, now=NOON)

    board._project(TaskOpened(task=task))

    assert queries.get_task(board.tables, task.id, company_id=None, now=NOON) == before
