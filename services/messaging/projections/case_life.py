"""What becomes of cases: their status, payments, and who looks after them."""

from services.messaging.projections.statements import Execute
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    CaseClosed,
    CaseClosureRequested,
    CaseDeclined,
    CaseDivisionChanged,
    CaseManagingPartnerNamed,
    CaseMerged,
    CaseReleased,
    CaseStatusChanged,
    CaseUserAssigned,
    PaymentReported,
)


def project(event: RecordedEvent, execute: Execute) -> None:  # noqa: C901, PLR0912 - a table of cases
    """Bring the rows that an event changes up to date; doing it again changes nothing."""
    match event.data:
        case CaseStatusChanged() as data:
            execute(
                "move_case",
                id=data.case_id,
                status=data.status,
                close_code=None,
                exclusive_until=data.exclusive_until,
            )
        case CaseClosed() as data:
            execute(
                "move_case",
                id=data.case_id,
                status="Closed",
                close_code=data.close_code,
                exclusive_until=None,
            )
        case CaseMerged() as data:
            execute("move_case", id=data.case_id, status="Merged", close_code=None, exclusive_until=None)
        case CaseReleased() as data:
            execute("release_case", id=data.engagement_id, case_id=data.case_id, partner_id=data.partner_id)
        case CaseDeclined(outcome="network") as data:
            execute("end_engagement", id=data.engagement_id, ended_at=event.time)
            execute("vacate_case", id=data.case_id)
        case CaseClosureRequested() as data:
            execute("request_closure", id=data.case_id)
        case PaymentReported() as data:
            execute(
                "add_payment",
                id=data.payment_id,
                case_id=data.case_id,
                engagement_id=data.engagement_id,
                client_payment_id=data.client_payment_id,
                amount=data.amount,
                currency=data.currency,
                paid_on=data.paid_on,
                received_by=data.received_by,
                commission_paid=data.commission_paid,
                reported_by=data.reported_by,
                reporter_id=data.reporter_id,
                reporter_company_id=data.reporter_company_id,
                reported_at=event.time,
                position=event.position,
            )
        case CaseUserAssigned(side="creditor") as data:
            execute("put_creditor_user", id=data.case_id, user_id=data.user_id)
        case CaseUserAssigned() as data:
            execute("put_partner_user", id=data.case_id, user_id=data.user_id)
        case CaseDivisionChanged(division=division) as data:
            execute(
                "put_division",
                id=data.case_id,
                division_id=division.id if division else None,
                division_name=division.name if division else None,
            )
        case CaseManagingPartnerNamed() as data:
            if data.previous_id is not None:
                execute("end_managing_partner", id=data.case_id, company_id=data.previous_id)
            execute("name_managing_partner", id=data.case_id, company_id=data.managing_partner_id)
        case _:
            pass
