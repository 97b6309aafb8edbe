"""A small town of companies that write to each other, told to the log as messaging would."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4, uuid5

from shared.contracts.envelope import EventData, NewEvent, RecordedEvent, Stream
from shared.contracts.messaging import (
    CaseAssigned,
    CaseOpened,
    CaseStatus,
    CompanyDetails,
    CompanyDetailsChanged,
    CompanyRegistered,
    MessagePosted,
    SenderRole,
    Side,
    ThreadClosed,
)
from shared.eventlog.protocol import EventLog

FRIDAY_AT_THREE = datetime(2026, 11, 20, 14, tzinfo=UTC)
DENMARK = CompanyDetails(name="Nordvik Steel A/S", country="DK", time_zone="Europe/Copenhagen")
BAVARIA = CompanyDetails(
    name="Inkasso München GmbH", country="DE", subdivision="BY", time_zone="Europe/Berlin"
)


@dataclass(frozen=True)
class Thread:
    id: UUID = field(default_factory=uuid4)
    case_id: UUID = field(default_factory=uuid4)
    reference: str = "NV-1001"
    creditor: UUID = field(default_factory=uuid4)
    partner: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Town:
    """Tells the log what messaging would: companies, messages, closed threads."""

    log: EventLog

    def registers(self, company_id: UUID, side: Side, details: CompanyDetails) -> None:
        self._append(
            Stream("company", company_id),
            CompanyRegistered(company_id=company_id, side=side, details=details),
            FRIDAY_AT_THREE,
        )

    def changes(self, company_id: UUID, side: Side, details: CompanyDetails) -> None:
        self._append(
            Stream("company", company_id),
            CompanyDetailsChanged(company_id=company_id, side=side, details=details),
            FRIDAY_AT_THREE,
        )

    def thread(self) -> Thread:
        """Make a thread between two companies and register them."""
        thread = Thread()
        self.registers_both(thread)
        return thread

    def registers_both(self, thread: Thread) -> None:
        self.registers(thread.creditor, "creditor", DENMARK)
        self.registers(thread.partner, "partner", BAVARIA)

    def posts(self, thread: Thread, role: SenderRole, *, at: datetime = FRIDAY_AT_THREE) -> RecordedEvent:
        sides = {
            "creditor": (thread.creditor, (thread.partner,)),
            "partner": (thread.partner, (thread.creditor,)),
        }
        author_company, recipients = sides.get(role, (None, (thread.creditor, thread.partner)))
        client_message_id = str(uuid4())
        message_id = uuid5(thread.id, f"author:{client_message_id}")
        return self._append(
            Stream("thread", thread.id),
            MessagePosted(
                message_id=message_id,
                thread_id=thread.id,
                thread_kind="invoice_chat",
                case_id=thread.case_id,
                case_reference=thread.reference,
                partnership_id=None,
                client_message_id=client_message_id,
                role=role,
                author_id=None if author_company is None else uuid5(author_company, "author"),
                author_name=None if author_company is None else "Anna Holm",
                author_company_id=author_company,
                recipient_ids=recipients,
                body="Could you send the invoice?",
            ),
            at,
            subject=f"case:{thread.case_id}",
            event_id=message_id,
        )

    def closes(self, thread: Thread, *, at: datetime = FRIDAY_AT_THREE + timedelta(hours=1)) -> RecordedEvent:
        return self._append(
            Stream("thread", thread.id),
            ThreadClosed(thread_id=thread.id, case_id=thread.case_id, reason="reassigned"),
            at,
        )

    def opens_case(self, thread: Thread, *, status: CaseStatus = "Active", assigned: bool = True) -> None:
        """Open the thread's case and give it to its partner."""
        case = Stream("case", thread.case_id)
        opened = CaseOpened(
            case_id=thread.case_id,
            reference=thread.reference,
            creditor_id=thread.creditor,
            debtor_type="Company",
            debtor_name="Hafen GmbH",
            amount=Decimal(8400),
            currency="EUR",
            status=status,
        )
        self.tells(case, opened, subject=f"case:{thread.case_id}")
        if not assigned:
            return
        assignment = CaseAssigned(
            case_id=thread.case_id,
            reference=thread.reference,
            engagement_id=uuid4(),
            creditor_id=thread.creditor,
            partner_id=thread.partner,
        )
        self.tells(case, assignment)

    def tells(self, stream: Stream, data: EventData, *, subject: str | None = None) -> RecordedEvent:
        """Append any event of messaging's, on the town's day."""
        return self._append(stream, data, FRIDAY_AT_THREE, subject=subject or f"thread:{stream.id}")

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
