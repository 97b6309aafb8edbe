"""The directory, cases and threads."""

from services.messaging.projections.statements import Execute
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    CaseAssigned,
    CaseDetailsChanged,
    CaseOpened,
    CompanyDetailsChanged,
    CompanyRegistered,
    ParticipantJoined,
    ParticipantLeft,
    PartnershipEstablished,
    ThreadClosed,
    ThreadOpened,
    ThreadRead,
    UserActivated,
    UserAdded,
    UserDeactivated,
    UserDetailsChanged,
)


def project(event: RecordedEvent, execute: Execute) -> None:  # noqa: C901, PLR0912 - a table of cases
    """Bring the rows that an event changes up to date; doing it again changes nothing."""
    match event.data:
        case ThreadRead() as data:
            execute(
                "mark_read",
                thread_id=data.thread_id,
                user_id=data.user_id,
                company_id=data.company_id,
                up_to_version=data.up_to_version,
                read_at=event.time,
            )
        case ThreadOpened() as data:
            execute(
                "open_thread",
                id=data.thread_id,
                kind=data.kind,
                case_id=data.case_id,
                engagement_id=data.engagement_id,
                partnership_id=data.partnership_id,
                lead_id=data.lead_id,
                position=event.position,
                company_ids=[participant.company_id for participant in data.participants],
                roles=[participant.role for participant in data.participants],
            )
        case ParticipantJoined() as data:
            execute(
                "add_participant",
                thread_id=data.thread_id,
                company_id=data.participant.company_id,
                role=data.participant.role,
            )
        case ParticipantLeft() as data:
            execute(
                "remove_participant",
                thread_id=data.thread_id,
                company_id=data.participant.company_id,
                role=data.participant.role,
            )
        case ThreadClosed() as data:
            execute("close_thread", id=data.thread_id, reason=data.reason)
        case CaseOpened() as data:
            execute(
                "open_case",
                id=data.case_id,
                reference=data.reference,
                creditor_id=data.creditor_id,
                status=data.status,
                debtor_type=data.debtor_type,
                debtor_name=data.debtor_name,
                amount=data.amount,
                currency=data.currency,
                opened_at=event.time,
                position=event.position,
            )
        case CaseDetailsChanged() as data:
            execute(
                "change_case",
                id=data.case_id,
                reference=data.reference,
                debtor_type=data.debtor_type,
                debtor_name=data.debtor_name,
                amount=data.amount,
                currency=data.currency,
            )
        case CaseAssigned() as data:
            if data.previous_engagement_id is not None:
                execute("end_engagement", id=data.previous_engagement_id, ended_at=event.time)
            execute(
                "begin_engagement",
                id=data.engagement_id,
                case_id=data.case_id,
                partner_id=data.partner_id,
                started_at=event.time,
                hidden=data.hidden,
                exclusive_until=data.exclusive_until,
            )
        case CompanyRegistered() | CompanyDetailsChanged() as data:
            execute(
                "put_company",
                id=data.company_id,
                side=data.side,
                name=data.details.name,
                country=data.details.country,
                subdivision=data.details.subdivision,
                time_zone=data.details.time_zone,
                locale=data.details.locale,
                observes_holidays=data.details.observes_holidays,
                on_decline=data.details.on_decline,
                partner_kind=data.details.partner_kind,
            )
        case UserAdded() as data:
            execute(
                "add_user",
                id=data.user_id,
                company_id=data.company_id,
                email=data.email,
                name=data.name,
                role=data.role,
            )
        case UserDetailsChanged() as data:
            execute("change_user", id=data.user_id, email=data.email, name=data.name, role=data.role)
        case UserDeactivated() as data:
            execute("set_user_active", id=data.user_id, active=False)
        case UserActivated() as data:
            execute("set_user_active", id=data.user_id, active=True)
        case PartnershipEstablished() as data:
            execute(
                "add_partnership",
                id=data.partnership_id,
                creditor_id=data.creditor_id,
                partner_id=data.partner_id,
                established_at=event.time,
                position=event.position,
            )
        case _:
            pass
