"""How long a month's surveys take for 100 000 active cases."""

import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from services.surveys import handlers
from services.surveys.commands import Origin
from shared.contracts.envelope import EventData, NewEvent, Stream
from shared.contracts.messaging import CaseAssigned, CaseOpened, CompanyDetails, CompanyRegistered
from shared.db import connect
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import Append, EventLog
from shared.settings import Settings
from shared.subscription import Subscription, wait_until_handled
from shared.wakeups import IdlePolling
from tests.bench import stack
from tests.bench.report import Figure
from tests.bench.setting import Setting

_CASES_AT_ONCE = 100


def measure(setting: Setting) -> None:
    """Fill a log with active cases, then request the surveys of the month in which all are due."""
    cases = round(setting.seconds(100_000, 5_000))
    settings = stack.with_database(setting.settings, "bench_surveys")
    now = datetime.now(UTC)
    activated = now - timedelta(days=40)
    with closing(open_log(settings)) as log:
        setting.tell(f"opening {cases} active cases")
        creditor_id, partner_id = uuid4(), uuid4()
        _register(log, partner_id, activated)
        for _ in range(cases // _CASES_AT_ONCE):
            log.append_several(
                [_active_case(creditor_id, partner_id, activated) for _ in range(_CASES_AT_ONCE)]
            )
        setting.tell("projecting them")
        archive = handlers.open_archive(log)
        _project(settings, log)
        setting.tell("requesting their surveys")
        with connect(settings, schema=handlers.NAME, autocommit=True) as connection:
            begun = time.perf_counter()
            done = handlers.request_month(
                archive,
                connection,
                month=f"{now:%Y-%m}",
                origin=Origin(id=uuid4(), at=now, actor="ops:bench", correlation_id=uuid4()),
                business_days=5,
            )
            seconds = time.perf_counter() - begun
        setting.report.add(
            Figure(
                bench="surveys",
                name=f"request the surveys of {done.requested} of {done.total} active cases",
                value=seconds,
                unit="s",
            )
        )


def _project(settings: Settings, log: EventLog) -> None:
    definition = handlers.subscription(handlers.open_archive(log))
    subscription = Subscription(definition, log, settings, IdlePolling())
    stop = threading.Event()
    thread = threading.Thread(target=subscription.run, args=(stop,))
    thread.start()
    try:
        with connect(settings, schema=handlers.NAME, autocommit=True) as connection:
            wait_until_handled(connection, handlers.NAME, log.head(), timeout=600)
    finally:
        stop.set()
        thread.join()


def _register(log: EventLog, partner_id: UUID, at: datetime) -> None:
    details = CompanyDetails(name="Inkasso", country="DE", time_zone="Europe/Berlin")
    registered = CompanyRegistered(company_id=partner_id, side="partner", details=details)
    log.append(Stream("company", partner_id), [_event(registered, partner_id, at)], expected="no_stream")


def _active_case(creditor_id: UUID, partner_id: UUID, at: datetime) -> Append:
    case_id = uuid4()
    opened = CaseOpened(
        case_id=case_id,
        reference=f"B-{case_id.hex[:8]}",
        creditor_id=creditor_id,
        debtor_type="Company",
        debtor_name="Hafen GmbH",
        amount=Decimal("8400.00"),
        currency="EUR",
        status="Active",
    )
    assigned = CaseAssigned(
        case_id=case_id,
        reference=opened.reference,
        engagement_id=uuid4(),
        creditor_id=creditor_id,
        partner_id=partner_id,
    )
    return Append(
        Stream("case", case_id),
        # One key for all: what is measured is not how keys are made.
        [_event(opened, creditor_id, at), _event(assigned, creditor_id, at)],
        "no_stream",
    )


def _event(data: EventData, company_id: UUID, at: datetime) -> NewEvent:
    return NewEvent(
        id=uuid4(),
        data=data,
        time=at,
        actor="ops:bench",
        audience=frozenset({company_id}),
        subject=f"case:{company_id}",
        correlation_id=uuid4(),
    )
