"""A case, and a log that lets somebody in right before an append: what tests of races need."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.messaging import commands, handlers
from services.messaging.commands import Origin
from services.messaging.decider import case, lead
from shared.contracts.envelope import EventData, NewEvent, RecordedEvent, Stream
from shared.contracts.messaging import (
    CaseAction,
    CompanyDetails,
    Debtor,
    FiledComplaint,
    LoggedNote,
    Side,
)
from shared.errors import Refused
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.protocol import Appended, ExpectedVersion

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CREDITOR, PARTNER, OTHER = (uuid4() for _ in range(3))
ANNA, ASTRID, PAUL, PETRA, OTTO = (uuid4() for _ in range(5))
EMPLOYERS = {ANNA: CREDITOR, ASTRID: CREDITOR, PAUL: PARTNER, PETRA: PARTNER, OTTO: OTHER}


class RacyLog(MemoryEventLog):
    """Lets somebody in right before the next append to a stream of that category."""

    def __init__(self) -> None:
        super().__init__()
        self._category = ""
        self._intruder: Callable[[], object] | None = None

    def before_next(self, category: str, intruder: Callable[[], object]) -> None:
        self._category, self._intruder = category, intruder

    def append(self, stream: Stream, events: Sequence[NewEvent], *, expected: ExpectedVersion) -> Appended:
        intruder = self._intruder
        if intruder is not None and stream.category == self._category:
            self._intruder = None
            intruder()
        return super().append(stream, events, expected=expected)

    @property
    def raced(self) -> bool:
        """Whether the intruder was let in."""
        return self._intruder is None


@dataclass(frozen=True)
class Desk:
    """One process: its own archive over the common log."""

    log: RacyLog
    archive: handlers.Archive
    case_id: UUID

    @property
    def thread_id(self) -> UUID:
        return commands.case_thread_id(commands.engagement_id(self.case_id, PARTNER, 1), "invoice_chat")

    def elsewhere(self) -> "Desk":
        return replace(self, archive=handlers.open_archive(self.log))

    def posts(self, author: UUID, body: str = "Hello", key: str | None = None) -> bool:
        posted = handlers.post_message(
            self.archive,
            thread_id=self.thread_id,
            author_id=author,
            company_id=EMPLOYERS[author],
            client_message_id=key or str(uuid4()),
            body=body,
            attachment_ids=(),
            origin=origin(),
        )
        return posted.created

    def acts(self, who: UUID, action: CaseAction) -> None:
        handlers.act_on_case(
            self.archive,
            case_id=self.case_id,
            action=action,
            note="because",
            member=(who, EMPLOYERS[who]),
            origin=origin(),
        )

    def closes(self, who: UUID, code: str | None) -> None:
        handlers.close_case(
            self.archive,
            case_id=self.case_id,
            close_code=code,
            comment=None,
            member=(who, EMPLOYERS[who]),
            origin=origin(),
        )

    def pays(self, who: UUID, key: str) -> bool:
        return handlers.report_payment(
            self.archive,
            case_id=self.case_id,
            client_payment_id=key,
            amount=Decimal("60.00"),
            currency="EUR",
            paid_on=date(2026, 11, 24),
            received_by="partner",
            commission_paid=None,
            member=(who, EMPLOYERS[who]),
            origin=origin(),
        ).created

    def notes(self, who: UUID, title: str = "Visit", key: str | None = None) -> LoggedNote:
        return handlers.log_note(
            self.archive,
            case_id=self.case_id,
            author_id=who,
            company_id=EMPLOYERS[who],
            client_note_id=key or str(uuid4()),
            title=title,
            description=None,
            event_date=None,
            origin=origin(),
        )

    def edits(self, who: UUID, note_id: UUID, title: str) -> None:
        handlers.edit_note(
            self.archive,
            case_id=self.case_id,
            note_id=note_id,
            author_id=who,
            company_id=EMPLOYERS[who],
            fields=("title",),
            title=title,
            description=None,
            event_date=None,
            origin=origin(),
        )

    def deletes(self, who: UUID, note_id: UUID) -> None:
        handlers.delete_note(
            self.archive,
            case_id=self.case_id,
            note_id=note_id,
            author_id=who,
            company_id=EMPLOYERS[who],
            origin=origin(),
        )

    def noted(self, note_id: UUID) -> list[RecordedEvent]:
        return list(self.log.read_stream(Stream("note", note_id)))

    def complains(
        self, who: UUID, text: str = "Nobody answers us.", key: str | None = None
    ) -> FiledComplaint:
        return handlers.file_complaint(
            self.archive,
            case_id=self.case_id,
            author_id=who,
            company_id=EMPLOYERS[who],
            client_complaint_id=key or str(uuid4()),
            text=text,
            origin=origin(),
        )

    def accepts(self, complaint_id: UUID) -> Appended | None:
        return handlers.accept_complaint(self.archive, complaint_id=complaint_id, origin=origin())

    def responds(self, who: UUID, complaint_id: UUID, text: str = "We are sorry.") -> FiledComplaint:
        return handlers.answer_complaint(
            self.archive,
            case_id=self.case_id,
            complaint_id=complaint_id,
            author_id=who,
            company_id=EMPLOYERS[who],
            text=text,
            origin=origin(),
        )

    def complained(self, complaint_id: UUID) -> list[RecordedEvent]:
        return list(self.log.read_stream(Stream("complaint", complaint_id)))

    def reassigns(self) -> None:
        handlers.assign_case(
            self.archive, case_id=self.case_id, partner_id=OTHER, status=None, origin=origin()
        )

    def merges(self) -> None:
        into = uuid4()
        put(self.archive, into, partner_id=None)
        handlers.merge_case(self.archive, case_id=self.case_id, into_case_id=into, origin=origin())

    def ensures(self) -> None:
        handlers.ensure_thread(
            self.archive, case_id=self.case_id, kind="invoice_chat", company_id=CREDITOR, origin=origin()
        )

    def names(self, partner_id: UUID | None) -> None:
        handlers.name_managing_partner(
            self.archive, case_id=self.case_id, partner_id=partner_id, origin=origin()
        )

    def invites(self, partner_id: UUID) -> None:
        handlers.invite_partner(self.archive, case_id=self.case_id, partner_id=partner_id, origin=origin())

    def asks_for_quotes(self) -> None:
        put(self.archive, self.case_id, partner_id=None, status="Leads")

    def quotes(self, who: UUID) -> None:
        handlers.submit_quote(
            self.archive,
            lead_id=commands.lead_id(self.case_id, 1),
            author_id=who,
            company_id=EMPLOYERS[who],
            success_fee_percent=Decimal(12),
            fixed_fee=None,
            currency=None,
            comment=None,
            origin=origin(),
        )

    def chooses(self, who: UUID, quote_id: UUID) -> None:
        handlers.choose_winner(
            self.archive,
            lead_id=commands.lead_id(self.case_id, 1),
            quote_id=quote_id,
            user_id=who,
            company_id=EMPLOYERS[who],
            origin=origin(),
        )

    def told(self, kind: type[EventData]) -> list[set[UUID]]:
        """Return who was told of each event of that kind in the lead."""
        events = self.log.read_stream(Stream("lead", commands.lead_id(self.case_id, 1)))
        return [set(event.audience) for event in events if isinstance(event.data, kind)]

    def manager_and_bidders(self) -> tuple[UUID | None, set[UUID]]:
        archive = self.elsewhere().archive
        running = archive.leads.load(commands.lead_id(self.case_id, 1))
        bids = running.bids if isinstance(running, lead.RunningLead) else {}
        return case.facts_of(archive.cases.load(self.case_id)).managing_partner_id, set(bids)

    def happened(self, category: str, *kinds: type[EventData]) -> list[Any]:
        stream = Stream(category, self.case_id if category == "case" else self.thread_id)
        return [event.data for event in self.log.read_stream(stream) if isinstance(event.data, kinds)]


def origin() -> Origin:
    return Origin(id=uuid4(), at=NOON, actor="ops:test", correlation_id=uuid4())


def put(archive: handlers.Archive, case_id: UUID, *, partner_id: UUID | None, status: Any = "Active") -> None:
    command = commands.PutCase(
        case_id=case_id,
        reference="NV-1001",
        creditor_id=CREDITOR,
        partner_id=partner_id,
        status=status,
        debtor=Debtor(type="Company", name="Hafen GmbH"),
        amount=Decimal("100.00"),
        currency="EUR",
        close_code=None,
    )
    handlers.put_case(archive, command=command, origin=origin())


@contextmanager
def opened_desk() -> Iterator[Desk]:
    """Give a case that its partner reviews, in a process that knows nothing yet."""
    with closing(RacyLog()) as log:
        archive = handlers.open_archive(log)
        sides: dict[UUID, Side] = {CREDITOR: "creditor", PARTNER: "partner", OTHER: "partner"}
        for company_id, side in sides.items():
            details = CompanyDetails(name=side, country="DK", time_zone="Europe/Copenhagen")
            register = commands.RegisterCompany(company_id=company_id, side=side, details=details)
            handlers.register_company(archive, command=register, origin=origin())
        for user_id, company_id in EMPLOYERS.items():
            user = commands.PutUser(
                user_id=user_id,
                company_id=company_id,
                email="somebody@company.example",
                name="Somebody",
                role="user",
                active=True,
            )
            handlers.put_user(archive, command=user, origin=origin())
        case_id = uuid4()
        put(archive, case_id, partner_id=PARTNER, status="PendingVerification")
        yield Desk(log, handlers.open_archive(log), case_id)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code
