"""What a reaction is given beside its event."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from services.tasks.catalogue import KINDS
from services.tasks.commands import ACCOUNT_TASKS, CASE_TASKS, Cause, FollowEvent, Following, Solves
from services.tasks.reactions.cases import CaseFacts
from shared.business_calendar import Calendar
from shared.contracts.envelope import EventData, RecordedEvent, Stream
from shared.contracts.messaging import IMPORT_ACTOR, Side
from shared.contracts.tasks import Deadline, SolvedBy, TaskFacts, TaskType
from shared.errors import Poison


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What tasks must know of a company: its name, for titles, and the calendar that its deadlines follow."""

    id: UUID
    name: str
    calendar: Calendar
    side: Side = "creditor"


@dataclass(frozen=True, slots=True)
class Context:
    """
    What is known as of the event: the companies it needs, and its case where it stands in a case's stream.
    """

    companies: Mapping[UUID, Company] = field(default_factory=dict)
    case: CaseFacts = field(default_factory=CaseFacts)

    def company(self, company_id: UUID) -> Company:
        """Raises Poison where the company is unknown."""
        try:
            return self.companies[company_id]
        except KeyError:
            raise Poison(
                f"Company {company_id} is not known here: look at the parked events of its stream, "
                "retry those first, then this event."
            ) from None

    def zone_of(self, company_id: UUID | None) -> str | None:
        company = self.companies.get(company_id) if company_id else None
        return company.calendar.time_zone if company else None


@dataclass(frozen=True, slots=True)
class Reaction:
    """
    What one type of event leads to: `companies` names those whose calendars it needs, `commands` decides.
    """

    companies: Callable[[Any, CaseFacts], Iterable[UUID | None]]
    commands: Callable[[RecordedEvent, Any, Context], Iterable[Following]]


def cause_of(event: RecordedEvent, *, stream: str = "") -> Cause:
    return Cause(
        event_id=event.id,
        thread_version=event.version,
        time=event.time,
        correlation_id=event.correlation_id,
        subject=event.subject,
        stream=stream,
        position=event.position,
        imported=event.actor == IMPORT_ACTOR,
    )


def on_case(
    event: RecordedEvent, case_id: UUID, *, solves: Iterable[Solves] = (), opens: Iterable[TaskFacts] = ()
) -> FollowEvent:
    """Return the command for the board of a case."""
    return FollowEvent(
        cause=cause_of(event, stream=str(event.stream)),
        board=Stream(CASE_TASKS, case_id),
        solves=tuple(solves),
        opens=tuple(opens),
    )


def on_account(
    event: RecordedEvent,
    company_id: UUID,
    *,
    solves: Iterable[Solves] = (),
    opens: Iterable[TaskFacts] = (),
) -> FollowEvent:
    """Return the command for the board of what a company's account needs."""
    return FollowEvent(
        cause=cause_of(event, stream=str(event.stream)),
        board=Stream(ACCOUNT_TASKS, company_id),
        solves=tuple(solves),
        opens=tuple(opens),
    )


def asks(
    event: RecordedEvent,
    context: Context,
    *,
    type: TaskType,  # noqa: A002 - the field's word
    of: UUID,
    by: UUID | None,
    case_id: UUID | None,
    case_reference: str | None,
    about_id: UUID | None = None,
    deadline: Deadline | None = None,
) -> TaskFacts:
    """Return the task that the event asks of company `of`, due by the rule of its type or as given."""
    kind = KINDS[type]
    side: Side = kind.side or "creditor"
    if deadline is None:
        deadline = kind.rule(event.time, context.company(of).calendar).model_copy(
            update={"asked_time_zone": context.zone_of(by)}
        )
    return TaskFacts(
        id=uuid5(event.id, f"{type}:{of}"),
        type=type,
        title=kind.title(case_reference),
        company_id=of,
        side=side,
        case_id=case_id,
        case_reference=case_reference,
        thread_id=None,
        message_id=None,
        created_at=event.time,
        deadline=deadline,
        asked_by=by,
        about_id=about_id,
    )


def solving(
    *types: TaskType,
    by: SolvedBy,
    company_id: UUID | None = None,
    about_id: UUID | None = None,
) -> Solves:
    return Solves(types=frozenset(types), solved_by=by, company_id=company_id, about_id=about_id)


def nobody(_: EventData, __: CaseFacts) -> Iterable[UUID | None]:
    return ()
