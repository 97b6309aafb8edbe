"""What surveys makes of the log: it follows cases, withdraws what nobody can answer, keeps its tables."""

from collections.abc import Sequence

from services.surveys import projections, reactions
from services.surveys.commands import Origin, WithdrawSurvey
from services.surveys.handlers.streams import CADENCE, CASE, COMPANY, NAME, SURVEYS, Archive
from shared.contracts.envelope import RecordedEvent
from shared.contracts.surveys import SurveyRequested
from shared.db import DatabaseConnection
from shared.eventlog.protocol import Appended
from shared.subscription import SubscriptionDefinition


def subscription(archive: Archive) -> SubscriptionDefinition:
    """Return the definition of the subscription of surveys."""

    def react_to(event: RecordedEvent, connection: DatabaseConnection) -> Sequence[Appended]:
        del connection  # decided from streams alone
        return react(archive, event)

    return SubscriptionDefinition(
        name=NAME,
        categories=frozenset({COMPANY, CASE, "note", "call", SURVEYS, CADENCE}),
        own_categories=frozenset({SURVEYS, CADENCE}),
        react=react_to,
        project=projections.project,
        sources=frozenset({"messaging", NAME}),
    )


def react(archive: Archive, event: RecordedEvent) -> Sequence[Appended]:
    """Append what follows from the event and return it, also what an earlier attempt had appended."""
    command = (
        _withdrawal_of_late_request(archive, event.data)
        if isinstance(event.data, SurveyRequested)
        else reactions.react(event.data)
    )
    if command is None:
        return ()
    origin = Origin(
        id=event.id,
        at=event.time,
        actor="platform",
        correlation_id=event.correlation_id,
        causation_id=event.id,
    )
    appended = archive.carry_out(command.case_id, command, origin)
    if appended is not None:
        return (appended,)
    stream = archive.surveys.stream(command.case_id)
    version = archive.surveys.load(command.case_id).version
    # A withdrawal of an earlier attempt stands at the end: a case that is not active gets no survey.
    last = archive.log.read_stream(stream, after_version=max(version - 1, 0))
    earlier = tuple(each for each in last if each.causation_id == event.id)
    return (Appended(earlier, duplicate=True),) if earlier else ()


def _withdrawal_of_late_request(archive: Archive, data: SurveyRequested) -> WithdrawSurvey | None:
    """A request may be decided just before its case is paused: then the pause has found no open survey."""
    known = archive.cases.load(data.survey.case_id).state
    if known is None or (known.status == "Active" and known.engagement_id == data.survey.engagement_id):
        return None
    reason = "reassigned" if known.status == "Active" else reactions.reason_of(known.status)
    return WithdrawSurvey(case_id=data.survey.case_id, reason=reason, engagement_id=data.survey.engagement_id)
