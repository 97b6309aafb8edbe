"""How fast the nightly clean-up looks at open chat tasks without a language model, and in how much memory."""

import json
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import psutil

from services.ai_resolver.adapters.embedded_classifier import EmbeddedClassifier
from services.ai_resolver.decider.gates import Policy
from services.ai_resolver.handlers import subscribing
from services.ai_resolver.handlers.judging import Judge
from services.ai_resolver.handlers.running import NightRun, Rules
from services.ai_resolver.handlers.subscribing import Desk
from shared.contracts.envelope import EventData, NewEvent, Stream
from shared.contracts.messaging import CompanyDetails, CompanyRegistered, MessagePosted
from shared.contracts.tasks import Deadline, TaskFacts, TaskOpened
from shared.db import connect
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import Append, EventLog
from shared.settings import Settings, to_environment
from shared.subscription import Subscription, wait_until_handled
from shared.wakeups import IdlePolling
from tests.bench import stack
from tests.bench.report import Figure
from tests.bench.setting import Setting

MEMORY_TARGET_MB = 500

_THREADS_AT_ONCE = 100
_DATA = Path(__file__).parents[1] / "evaluation" / "ai_resolver" / "dev.jsonl"
_POLL_SECONDS = 0.02


def measure(setting: Setting) -> None:
    """Fill a log with threads whose last word is labelled talk, and look at all of them."""
    threads = round(setting.seconds(5_000, 500))
    settings = stack.with_database(setting.settings, "bench_resolver")
    written = datetime.now(UTC) - timedelta(days=3)
    said = [json.loads(line)["thread"][-1]["text"] for line in _DATA.read_text().splitlines()]
    with closing(open_log(settings)) as log:
        setting.tell(f"writing {threads} threads with an open task each")
        creditor_id = uuid4()
        _register(log, creditor_id, written)
        for start in range(0, threads, _THREADS_AT_ONCE):
            portion = range(start, min(start + _THREADS_AT_ONCE, threads))
            log.append_several(
                [
                    append
                    for number in portion
                    for append in _thread(creditor_id, said[number % len(said)], written)
                ]
            )
        setting.tell("projecting them")
        _project(settings, log)
        # First what records nothing: a run waits until the tables have what the log has.
        setting.tell("judging them in a process of its own")
        _memory(setting, settings)
        setting.tell("judging them")
        _judge_all(setting, settings, log)


def _judge_all(setting: Setting, settings: Settings, log: EventLog) -> None:
    begun = time.perf_counter()
    judge = Judge(EmbeddedClassifier(), None, Policy())
    rules = Rules(installation_mode="live", minimum_age=timedelta(hours=4))
    with connect(settings, schema=subscribing.NAME, autocommit=True) as connection:
        run = NightRun(log=log, connection=connection, judge=judge, rules=rules, desk=Desk(log))
        looked = 0
        first = 0.0
        for _ in run.run(datetime.now(UTC), dry=False):
            looked += 1
            first = first or time.perf_counter() - begun
        seconds = time.perf_counter() - begun
    setting.report.add(
        Figure(
            bench="resolver",
            name=f"open chat tasks looked at, {looked} without a model",
            value=looked / seconds,
            unit="/s",
        ),
        Figure(bench="resolver", name="time to the first decision", value=first, unit="s"),
    )


def _memory(setting: Setting, settings: Settings) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "shared.cli", "ai-resolver", "run", "--dry-run", "--at-once", "--json"],
        env=to_environment(settings) | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
    )
    watched, peak = psutil.Process(process.pid), 0
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(_POLL_SECONDS)
    if process.wait() != 0:
        raise RuntimeError("`parley ai-resolver run` failed: what it says is above")
    megabytes = peak / 1e6
    setting.report.add(
        Figure(
            bench="resolver",
            name="memory of the run, at its most",
            value=megabytes,
            unit="MB",
            target=f"≤ {MEMORY_TARGET_MB} MB",
            met=megabytes <= MEMORY_TARGET_MB,
        )
    )


def _project(settings: Settings, log: EventLog) -> None:
    subscription = Subscription(subscribing.subscription(log), log, settings, IdlePolling())
    stop = threading.Event()
    thread = threading.Thread(target=subscription.run, args=(stop,))
    thread.start()
    try:
        with connect(settings, schema=subscribing.NAME, autocommit=True) as connection:
            wait_until_handled(connection, subscribing.NAME, log.head(), timeout=600)
    finally:
        stop.set()
        thread.join()


def _register(log: EventLog, company_id: UUID, at: datetime) -> None:
    details = CompanyDetails(name="Nordvik", country="DK", time_zone="Europe/Copenhagen")
    registered = CompanyRegistered(company_id=company_id, side="creditor", details=details)
    log.append(Stream("company", company_id), [_event(registered, company_id, at)], expected="no_stream")


def _thread(creditor_id: UUID, text: str, at: datetime) -> list[Append]:
    thread_id, partner_id = uuid4(), uuid4()
    message_id = uuid5(thread_id, "message")
    message = MessagePosted(
        message_id=message_id,
        thread_id=thread_id,
        thread_kind="invoice_chat",
        case_id=None,
        case_reference=None,
        partnership_id=thread_id,
        client_message_id=str(message_id),
        role="partner",
        author_id=partner_id,
        author_name="Anna Holm",
        author_company_id=partner_id,
        recipient_ids=(creditor_id,),
        body=text,
    )
    task = TaskFacts(
        id=uuid5(message_id, str(creditor_id)),
        type="ReplyToChat",
        title="New message",
        company_id=creditor_id,
        side="creditor",
        case_id=None,
        case_reference=None,
        thread_id=thread_id,
        message_id=message_id,
        created_at=at,
        deadline=Deadline(due_at=at, calendar="DK", time_zone="Europe/Copenhagen", skipped_days=()),
    )
    return [
        Append(Stream("thread", thread_id), [_event(message, creditor_id, at)], "no_stream"),
        Append(
            Stream("reply-tasks", thread_id),
            [_event(TaskOpened(task=task, thread_version=1), creditor_id, at)],
            "no_stream",
        ),
    ]


def _event(data: EventData, company_id: UUID, at: datetime) -> NewEvent:
    return NewEvent(
        id=uuid4(),
        data=data,
        time=at,
        actor="ops:bench",
        audience=frozenset({company_id}),
        # One key for all: what is measured is not how keys are made.
        subject=f"case:{company_id}",
        correlation_id=uuid4(),
    )
