"""Two companies and their people, who use messaging as the service's entrypoints do."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from services.messaging import commands, handlers
from services.messaging.commands import Origin
from shared.contracts.messaging import (
    CaseStatus,
    CompanyDetails,
    Debtor,
    EditedNote,
    FiledComplaint,
    LoggedCall,
    LoggedNote,
    NoteField,
    NoteView,
    PostedMessage,
    Side,
    SubmittedQuote,
)
from shared.eventlog.protocol import Appended

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def origin() -> Origin:
    return Origin(id=uuid4(), at=NOON, actor="ops:test", correlation_id=uuid4())


@dataclass(frozen=True)
class Person:
    company_id: UUID
    name: str
    id: UUID = field(default_factory=uuid4)

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@{self.company_id.hex[:8]}.example"


@dataclass(frozen=True)
class Office:
    """Does through the handlers what clients do through the service."""

    archive: handlers.Archive

    def company(self, side: Side, name: str) -> UUID:
        company_id = uuid4()
        details = CompanyDetails(name=name, country="DK", time_zone="Europe/Copenhagen")
        command = commands.RegisterCompany(company_id=company_id, side=side, details=details)
        handlers.register_company(self.archive, command=command, origin=origin())
        return company_id

    def person(self, company_id: UUID, name: str) -> Person:
        person = Person(company_id, name)
        self.put(person)
        return person

    def put(self, person: Person, *, active: bool = True) -> Appended | None:
        command = commands.PutUser(
            user_id=person.id,
            company_id=person.company_id,
            email=person.email,
            name=person.name,
            role="user",
            active=active,
        )
        return handlers.put_user(self.archive, command=command, origin=origin())

    def case(
        self, creditor_id: UUID, partner_id: UUID | None, *, status: CaseStatus = "Active"
    ) -> commands.PutCase:
        command = commands.PutCase(
            case_id=uuid4(),
            reference="NV-1001",
            creditor_id=creditor_id,
            partner_id=partner_id,
            status=status,
            debtor=Debtor(type="Company", name="Hafen GmbH"),
            amount=Decimal("8400.00"),
            currency="EUR",
            close_code=None,
        )
        self.change(command)
        return command

    def change(self, command: commands.PutCase, **changes: object) -> Appended | None:
        changed = replace(command, **changes)  # type: ignore[arg-type] # by field name
        return handlers.put_case(self.archive, command=changed, origin=origin())

    def partnership(self, creditor_id: UUID, partner_id: UUID) -> UUID:
        command = commands.EstablishPartnership(
            partnership_id=uuid4(), creditor_id=creditor_id, partner_id=partner_id
        )
        handlers.establish_partnership(self.archive, command=command, origin=origin())
        return command.partnership_id

    def invites(self, case_id: UUID, partner_id: UUID) -> Appended | None:
        return handlers.invite_partner(self.archive, case_id=case_id, partner_id=partner_id, origin=origin())

    def quotes(
        self, person: Person, lead_id: UUID, percent: str = "12.5", *, at: datetime = NOON
    ) -> SubmittedQuote:
        return handlers.submit_quote(
            self.archive,
            lead_id=lead_id,
            author_id=person.id,
            company_id=person.company_id,
            success_fee_percent=Decimal(percent),
            fixed_fee=None,
            currency=None,
            comment=None,
            origin=replace(origin(), at=at),
        )

    def chooses(self, person: Person, lead_id: UUID, quote_id: UUID) -> Appended | None:
        return handlers.choose_winner(
            self.archive,
            lead_id=lead_id,
            quote_id=quote_id,
            user_id=person.id,
            company_id=person.company_id,
            origin=origin(),
        )

    def pulls_back(self, person: Person, lead_id: UUID) -> Appended | None:
        return handlers.pull_back_lead(
            self.archive,
            lead_id=lead_id,
            user_id=person.id,
            company_id=person.company_id,
            origin=origin(),
        )

    def chat(self, case_id: UUID, *, company_id: UUID | None = None) -> UUID:
        thread_id, _ = handlers.ensure_thread(
            self.archive, case_id=case_id, kind="invoice_chat", company_id=company_id, origin=origin()
        )
        return thread_id

    def posts(
        self,
        person: Person,
        thread_id: UUID,
        body: str = "Could you send the invoice?",
        *,
        client_message_id: str | None = None,
        company_id: UUID | None = None,
        attachment_ids: tuple[UUID, ...] = (),
    ) -> PostedMessage:
        return handlers.post_message(
            self.archive,
            thread_id=thread_id,
            author_id=person.id,
            company_id=company_id or person.company_id,
            client_message_id=str(uuid4()) if client_message_id is None else client_message_id,
            body=body,
            attachment_ids=attachment_ids,
            origin=origin(),
        )

    def reads(self, person: Person, thread_id: UUID, message_id: UUID) -> Appended | None:
        return handlers.mark_read(
            self.archive,
            thread_id=thread_id,
            up_to_message_id=message_id,
            user_id=person.id,
            company_id=person.company_id,
            origin=origin(),
        )

    def notes(
        self,
        person: Person,
        case_id: UUID,
        title: str = "Visited the debtor",
        *,
        client_note_id: str | None = None,
        description: str | None = "The office is closed.",
        event_date: datetime | date | None = None,
    ) -> LoggedNote:
        return handlers.log_note(
            self.archive,
            case_id=case_id,
            author_id=person.id,
            company_id=person.company_id,
            client_note_id=client_note_id or str(uuid4()),
            title=title,
            description=description,
            event_date=event_date,
            origin=origin(),
        )

    def edits(
        self, person: Person, note: NoteView, fields: tuple[NoteField, ...] = ("title",), **content: Any
    ) -> EditedNote:
        return handlers.edit_note(
            self.archive,
            case_id=note.case_id,
            note_id=note.id,
            author_id=person.id,
            company_id=person.company_id,
            fields=fields,
            title=content.get("title"),
            description=content.get("description"),
            event_date=content.get("event_date"),
            origin=origin(),
        )

    def deletes(self, person: Person, note: NoteView) -> Appended | None:
        return handlers.delete_note(
            self.archive,
            case_id=note.case_id,
            note_id=note.id,
            author_id=person.id,
            company_id=person.company_id,
            origin=origin(),
        )

    def calls(
        self,
        person: Person,
        case_id: UUID,
        *,
        client_call_id: str | None = None,
        notes: str = "Promised to pay half.",
        called_at: datetime | None = None,
    ) -> LoggedCall:
        return handlers.log_call(
            self.archive,
            case_id=case_id,
            author_id=person.id,
            company_id=person.company_id,
            client_call_id=client_call_id or str(uuid4()),
            number="+45 70 10 20 30",
            outcome="future_payment_promised",
            notes=notes,
            called_at=called_at,
            origin=origin(),
        )

    def complains(
        self,
        person: Person,
        case_id: UUID,
        text: str = "Nobody answers us.",
        *,
        client_complaint_id: str | None = None,
    ) -> FiledComplaint:
        return handlers.file_complaint(
            self.archive,
            case_id=case_id,
            author_id=person.id,
            company_id=person.company_id,
            client_complaint_id=client_complaint_id or str(uuid4()),
            text=text,
            origin=origin(),
        )

    def accepts(self, complaint_id: UUID) -> Appended | None:
        return handlers.accept_complaint(self.archive, complaint_id=complaint_id, origin=origin())

    def responds(
        self, person: Person, case_id: UUID, complaint_id: UUID, text: str = "We are sorry."
    ) -> FiledComplaint:
        return handlers.answer_complaint(
            self.archive,
            case_id=case_id,
            complaint_id=complaint_id,
            author_id=person.id,
            company_id=person.company_id,
            text=text,
            origin=origin(),
        )


@dataclass(frozen=True)
class Conversation:
    """A case of a creditor with a partner, its chat, and one person on each side."""

    office: Office
    creditor: UUID
    partner: UUID
    anna: Person
    paul: Person
    case: commands.PutCase
    thread_id: UUID


def begin_conversation(office: Office) -> Conversation:
    creditor = office.company("creditor", "Nordvik Steel A/S")
    partner = office.company("partner", "Inkasso Nord GmbH")
    case = office.case(creditor, partner)
    return Conversation(
        office=office,
        creditor=creditor,
        partner=partner,
        anna=office.person(creditor, "Anna"),
        paul=office.person(partner, "Paul"),
        case=case,
        thread_id=office.chat(case.case_id),
    )
