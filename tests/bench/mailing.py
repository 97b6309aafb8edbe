"""How fast e-mails are written and sent, and how long a day's summaries take."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from services.notifier.handlers import bursts
from services.notifier.handlers.digests import Digester, DigestRequest
from shared import readiness
from shared.contracts.envelope import EventData, NewEvent, Stream
from shared.contracts.messaging import (
    CompanyDetails,
    CompanyRegistered,
    MessagePosted,
    Side,
    UserAdded,
)
from shared.contracts.tasks import Deadline, TaskFacts, TaskOpened
from shared.db import open_pool
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import Append, EventLog
from shared.settings import Settings
from shared.subscription import wait_until_handled
from shared.testing import eventually, free_port, running
from tests.bench import stack
from tests.bench.appending import BODY
from tests.bench.report import Figure
from tests.bench.setting import Setting

MAILS_TARGET = 300
DIGESTS_TARGET_SECONDS = 90
USERS_PER_COMPANY = 10
TASKS_PER_COMPANY = 100
MONDAY_MORNING = datetime(2026, 11, 23, 6, tzinfo=UTC)
_AT_ONCE = 100
_SENT = "select count(*) from eventlog.events where type = 'MailSent'"
_PATIENCE = 600


def measure(setting: Setting) -> None:
    """Send a burst's e-mails to 10 000 users, then a day's summaries of 100 000 tasks to as many."""
    users = round(setting.seconds(10_000, 500))
    _measure_bursts(setting, users)
    _measure_digests(setting, users)


def _measure_bursts(setting: Setting, users: int) -> None:
    settings = stack.with_database(setting.settings, "bench_mails")
    companies = users // USERS_PER_COMPANY
    with _sink() as port, closing(open_log(settings)) as log:
        setting.tell(f"a message to each of {companies} creditors with {USERS_PER_COMPANY} users")
        _append(log, _people(companies, "creditor", _message))
        settings = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{port}"})
        with (
            running(settings, "notifier", wait=False) as processes,
            open_pool(settings, schema="notifier") as pool,
        ):
            wait_until_handled(pool, "notifier", log.head(), timeout=_PATIENCE)
            setting.tell(f"deciding, writing and sending {users} e-mails")
            begun = time.perf_counter()
            flusher = bursts.Flusher(
                log=log, pool=pool, clock=settings.system_clock(), patience=bursts.patience_of(settings)
            )
            decided = flusher.flush(now=datetime.now(UTC), everything=True)
            deciding = time.perf_counter() - begun
            _wait_until_sent(settings, users)
            seconds = time.perf_counter() - begun
            memory = stack.resident_mb_of(processes.pid("notifier"))
    setting.report.add(
        Figure(
            bench="mails",
            name="notifier, resident after sending them",
            value=memory,
            unit="MB",
            target=f"≤ {stack.MEMORY_TARGET_MB} MB",
            met=memory <= stack.MEMORY_TARGET_MB,
        )
    )
    setting.report.add(
        Figure(
            bench="mails",
            name=f"{users} e-mails of {len(decided)} bursts: decided, written, sent to a local sink",
            value=users / seconds,
            unit="mails/s",
            target=f"≥ {MAILS_TARGET} mails/s",
            met=users / seconds >= MAILS_TARGET,
        )
    )
    setting.report.remark(f"{len(decided)} bursts were decided in {deciding:.1f} s of these {seconds:.1f} s")


def _measure_digests(setting: Setting, users: int) -> None:
    settings = stack.with_database(setting.settings, "bench_digests")
    companies = users // USERS_PER_COMPANY
    with closing(open_log(settings)) as log:
        setting.tell(f"{companies * TASKS_PER_COMPANY} open tasks of {companies} partners")
        _append(log, _people(companies, "partner", _tasks))
        with running(settings, "notifier", wait=False), open_pool(settings, schema="notifier") as pool:
            wait_until_handled(pool, "notifier", log.head(), timeout=_PATIENCE)
        with open_pool(settings, schema="notifier") as pool:
            setting.tell(f"deciding {users} daily summaries")
            begun = time.perf_counter()
            request = DigestRequest(kinds=("daily_summary",), now=MONDAY_MORNING)
            decided = sum(1 for _ in Digester(log=log, pool=pool).run(request))
            seconds = time.perf_counter() - begun
    setting.report.add(
        Figure(
            bench="mails",
            name=f"daily summaries of {decided} users over {companies * TASKS_PER_COMPANY} open tasks",
            value=seconds,
            unit="s",
            target=f"≤ {DIGESTS_TARGET_SECONDS} s",
            met=seconds <= DIGESTS_TARGET_SECONDS,
        )
    )


@contextmanager
def _sink() -> Iterator[int]:
    port = free_port()
    with subprocess.Popen([sys.executable, str(Path(__file__).parent / "smtp_sink.py"), str(port)]) as sink:
        try:
            eventually(lambda: readiness.accepts("127.0.0.1", port))
            yield port
        finally:
            sink.terminate()


def _wait_until_sent(settings: Settings, count: int) -> None:
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            row = connection.execute(_SENT).fetchone()
            if row is not None and row[0] >= count:
                return
            time.sleep(0.2)
    raise TimeoutError(f"not all of {count} e-mails were sent in {_PATIENCE} s")


def _append(log: EventLog, appends: Iterator[Append]) -> None:
    together: list[Append] = []
    for each in appends:
        together.append(each)
        if len(together) >= _AT_ONCE:
            log.append_several(together)
            together = []
    if together:
        log.append_several(together)


def _people(companies: int, side: Side, then: object) -> Iterator[Append]:
    assert callable(then)
    for number in range(companies):
        company_id = uuid4()
        details = CompanyDetails(name=f"Company {number}", country="DK", time_zone="Europe/Copenhagen")
        registered = CompanyRegistered(company_id=company_id, side=side, details=details)
        yield _one(Stream("company", company_id), registered)
        for which in range(USERS_PER_COMPANY):
            user_id = uuid4()
            added = UserAdded(
                user_id=user_id,
                company_id=company_id,
                side=side,
                email=f"user{which}@company{number}.example",
                name=f"User {which}",
                role="user",
            )
            yield _one(Stream("user", user_id), added, subject=f"user:{user_id}")
        yield from then(company_id)


def _message(company_id: UUID) -> Iterator[Append]:
    thread_id, message_id, case_id = uuid4(), uuid4(), uuid4()
    posted = MessagePosted(
        message_id=message_id,
        thread_id=thread_id,
        thread_kind="invoice_chat",
        case_id=case_id,
        case_reference="NV-1001",
        partnership_id=None,
        client_message_id=str(message_id),
        role="partner",
        author_id=uuid4(),
        author_name="Bob Brandt",
        author_company_id=uuid4(),
        recipient_ids=(company_id,),
        body=BODY,
    )
    stream, subject = Stream("thread", thread_id), f"case:{case_id}"
    # Just now, so that the burst is not over before the bench says so.
    yield _one(stream, posted, subject=subject, event_id=message_id, at=datetime.now(UTC))


def _tasks(company_id: UUID) -> Iterator[Append]:
    thread_id = uuid4()
    made = MONDAY_MORNING - timedelta(hours=9)
    deadline = Deadline(
        due_at=made + timedelta(days=2), calendar="DK", time_zone="Europe/Copenhagen", skipped_days=()
    )
    opened: Sequence[TaskOpened] = [
        TaskOpened(
            task=TaskFacts(
                id=uuid4(),
                type="ReplyToChat",
                title=f"New message on case NV-{number}",
                company_id=company_id,
                side="partner",
                case_id=uuid4(),
                case_reference=f"NV-{number}",
                thread_id=thread_id,
                message_id=uuid4(),
                created_at=made,
                deadline=deadline,
            )
        )
        for number in range(TASKS_PER_COMPANY)
    ]
    events = tuple(_event(each) for each in opened)
    yield Append(Stream("reply-tasks", thread_id), events, "no_stream")


def _one(
    stream: Stream,
    data: EventData,
    *,
    subject: str | None = None,
    event_id: UUID | None = None,
    at: datetime | None = None,
) -> Append:
    return Append(stream, (_event(data, subject=subject, event_id=event_id, at=at),), "no_stream")


def _event(
    data: EventData, *, subject: str | None = None, event_id: UUID | None = None, at: datetime | None = None
) -> NewEvent:
    return NewEvent(
        id=event_id or uuid4(),
        data=data,
        time=at or MONDAY_MORNING - timedelta(hours=9),
        actor="platform",
        audience=frozenset(),
        subject=subject,
        correlation_id=uuid4(),
    )
