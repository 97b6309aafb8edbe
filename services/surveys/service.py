"""The nameko service `surveys`: entrypoints only."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from psycopg_pool import ConnectionPool

from services.surveys import commands, handlers, queries
from services.surveys.commands import Origin
from shared.clock import Clock
from shared.contracts.rpc import Caller, Done, Query, Request
from shared.contracts.surveys import (
    GetSurvey,
    ListSurveys,
    SaveDraft,
    SubmitSurvey,
    SubmittedSurvey,
    SurveyPage,
    SurveyView,
)
from shared.db import DatabaseConnection, open_pool
from shared.errors import Forbidden, Invalid
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.nameko_adapters import Resources, SubscriptionExtension, endpoint
from shared.settings import Settings
from shared.subscription import wait_until_handled

# A client that just wrote waits this long for its words to show; then it is told to ask again.
READ_YOUR_WRITES_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveysResources:
    """What the service lives on, built once at its start."""

    settings: Settings
    log: EventLog
    pool: ConnectionPool[DatabaseConnection]
    clock: Clock
    archive: handlers.Archive


def build(settings: Settings) -> SurveysResources:
    """Return the resources of a process with these settings."""
    log = open_log(settings)
    return SurveysResources(
        settings=settings,
        log=log,
        pool=open_pool(settings, schema=handlers.NAME, autocommit=True),
        clock=settings.system_clock(),
        archive=handlers.open_archive(log),
    )


class SurveysService:
    """Monthly updates, over RPC."""

    name = handlers.NAME

    resources = Resources(build)
    subscription = SubscriptionExtension(lambda resources: handlers.subscription(resources.archive))

    @endpoint(ListSurveys)
    def list_surveys(self, request: ListSurveys) -> SurveyPage:
        self._catch_up(request)
        with self.resources.pool.connection() as connection:
            return queries.list_surveys(
                connection,
                viewer=_tenant(request.caller),
                status=request.status,
                case_id=request.case_id,
                now=self.resources.clock.now(),
                limit=request.limit,
                cursor=request.cursor,
            )

    @endpoint(GetSurvey)
    def get_survey(self, request: GetSurvey) -> SurveyView:
        self._catch_up(request)
        with self.resources.pool.connection() as connection:
            return queries.get_survey(
                connection,
                request.survey_id,
                viewer=_tenant(request.caller),
                now=self.resources.clock.now(),
            )

    @endpoint(SaveDraft)
    def save_draft(self, request: SaveDraft) -> Done:
        asked = self._asked(request.survey_id, request.caller)
        command = commands.SaveDraft(
            survey_id=request.survey_id,
            user_id=asked.user_id,
            company_id=asked.company_id,
            draft=request.draft,
        )
        saved = handlers.save_draft(self.resources.archive, asked.case_id, command, self._origin(request))
        return Done(position=saved.position if saved else self.resources.log.newest())

    @endpoint(SubmitSurvey)
    def submit_survey(self, request: SubmitSurvey) -> SubmittedSurvey:
        asked = self._asked(request.survey_id, request.caller)
        command = commands.SubmitSurvey(
            survey_id=request.survey_id,
            user_id=asked.user_id,
            user_name=request.caller.name,
            company_id=asked.company_id,
            report=request.report,
        )
        return handlers.submit(self.resources.archive, asked.case_id, command, self._origin(request))

    def _asked(self, survey_id: UUID, caller: Caller) -> handlers.Asked:
        with self.resources.pool.connection() as connection:
            return handlers.who_answers(connection, survey_id, caller, viewer=_tenant(caller))

    def _origin(self, request: Request) -> Origin:
        return Origin(
            id=uuid4(),
            at=self.resources.clock.now(),
            actor=f"user:{request.caller.user_id}",
            correlation_id=request.correlation_id,
        )

    def _catch_up(self, request: Query) -> None:
        if request.min_position is not None:
            if request.min_position > self.resources.log.newest():
                # Nobody may hold up workers by waiting for what was never written.
                raise Invalid("bad_min_position", "No event has this position yet.", "min_position")
            wait_until_handled(
                self.resources.pool, handlers.NAME, request.min_position, READ_YOUR_WRITES_SECONDS
            )


def _tenant(caller: Caller) -> UUID | None:
    """Return the only company whose surveys the caller may see; None, for operators, is every company."""
    if caller.role == "ops":
        return None
    if caller.company_id is None:
        raise Forbidden("no_company", "Only users of a company have surveys.")
    return caller.company_id
