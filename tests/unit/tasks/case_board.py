"""A case and its board, told events as the service hears them; for tests."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4, uuid5

from services.tasks import decider, reactions
from services.tasks.commands import ACCOUNT_TASKS, CASE_TASKS, FollowEvent
from services.tasks.decider import Board
from services.tasks.reactions import CaseFacts, Company, Context
from shared.business_calendar import Calendar
from shared.contracts.envelope import EventData, RecordedEvent, Stream
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseManagingPartnerNamed,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
    MessagePosted,
    PaymentReported,
    SenderRole,
    Side,
    ThreadKind,
)
from shared.contracts.tasks import SolvedBy, TaskFacts, TaskOpened, TaskSolved, TaskType

FRIDAY_AT_THREE = datetime(2026, 11, 20, 14, tzinfo=UTC)
CASE, THREAD = uuid4(), uuid4()
CREDITOR, PARTNER, OTHER_PARTNER = uuid4(), uuid4(), uuid4()
CASE_BOARD, ACCOUNT_BOARD = Stream(CASE_TASKS, CASE), Stream(ACCOUNT_TASKS, CREDITOR)
COMPANIES = {
    id_: Company(id=id_, name=name, calendar=Calendar(country=country, time_zone=zone))
    for id_, name, country, zone in (
        (CREDITOR, "Nordvik Steel A/S", "DK", "Europe/Copenhagen"),
        (PARTNER, "Inkasso München GmbH", "DE", "Europe/Berlin"),
        (OTHER_PARTNER, "Collect Ltd", "GB", "Europe/London"),
    )
}


class Case:
    """A case and its board: tells events to the reactions and decides what follows, as the service does."""

    def __init__(self) -> None:
        self.boards: dict[Stream, Board] = {}
        self.facts = CaseFacts()
        self.events: list[EventData] = []
        self.actors: set[str] = set()
        self.position = 0
        self.versions: dict[str, int] = {}

    def opens(self, status: CaseStatus, *, actor: str = "user:somebody") -> None:
        self.tell(
            CaseOpened(
                case_id=CASE,
                reference="NV-1001",
                creditor_id=CREDITOR,
                debtor_type="Company",
                debtor_name="Hafen GmbH",
                amount=Decimal(8400),
                currency="EUR",
                status=status,
            ),
            actor=actor,
        )

    def is_assigned(self, partner: UUID = PARTNER, *, again: bool = False) -> RecordedEvent:
        return self.tell(
            CaseAssigned(
                case_id=CASE,
                reference="NV-1001",
                engagement_id=uuid4(),
                creditor_id=CREDITOR,
                partner_id=partner,
                previous_engagement_id=uuid4() if again else None,
            )
        )

    def moves(self, status: CaseStatus) -> RecordedEvent:
        assert self.facts.status is not None
        return self.tell(
            CaseStatusChanged(case_id=CASE, reference="NV-1001", previous=self.facts.status, status=status)
        )

    def closes(self, close_code: str = "Paid", *, actor: str = "user:somebody") -> None:
        closed = CaseClosed(case_id=CASE, reference="NV-1001", close_code=close_code)
        self.tell(closed, actor=actor)

    def is_paid(self, received_by: Side, *, commission_paid: bool | None = None) -> None:
        self.tell(
            PaymentReported(
                payment_id=uuid4(),
                client_payment_id="1",
                case_id=CASE,
                reference="NV-1001",
                engagement_id=None,
                amount=Decimal(100),
                currency="EUR",
                paid_on=FRIDAY_AT_THREE.date(),
                received_by=received_by,
                commission_paid=commission_paid,
                outstanding=Decimal(8300),
                reported_by="partner",
                reporter_id=None,
                reporter_company_id=PARTNER,
            )
        )

    def merges(self) -> None:
        self.tell(CaseMerged(case_id=CASE, reference="NV-1001"))

    def says(self, role: SenderRole, kind: ThreadKind = "invoice_chat") -> RecordedEvent:
        author = {"creditor": CREDITOR, "partner": PARTNER, "managing_partner": OTHER_PARTNER}.get(role)
        message = MessagePosted(
            message_id=uuid4(),
            thread_id=THREAD,
            thread_kind=kind,
            case_id=CASE,
            case_reference="NV-1001",
            partnership_id=None,
            client_message_id="1",
            role=role,
            author_id=author,
            author_name="Anna",
            author_company_id=author,
            recipient_ids=() if author is None else (PARTNER if author == CREDITOR else CREDITOR,),
            body="Here it is.",
        )
        return self.tell(message, stream=Stream("thread", THREAD))

    def tell(
        self, data: EventData, *, stream: Stream | None = None, actor: str = "user:somebody"
    ) -> RecordedEvent:
        stream = stream or Stream("case", CASE)
        self.position += 1
        version = self.versions[str(stream)] = self.versions.get(str(stream), 0) + 1
        event = RecordedEvent(
            id=uuid5(CASE, str(self.position)),
            source="messaging",
            type=type(data).__name__,
            schema_version=1,
            stream=stream,
            version=version,
            position=self.position,
            time=FRIDAY_AT_THREE,
            actor=actor,
            audience=frozenset({CREDITOR, PARTNER}),
            subject=f"case:{CASE}",
            correlation_id=uuid4(),
            causation_id=None,
            data=data,
        )
        if stream.category == "case":
            self.facts = reactions.evolve_case(self.facts, data)
        self.hear(event)
        return event

    def hear(self, event: RecordedEvent) -> None:
        for command in reactions.react(event, Context(COMPANIES, self.facts)):
            if isinstance(command, FollowEvent):
                assert command.board in (CASE_BOARD, ACCOUNT_BOARD)
                board = self.boards.get(command.board, decider.initial_state())
                for decided in decider.decide(command, board):
                    board = decider.evolve(board, decided.data)
                    self.events.append(decided.data)
                    self.actors.add(decided.actor)
                self.boards[command.board] = board

    @property
    def board(self) -> Board:
        """The board of the case itself."""
        return self.boards.get(CASE_BOARD, decider.initial_state())

    @property
    def open(self) -> list[tuple[TaskType, UUID]]:
        return [
            (task.facts.type, task.facts.company_id)
            for board in self.boards.values()
            for task in board.open.values()
        ]

    @property
    def solved(self) -> list[tuple[TaskType, SolvedBy]]:
        return [(e.task.type, e.solved_by) for e in self.events if isinstance(e, TaskSolved)]

    def only_task(self) -> TaskFacts:
        (opened,) = (event for event in self.events if isinstance(event, TaskOpened))
        return opened.task


def names_manager(case: Case, company_id: UUID | None, previous: UUID | None = None) -> None:
    case.tell(
        CaseManagingPartnerNamed(
            case_id=CASE,
            reference="NV-1001",
            managing_partner_id=company_id,
            previous_id=previous,
            engagement_ids=(),
        )
    )
