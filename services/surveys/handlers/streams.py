"""The streams that surveys decides in and the one it looks at; the one place where events get envelopes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID, uuid5

from services.surveys.commands import Command, Origin, SetCadence
from services.surveys.decider import cadence, case, survey
from services.surveys.decider.case import KnownCase
from services.surveys.decider.survey import SurveyEvent, Surveys
from shared.command_handling import StateStore, append_decided, load_together
from shared.contracts.envelope import NewEvent, Stream
from shared.contracts.messaging import CompanyRegistered
from shared.contracts.surveys import (
    SurveyCadenceSet,
    SurveyDraftSaved,
    SurveyRefreshed,
    SurveyReminded,
    SurveyRequested,
    SurveySubmitted,
    SurveyWithdrawn,
)
from shared.errors import NotFound
from shared.eventlog.protocol import Appended, EventLog

NAME = "surveys"
SURVEYS = "case-surveys"
CADENCE = "survey-cadence"
CASE = "case"
COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Archive:
    """The states that surveys decides on, in one log. Cases are messaging's: they are only read."""

    log: EventLog
    cases: StateStore[case.State]
    surveys: StateStore[Surveys]
    cadences: StateStore[cadence.Cadence]

    def load_together(self, case_ids: Sequence[UUID]) -> None:
        """Bring the states of these cases and their surveys up to date in memory, in one round trip."""
        load_together(
            self.log, [(store, case_id) for case_id in case_ids for store in (self.cases, self.surveys)]
        )

    def decide(
        self, command: Command, state: Surveys, known: KnownCase | None, origin: Origin
    ) -> list[NewEvent]:
        """Return what the command leads to, in envelopes."""
        return [
            _in_envelope(data, known, origin) for data in survey.decide(command, state, known, at=origin.at)
        ]

    def carry_out(self, case_id: UUID, command: Command, origin: Origin) -> Appended | None:
        """Decide on the case as of now and append; None where nothing follows. Raises as `decide`."""
        known = self.cases.load(case_id).state
        return append_decided(
            self.surveys, case_id, lambda loaded: self.decide(command, loaded.state, known, origin)
        )


def open_archive(log: EventLog) -> Archive:
    """Return the streams in that log; nothing is read yet."""
    return Archive(
        log=log,
        cases=StateStore(log, CASE, initial=lambda: None, evolve=case.evolve),
        surveys=StateStore(
            log,
            SURVEYS,
            initial=survey.initial,
            evolve=lambda state, event: survey.evolve(state, cast("SurveyEvent", event.data), event.time),
        ),
        cadences=StateStore(
            log,
            CADENCE,
            initial=cadence.initial,
            evolve=lambda state, event: cadence.evolve(state, cast("SurveyCadenceSet", event.data)),
        ),
    )


def set_cadence(archive: Archive, command: SetCadence, origin: Origin) -> Appended | None:
    """
    Set how a partner's surveys are spread; None where they are so already.

    Raises Invalid, and NotFound for a partner that nobody registered.
    """
    registered = archive.log.read_stream(Stream(COMPANY, command.partner_id))
    if not any(
        isinstance(event.data, CompanyRegistered) and event.data.side == "partner" for event in registered
    ):
        raise NotFound("partner_not_found", f"There is no partner {command.partner_id}.")
    return append_decided(
        archive.cadences,
        command.partner_id,
        lambda loaded: [
            NewEvent(
                id=uuid5(origin.id, "cadence"),
                data=data,
                time=origin.at,
                actor=origin.actor,
                audience=frozenset({command.partner_id}),
                correlation_id=origin.correlation_id,
            )
            for data in cadence.decide(command, loaded.state)
        ],
    )


def submitted_id(survey_id: UUID) -> UUID:
    """Return the id of the event that a survey's submission is: there is one at most."""
    return uuid5(survey_id, "submitted")


def _in_envelope(data: SurveyEvent, known: KnownCase | None, origin: Origin) -> NewEvent:
    return NewEvent(
        id=_event_id(data, origin),
        data=data,
        time=origin.at,
        actor=origin.actor,
        audience=_audience(data, known),
        subject=f"case:{data.case_id if isinstance(data, SurveyDraftSaved) else data.survey.case_id}",
        correlation_id=origin.correlation_id,
        causation_id=origin.causation_id,
    )


def _event_id(data: SurveyEvent, origin: Origin) -> UUID:
    match data:
        case SurveySubmitted():
            return submitted_id(data.survey.id)
        case SurveyRequested() | SurveyWithdrawn():
            return uuid5(data.survey.id, type(data).__name__)
        case SurveyRefreshed():
            return uuid5(data.survey.id, f"refreshed:{data.month}")
        case SurveyReminded() | SurveyDraftSaved():
            return uuid5(origin.id, type(data).__name__)


def _audience(data: SurveyEvent, known: KnownCase | None) -> frozenset[UUID]:
    """A submission is for everybody who may know of the case; what leads to it concerns the partner alone."""
    if isinstance(data, SurveyDraftSaved):
        return frozenset({known.partner_id}) if known and known.partner_id else frozenset()
    partner = frozenset({data.survey.partner_id})
    if isinstance(data, SurveySubmitted) and known is not None:
        return known.audience | partner
    return partner
