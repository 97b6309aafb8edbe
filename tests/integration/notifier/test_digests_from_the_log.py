"""From tasks in the log to summaries in the mail, whoever runs them, twice or late."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest

from services.notifier import queries
from services.notifier.handlers import digests
from services.notifier.handlers.digests import Digester, DigestRequest
from services.notifier.service import NotifierResources
from shared.contracts.notifier import DigestDecided, DigestKind
from shared.contracts.tasks import AutomaticResolution, TaskPostponed, TaskReopened
from shared.errors import Invalid
from shared.testing import SmtpServer
from tests.integration.notifier.conftest import CatchUp
from tests.integration.notifier.office import FRIDAY, Office
from tests.integration.notifier.senders import make_sender

# The office's companies are in Denmark's calendar and an hour ahead of UTC.
MONDAY_MORNING = datetime(2026, 11, 23, 6, tzinfo=UTC)
PARTNER_KINDS: tuple[DigestKind, ...] = ("daily_summary", "weekly_overdue")


def run(
    resources: NotifierResources,
    now: datetime,
    *kinds: DigestKind,
    day: date | None = None,
    dry_run: bool = False,
) -> list[DigestDecided]:
    request = DigestRequest(kinds=kinds or ("daily_summary",), now=now, local_date=day, dry_run=dry_run)
    return list(Digester(log=resources.log, pool=resources.pool).run(request))


def send_all(resources: NotifierResources) -> None:
    sender = make_sender(resources)
    while sender.send_due():
        pass


def plain_text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_every_partner_user_gets_the_new_tasks_in_one_e_mail_and_nobody_else(
    resources: NotifierResources, office: Office, catch_up: CatchUp, smtp_server: SmtpServer
) -> None:
    carla = office.user(office.partner, "partner", "Carla Krug")
    office.deactivates(office.user(office.partner, "partner", "Gert Gone"))
    office.owes(office.partner, reference="NV-1001")
    office.answers(office.owes(office.partner, reference="NV-1002"))
    office.owes(office.creditor, reference="NV-1003")
    catch_up()

    decided = run(resources, MONDAY_MORNING, "daily_summary", "weekly_overdue", "creditor_overdue")
    catch_up()
    send_all(resources)

    assert {each.user_id for each in decided} == {office.bob.id, carla.id}
    assert {recipient for mail in smtp_server.messages for recipient in mail.recipients} == {
        office.bob.email,
        carla.email,
    }
    first = smtp_server.messages[0].message
    assert first["Subject"] == "1 new task, 23 Nov 2026"
    text = plain_text(first)
    assert "New message: NV-1001" in text
    assert "NV-1002" not in text
    assert f"/threads/{office.thread_id}" in text


def test_a_task_that_was_postponed_solved_or_reopened_counts_as_it_is_now(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    postponed, reopened = (
        office.owes(office.partner, due=FRIDAY, reference=reference) for reference in ("NV-1", "NV-2")
    )
    office.on_tasks(
        TaskPostponed(
            task=postponed,
            postponed_to=None,
            due_at=MONDAY_MORNING + timedelta(days=9),
            postponed_by=office.bob.id,
        )
    )
    office.answers(reopened)
    undone = AutomaticResolution(
        verdict_id=uuid4(), thread_version=2, reason="Thanks", model="local", prompt_version="1"
    )
    office.on_tasks(TaskReopened(task=reopened, reopened_at=FRIDAY, reopened_by=None, undone=undone))
    catch_up()

    [reminder] = run(resources, MONDAY_MORNING, "weekly_overdue")

    assert [line.case_reference for line in reminder.tasks] == ["NV-2"]


@pytest.mark.parametrize(
    "now",
    [
        MONDAY_MORNING - timedelta(seconds=1),  # not yet
        datetime(2026, 11, 21, 12, tzinfo=UTC),  # a Saturday
        datetime(2026, 12, 25, 12, tzinfo=UTC),  # Christmas
    ],
)
def test_nothing_is_sent_before_its_hour_or_on_a_day_off(
    resources: NotifierResources, office: Office, catch_up: CatchUp, now: datetime
) -> None:
    office.owes(office.partner)
    catch_up()

    assert run(resources, now) == []


def test_a_run_again_at_another_hour_sends_nothing_again(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.owes(office.partner)
    catch_up()
    first = run(resources, MONDAY_MORNING)
    office.owes(office.partner, made=MONDAY_MORNING + timedelta(hours=1))
    catch_up()

    later = run(resources, MONDAY_MORNING + timedelta(hours=5))
    next_day = run(resources, MONDAY_MORNING + timedelta(days=1, hours=9))

    assert [each.task_count for each in first] == [1]
    assert later == []
    assert [(each.local_date, each.task_count) for each in next_day] == [(date(2026, 11, 24), 1)]


def test_a_summary_that_nobody_ran_is_made_up_for_by_the_next(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.owes(office.partner, made=FRIDAY)
    office.owes(office.partner, made=FRIDAY + timedelta(days=4))
    catch_up()

    [late] = run(resources, MONDAY_MORNING + timedelta(days=2, hours=11))

    assert (late.local_date, late.task_count) == (date(2026, 11, 25), 2)


def test_runs_that_race_and_tables_that_are_behind_send_each_summary_once(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    for name in ("Carla Krug", "Dora Dahl", "Emil Ernst"):
        office.user(office.partner, "partner", name)
    office.owes(office.partner)
    catch_up()
    begin = threading.Barrier(3)
    found: list[DigestDecided] = []

    def race() -> None:
        begin.wait()
        found.extend(run(resources, MONDAY_MORNING))

    threads = [threading.Thread(target=race) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with resources.pool.connection() as connection:
        connection.execute("delete from digests")
    again = run(resources, MONDAY_MORNING)

    assert len(found) == 4
    assert len({each.user_id for each in found}) == 4
    assert again == []
    assert len(resources.log.read_all(after=0, categories={"digest"}).events) == 4


def test_reminders_come_weekly_for_partners_and_at_most_every_seven_days_for_creditors(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.owes(office.partner, due=MONDAY_MORNING - timedelta(hours=1))
    office.owes(office.creditor, due=MONDAY_MORNING + timedelta(hours=1))
    catch_up()
    kinds: tuple[DigestKind, ...] = ("weekly_overdue", "creditor_overdue")

    days = {
        day: [each.kind for each in run(resources, MONDAY_MORNING + timedelta(days=day, hours=3), *kinds)]
        for day in (0, 1, 2, 7, 8)
    }

    assert days == {
        0: ["weekly_overdue"],
        1: ["creditor_overdue"],
        2: [],
        7: ["weekly_overdue"],
        8: ["creditor_overdue"],
    }


def test_a_dry_run_says_what_a_run_would_do_and_does_nothing(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.owes(office.partner)
    catch_up()
    head = resources.log.head()

    foreseen = run(resources, MONDAY_MORNING, dry_run=True)

    assert resources.log.head() == head
    assert [each.mail_id for each in run(resources, MONDAY_MORNING)] == [each.mail_id for each in foreseen]


def test_a_date_can_be_named_a_week_ahead_and_no_further(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.owes(office.partner)
    catch_up()

    [ahead] = run(resources, FRIDAY, day=date(2026, 11, 23))

    assert ahead.local_date == date(2026, 11, 23)
    with pytest.raises(Invalid, match="more than a week ahead"):
        run(resources, FRIDAY, day=date(2062, 11, 23))
    with pytest.raises(Invalid, match="more than a year back"):
        run(resources, FRIDAY, day=date.min)


def test_a_rebuild_gives_the_same_tables_and_sends_nothing(
    resources: NotifierResources, office: Office, catch_up: CatchUp, rebuild_tables: Callable[[], None]
) -> None:
    office.owes(office.partner)
    catch_up()
    run(resources, MONDAY_MORNING)
    catch_up()

    def rows() -> list[object]:
        with resources.pool.connection() as connection:
            tasks = connection.execute("select * from tasks order by task_id").fetchall()
            known = connection.execute("select * from digests order by digest_id").fetchall()
            return [tasks, known, queries.outbox(connection, state=None, limit=100)]

    before, head = rows(), resources.log.head()
    rebuild_tables()

    assert rows() == before
    assert resources.log.head() == head
    assert run(resources, MONDAY_MORNING) == []
    assert digests.SIDES["daily_summary"] == "partner"
