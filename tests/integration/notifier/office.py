"""A creditor and its partner who write to each other, told as messaging would tell it: events in the log."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from shared.contracts.envelope import EventData, NewEvent, RecordedEvent, Stream
from shared.contracts.messaging import (
    CompanyDetails,
    CompanyRegistered,
    MessagePosted,
    SenderRole,
    Side,
    ThreadRead,
    UserAdded,
    UserDeactivated,
    UserDetailsChanged,
)
from shared.contracts.tasks import Deadline, TaskFacts, TaskOpened, TaskSolved
from shared.eventlog.protocol import EventLog

FRIDAY = datetime(2026, 11, 20, 14, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who works for a company."""

    id: UUID
    company_id: UUID
    email: str


@dataclass
class Office:
    """One thread between a creditor and a partner; whatever happens is appended at once."""

    log: EventLog
    creditor: UUID = field(default_factory=uuid4)
    partner: UUID = field(default_factory=uuid4)
    thread_id: UUID = field(default_factory=uuid4)
    case_id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self._company(self.creditor, "creditor", "Nordvik Steel A/S", "Europe/Copenhagen")
        self._company(self.partner, "partner", "Inkasso Hafen GmbH", "Europe/Berlin")
        self.anna = self.user(self.creditor, "creditor", "Anna Holm")
        self.bob = self.user(self.partner, "partner", "Bob Brandt")

    def another_thread(self) -> UUID:
        """Turn to a new thread of the same companies and return it."""
        self.thread_id = uuid4()
        return self.thread_id

    def user(self, company_id: UUID, side: Side, name: str) -> User:
        user = User(uuid4(), company_id, f"{name.split(maxsplit=1)[0].lower()}@{side}.example")
        added = UserAdded(
            user_id=user.id, company_id=company_id, side=side, email=user.email, name=name, role="user"
        )
        self._append(Stream("user", user.id), added, subject=f"user:{user.id}")
        return user

    def readdresses(self, user: User, email: str) -> None:
        changed = UserDetailsChanged(
            user_id=user.id,
            company_id=user.company_id,
            side="creditor",
            email=email,
            name="Anna Holm",
            role="user",
        )
        self._append(Stream("user", user.id), changed, subject=f"user:{user.id}")

    def deactivates(self, user: User) -> None:
        deactivated = UserDeactivated(user_id=user.id, company_id=user.company_id)
        self._append(Stream("user", user.id), deactivated, subject=f"user:{user.id}")

    def partner_writes(
        self, body: str, *, at: datetime = FRIDAY, expects_reply: bool = True
    ) -> RecordedEvent:
        return self._posts(
            body, at, role="partner", by=self.bob, to=self.creditor, expects_reply=expects_reply
        )

    def creditor_writes(self, body: str, *, at: datetime = FRIDAY) -> RecordedEvent:
        return self._posts(body, at, role="creditor", by=self.anna, to=self.partner)

    def platform_writes(self, body: str, *, at: datetime = FRIDAY) -> RecordedEvent:
        return self._posts(body, at, role="platform", by=None, to=self.creditor)

    def reads(self, user: User, message: RecordedEvent) -> None:
        read = ThreadRead(
            thread_id=message.stream.id,
            case_id=self.case_id,
            user_id=user.id,
            company_id=user.company_id,
            up_to_message_id=message.id,
            up_to_version=message.version,
        )
        self._append(message.stream, read, subject=f"case:{self.case_id}")

    def on_case(
        self,
        data: EventData,
        *,
        actor: str = "platform",
        correlation_id: UUID | None = None,
        at: datetime = FRIDAY,
    ) -> RecordedEvent:
        """Have something happen on the case."""
        stream, subject = Stream("case", self.case_id), f"case:{self.case_id}"
        return self._append(stream, data, subject=subject, at=at, actor=actor, correlation_id=correlation_id)

    def owes(
        self,
        company_id: UUID,
        *,
        made: datetime = FRIDAY,
        due: datetime | None = None,
        reference: str = "NV-1001",
    ) -> TaskFacts:
        """Have a task opened for the company."""
        task = TaskFacts(
            id=uuid4(),
            type="ReplyToChat",
            title=f"New message on case {reference}",
            company_id=company_id,
            side="creditor" if company_id == self.creditor else "partner",
            case_id=self.case_id,
            case_reference=reference,
            thread_id=self.thread_id,
            message_id=uuid4(),
            created_at=made,
            deadline=Deadline(
                due_at=due or made + timedelta(days=4),
                calendar="DK",
                time_zone="Europe/Copenhagen",
                skipped_days=(),
            ),
        )
        self._append(Stream("reply-tasks", self.thread_id), TaskOpened(task=task), at=made)
        return task

    def on_tasks(self, data: EventData, *, at: datetime = FRIDAY) -> None:
        self._append(Stream("reply-tasks", self.thread_id), data, at=at)

    def answers(self, task: TaskFacts, *, at: datetime = FRIDAY) -> None:
        solved = TaskSolved(task=task, solved_at=at, solved_by="reply")
        self._append(Stream("reply-tasks", self.thread_id), solved, at=at)

    def _company(self, company_id: UUID, side: Side, name: str, time_zone: str) -> None:
        details = CompanyDetails(name=name, country="DK", time_zone=time_zone)
        registered = CompanyRegistered(company_id=company_id, side=side, details=details)
        self._append(Stream("company", company_id), registered)

    def _posts(
        self,
        body: str,
        at: datetime,
        *,
        role: SenderRole,
        by: User | None,
        to: UUID,
        expects_reply: bool = True,
    ) -> RecordedEvent:
        message_id = uuid5(self.thread_id, str(uuid4()))
        posted = MessagePosted(
            message_id=message_id,
            thread_id=self.thread_id,
            thread_kind="invoice_chat",
            case_id=self.case_id,
            case_reference="NV-1001",
            partnership_id=None,
            client_message_id=str(message_id),
            role=role,
            author_id=by.id if by else None,
            author_name="Bob Brandt" if by else None,
            author_company_id=by.company_id if by else None,
            recipient_ids=(to,),
            body=body,
            expects_reply=expects_reply,
        )
        stream, subject = Stream("thread", self.thread_id), f"case:{self.case_id}"
        return self._append(stream, posted, subject=subject, event_id=message_id, at=at)

    def _append(
        self,
        stream: Stream,
        data: EventData,
        *,
        subject: str | None = None,
        event_id: UUID | None = None,
        at: datetime = FRIDAY - timedelta(hours=1),
        actor: str = "platform",
        correlation_id: UUID | None = None,
    ) -> RecordedEvent:
        event = NewEvent(
            id=event_id or uuid4(),
            data=data,
            time=at,
            actor=actor,
            audience=frozenset({self.creditor, self.partner}),
            subject=subject,
            correlation_id=correlation_id or uuid4(),
        )
        return self.log.append(stream, [event], expected="any").events[0]
