"""Files, who may see them, and the contents they have."""

from services.messaging.projections.statements import Execute
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    CaseAssigned,
    CaseManagingPartnerNamed,
    CaseReleased,
    ContentReleased,
    ContentUsed,
    FileAttached,
    FileDeleted,
    FileUploaded,
    ParticipantJoined,
    ParticipantLeft,
)


def project(event: RecordedEvent, execute: Execute) -> None:  # noqa: C901 - a table of cases
    """Bring the rows that an event changes up to date; doing it again changes nothing."""
    match event.data:
        case FileUploaded() as data:
            execute(
                "add_file",
                id=data.file_id,
                context=data.context,
                thread_id=data.thread_id,
                case_id=data.case_id,
                partnership_id=data.partnership_id,
                uploader_role=data.uploader_role,
                uploader_id=data.uploader_id,
                uploader_name=data.uploader_name,
                uploader_company_id=data.uploader_company_id,
                file_name=data.file_name,
                content_type=data.content_type,
                size=data.size,
                sha256=data.sha256,
                object_key=data.object_key,
                document_type=data.document_type,
                description=data.description,
                created_at=event.time,
                position=event.position,
                company_ids=sorted(event.audience),
            )
        case FileAttached() as data:
            execute(
                "attach_file",
                id=data.file_id,
                message_id=data.message_id,
                company_ids=sorted(event.audience),
            )
        case FileDeleted() as data:
            execute("delete_file", id=data.file_id, thread_id=data.thread_id, deleted_at=event.time)
        case CaseAssigned(hidden=False) | CaseReleased() as data:
            execute("show_case_files", case_id=data.case_id, partner_id=data.partner_id)
        case CaseManagingPartnerNamed() as data:
            if data.previous_id is not None:
                execute("hide_case_files", case_id=data.case_id, company_id=data.previous_id)
            if data.managing_partner_id is not None:
                execute("show_all_case_files", case_id=data.case_id, company_id=data.managing_partner_id)
        case ParticipantJoined() as data:
            execute("show_thread_files", thread_id=data.thread_id, company_id=data.participant.company_id)
        case ParticipantLeft() as data:
            execute("hide_thread_files", thread_id=data.thread_id, company_id=data.participant.company_id)
        case ContentUsed() as data:
            execute(
                "use_content",
                object_key=data.object_key,
                file_id=data.file_id,
                sha256=data.sha256,
                used_at=event.time,
            )
        case ContentReleased() as data:
            execute("release_content", object_key=data.object_key, file_id=data.file_id)
        case _:
            pass
