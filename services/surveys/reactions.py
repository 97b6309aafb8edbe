"""What surveys does about events of cases and its own: event -> command. Pure."""

from services.surveys.commands import WithdrawSurvey
from shared.contracts.envelope import EventData
from shared.contracts.messaging import CaseAssigned, CaseClosed, CaseMerged, CaseStatus, CaseStatusChanged
from shared.contracts.surveys import WithdrawalReason

_REASONS: dict[CaseStatus, WithdrawalReason] = {"Paused": "paused", "Closed": "closed", "Merged": "merged"}


def react(data: EventData) -> WithdrawSurvey | None:
    """Return the command that follows from the event, None where nothing does."""
    match data:
        case CaseStatusChanged(case_id=case_id, status=status) if status != "Active":
            return WithdrawSurvey(case_id=case_id, reason=reason_of(status))
        case CaseClosed(case_id=case_id):
            return WithdrawSurvey(case_id=case_id, reason="closed")
        case CaseMerged(case_id=case_id):
            return WithdrawSurvey(case_id=case_id, reason="merged")
        case CaseAssigned(case_id=case_id, previous_engagement_id=previous) if previous is not None:
            return WithdrawSurvey(case_id=case_id, reason="reassigned", engagement_id=previous)
        case _:
            return None


def reason_of(status: CaseStatus) -> WithdrawalReason:
    """Return why a case of that status is asked no survey."""
    return _REASONS.get(status, "not_active")
