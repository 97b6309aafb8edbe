"""Companies that write to each other, told to the log as messaging would, and nights to judge them in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4, uuid5

from services.ai_resolver.decider.gates import Policy
from services.ai_resolver.handlers.judging import Judge
from services.ai_resolver.handlers.running import Looked, NightRun, Rules
from services.ai_resolver.handlers.subscribing import Desk
from services.ai_resolver.ports import Classifier, LanguageModel
from shared.contracts.ai_resolver import Mode
from shared.contracts.envelope import EventData, NewEvent, RecordedEvent, Stream
from shared.contracts.messaging import (
    Attachment,
    CaseOpened,
    CompanyDetails,
    CompanyRegistered,
    MessagePosted,
    Side,
)
from shared.db import DatabaseConnection
from shared.eventlog.protocol import EventLog

FRIDAY = datetime(2026, 11, 20, 14, tzinfo=UTC)
SATURDAY_AT_THREE = datetime(2026, 11, 21, 2, tzinfo=UTC)
NORDVIK = CompanyDetails(name="Nordvik Steel A/S", country="DK", time_zone="Europe/Copenhagen")
MUNICH = CompanyDetails(
    name="Inkasso München GmbH", country="DE", subdivision="BY", time_zone="Europe/Berlin"
)


@dataclass
class Chat:
    """A thread between a creditor and a partner."""

    log: EventLog
    thread_id: UUID = field(default_factory=uuid4)
    case_id: UUID = field(default_factory=uuid4)
    creditor: UUID = field(default_factory=uuid4)
    partner: UUID = field(default_factory=uuid4)

    def begin(self) -> "Chat":
        for company_id, side, details in (
            (self.creditor, "creditor", NORDVIK),
            (self.partner, "partner", MUNICH),
        ):
            self._append(
                Stream("company", company_id),
                CompanyRegistered(company_id=company_id, side=_side(side), details=details),
                FRIDAY,
            )
        return self

    def about(self, debtor_name: str) -> "Chat":
        """Let the case be about this debtor."""
        opened = CaseOpened(
            case_id=self.case_id,
            reference="NV-1001",
            creditor_id=self.creditor,
            debtor_type="Company",
            debtor_name=debtor_name,
            amount=Decimal(1200),
            currency="EUR",
            status="Active",
        )
        self._append(Stream("case", self.case_id), opened, FRIDAY, subject=f"case:{self.case_id}")
        return self

    def says(
        self, side: Side, text: str, *, at: datetime = FRIDAY, files: tuple[str, ...] = ()
    ) -> RecordedEvent:
        author, recipient = (
            (self.creditor, self.partner) if side == "creditor" else (self.partner, self.creditor)
        )
        message_id = uuid4()
        return self._append(
            Stream("thread", self.thread_id),
            MessagePosted(
                message_id=message_id,
                thread_id=self.thread_id,
                thread_kind="invoice_chat",
                case_id=self.case_id,
                case_reference="NV-1001",
                partnership_id=None,
                client_message_id=str(message_id),
                role=side,
                author_id=uuid5(author, "author"),
                author_name="Anna Holm",
                author_company_id=author,
                recipient_ids=(recipient,),
                body=text,
                attachments=tuple(
                    Attachment(id=uuid4(), file_name=name, content_type="application/pdf", size=1)
                    for name in files
                ),
            ),
            at,
            subject=f"case:{self.case_id}",
            event_id=message_id,
        )

    def append(self, stream: Stream, data: EventData, at: datetime) -> RecordedEvent:
        return self._append(stream, data, at)

    def _append(
        self,
        stream: Stream,
        data: EventData,
        time: datetime,
        *,
        subject: str | None = None,
        event_id: UUID | None = None,
    ) -> RecordedEvent:
        event = NewEvent(
            id=event_id or uuid4(),
            data=data,
            time=time,
            actor="ops:test",
            audience=frozenset(),
            subject=subject,
            correlation_id=uuid4(),
        )
        return self.log.append(stream, [event], expected="any").events[0]


def _side(name: str) -> Side:
    return "creditor" if name == "creditor" else "partner"


def a_night(
    log: EventLog,
    tables: DatabaseConnection,
    classifier: Classifier,
    *,
    at: datetime = SATURDAY_AT_THREE,
    model: LanguageModel | None = None,
    mode: Mode = "live",
    dry: bool = False,
    workers: int = 1,
) -> list[Looked]:
    """Run one night and return what it looked at."""
    run = night_run(log, tables, classifier, model=model, mode=mode)
    return list(run.run(at, dry=dry, workers=workers))


def night_run(
    log: EventLog,
    tables: DatabaseConnection,
    classifier: Classifier,
    *,
    model: LanguageModel | None = None,
    mode: Mode = "live",
) -> NightRun:
    return NightRun(
        log=log,
        connection=tables,
        judge=Judge(classifier, model, Policy()),
        rules=Rules(installation_mode=mode, minimum_age=timedelta(hours=4), brake_rate=0.02),
        desk=Desk(log),
    )
