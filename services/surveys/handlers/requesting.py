"""Asking for the updates of a month, for as many cases as there are, and reminding of those that are late."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from services.surveys import queries
from services.surveys.commands import Origin, RemindOfSurvey, RequestSurvey, survey_id
from services.surveys.decider import cadence
from services.surveys.decider.case import KnownCase
from services.surveys.decider.survey import Surveys
from services.surveys.handlers.streams import Archive
from services.surveys.queries import ActiveCase, Partner
from shared.command_handling import Plan
from shared.contracts.envelope import NewEvent, RecordedEvent
from shared.contracts.surveys import SurveyFacts, SurveyRefreshed
from shared.db import DatabaseConnection
from shared.errors import Invalid
from shared.eventlog.protocol import Appended

# Who posts meanwhile waits for one append of so many events at the most.
_PORTION = 100
_WHERE_DAYS_BEGIN_FIRST = ZoneInfo("Pacific/Kiritimati")
# So late a survey of the month before is still asked for: a weekend without runs, and some days more.
_LATE_AT_MOST = timedelta(days=7)


@dataclass(slots=True)
class Progress:
    """How far a run has come: active cases looked at, surveys requested and refreshed."""

    total: int = 0
    looked_at: int = 0
    requested: int = 0
    refreshed: int = 0
    position: int = 0


def request_month(
    archive: Archive,
    connection: DatabaseConnection,
    *,
    month: str,
    origin: Origin,
    business_days: int,
    dry_run: bool = False,
    catch_up: bool = False,
    after_portion: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """
    Ask for the update of every active case whose day in that month has come; `origin.at` is now.

    With `catch_up` also for the month before, where a case's day was in the last week and no run came then.
    Safe to run every day, twice, late or again after it was cut off: a case's month is asked for once. A
    portion of cases is decided and appended at a time, and `after_portion` may hold the run back. With
    `dry_run` nothing is appended and the figures are what would be. Raises Invalid for a month that is none
    or has not begun anywhere.
    """
    if cadence.first_day(month) > origin.at.astimezone(_WHERE_DAYS_BEGIN_FIRST).date():
        raise Invalid("month_not_begun", f"{month} has not begun yet.", "month")
    months = (month, cadence.month_before(month)) if catch_up else (month,)
    run = _Run(archive, months, origin, business_days, dry_run=dry_run)
    run.progress.total = queries.count_active_cases(connection)
    for portion in queries.active_cases(connection, portion=_PORTION):
        run.ask(portion, queries.partners(connection, {each.partner_id for each in portion}))
        after_portion(run.progress)
    return run.progress


class _Run:
    """One run for a month, portion by portion; after the first of `months` come those to catch up with."""

    def __init__(
        self, archive: Archive, months: Sequence[str], origin: Origin, business_days: int, *, dry_run: bool
    ) -> None:
        self.progress = Progress()
        self._archive = archive
        self._months = months
        self._origin = origin
        self._business_days = business_days
        self._dry_run = dry_run

    def ask(self, portion: Sequence[ActiveCase], partners: Mapping[UUID, Partner]) -> None:
        """Ask for those of the portion whose day has come."""
        due = [
            (each, month)
            for each in portion
            if (month := self._due_month(each, partners.get(each.partner_id))) is not None
        ]
        self._archive.load_together([each.id for each, _ in due])
        plan: Plan[Surveys, RequestSurvey] = Plan(self._archive.surveys, self._decide)
        for each, month in due:
            command = self._command(each, partners[each.partner_id], month)
            if command is None:
                continue
            if self._dry_run:
                surveys = self._archive.surveys
                state = (surveys.held(each.id) or surveys.load(each.id)).state
                self._count_events(self._decide(command, state))
            else:
                plan.add(each.id, command)
        self.progress.looked_at += len(portion)
        done, left = plan.append()
        again = (self._archive.carry_out(command.survey.case_id, command, self._origin) for command in left)
        self._count([*done, *(appended for appended in again if appended is not None)])

    def _due_month(self, case: ActiveCase, partner: Partner | None) -> str | None:
        """Return the month that is to be asked for, None where none is."""
        if partner is None:
            return None
        zone = partner.calendar.time_zone
        today = self._origin.at.astimezone(ZoneInfo(zone)).date()
        for month in self._months:
            if case.last_month is not None and case.last_month >= month:
                return None
            due = cadence.due_on(month, case.activated_at, zone, partner.cadence)
            in_time = month == self._months[0] or (due is not None and due >= today - _LATE_AT_MOST)
            if due is not None and due <= today and in_time:
                return month
        return None

    def _decide(self, command: RequestSurvey, state: Surveys) -> list[NewEvent]:
        return self._archive.decide(command, state, self._known(command.survey.case_id), self._origin)

    def _known(self, case_id: UUID) -> KnownCase | None:
        held = self._archive.cases.held(case_id)
        return (held or self._archive.cases.load(case_id)).state

    def _command(self, each: ActiveCase, partner: Partner, month: str) -> RequestSurvey | None:
        case = self._known(each.id)
        if case is None or case.engagement_id != each.engagement_id:
            return None
        return RequestSurvey(
            survey=SurveyFacts(
                id=survey_id(case.id, each.engagement_id, month),
                case_id=case.id,
                case_reference=case.reference,
                engagement_id=each.engagement_id,
                creditor_id=case.creditor_id,
                partner_id=each.partner_id,
                currency=case.currency,
                requested_at=self._origin.at,
                deadline=partner.calendar.deadline(self._origin.at, self._business_days),
            ),
            month=month,
        )

    def _count(self, outcomes: Sequence[Appended]) -> None:
        for outcome in outcomes:
            self._count_events(outcome.events)
            self.progress.position = max(self.progress.position, outcome.position)

    def _count_events(self, events: Sequence[NewEvent | RecordedEvent]) -> None:
        refreshed = sum(isinstance(event.data, SurveyRefreshed) for event in events)
        self.progress.refreshed += refreshed
        self.progress.requested += len(events) - refreshed


def remind(archive: Archive, overdue: Sequence[tuple[UUID, UUID]], origin: Origin) -> int:
    """
    Remind of these surveys (survey and case), each at most once in seven days; return how many were.
    """
    reminded = 0
    for of_survey, case_id in overdue:
        command = RemindOfSurvey(survey_id=of_survey)
        own = Origin(
            id=uuid5(of_survey, origin.at.isoformat()),
            at=origin.at,
            actor=origin.actor,
            correlation_id=origin.correlation_id,
        )
        reminded += archive.carry_out(case_id, command, own) is not None
    return reminded
