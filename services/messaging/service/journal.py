"""What happened on a case: timeline, notes, calls, complaints."""

from services.messaging import handlers
from services.messaging.service.serving import Serving
from shared.contracts.messaging import (
    AcceptComplaint,
    AnswerComplaint,
    DeleteNote,
    EditedNote,
    EditNote,
    FileComplaint,
    FiledComplaint,
    GetNoteHistory,
    ListNotes,
    ListTimeline,
    LogCall,
    LoggedCall,
    LoggedNote,
    LogNote,
    NoteHistory,
    NotePage,
    TimelinePage,
)
from shared.contracts.rpc import Done
from shared.nameko_adapters import endpoint


class JournalEndpoints(Serving):
    """The entrypoints of the journal of a case."""

    @endpoint(ListTimeline)
    def list_timeline(self, request: ListTimeline) -> TimelinePage:
        return self.reads(request).list_timeline(
            request.case_id,
            viewer=handlers.tenant(request.caller),
            types=request.types,
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(ListNotes)
    def list_notes(self, request: ListNotes) -> NotePage:
        return self.reads(request).list_notes(
            request.case_id,
            viewer=handlers.tenant(request.caller),
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(GetNoteHistory)
    def get_note_history(self, request: GetNoteHistory) -> NoteHistory:
        handlers.require_operator(request.caller)
        return self.reads(request).note_history(request.note_id)

    @endpoint(LogNote)
    def log_note(self, request: LogNote) -> LoggedNote:
        author_id, company_id = handlers.member(request.caller)
        return handlers.log_note(
            self.resources.archive,
            case_id=request.case_id,
            author_id=author_id,
            company_id=company_id,
            client_note_id=request.client_note_id,
            title=request.title,
            description=request.description,
            event_date=request.event_date,
            origin=self.origin(request),
        )

    @endpoint(EditNote)
    def edit_note(self, request: EditNote) -> EditedNote:
        author_id, company_id = handlers.member(request.caller)
        return handlers.edit_note(
            self.resources.archive,
            case_id=request.case_id,
            note_id=request.note_id,
            author_id=author_id,
            company_id=company_id,
            fields=request.fields,
            title=request.title,
            description=request.description,
            event_date=request.event_date,
            origin=self.origin(request),
        )

    @endpoint(DeleteNote)
    def delete_note(self, request: DeleteNote) -> Done:
        author_id, company_id = handlers.member(request.caller)
        appended = handlers.delete_note(
            self.resources.archive,
            case_id=request.case_id,
            note_id=request.note_id,
            author_id=author_id,
            company_id=company_id,
            origin=self.origin(request),
        )
        return self.done(appended)

    @endpoint(LogCall)
    def log_call(self, request: LogCall) -> LoggedCall:
        author_id, company_id = handlers.member(request.caller)
        return handlers.log_call(
            self.resources.archive,
            case_id=request.case_id,
            author_id=author_id,
            company_id=company_id,
            client_call_id=request.client_call_id,
            number=request.number,
            outcome=request.outcome,
            notes=request.notes,
            called_at=request.called_at,
            origin=self.origin(request),
        )

    @endpoint(FileComplaint)
    def file_complaint(self, request: FileComplaint) -> FiledComplaint:
        author_id, company_id = handlers.member(request.caller)
        return handlers.file_complaint(
            self.resources.archive,
            case_id=request.case_id,
            author_id=author_id,
            company_id=company_id,
            client_complaint_id=request.client_complaint_id,
            text=request.text,
            origin=self.origin(request),
        )

    @endpoint(AnswerComplaint)
    def answer_complaint(self, request: AnswerComplaint) -> FiledComplaint:
        author_id, company_id = handlers.member(request.caller)
        return handlers.answer_complaint(
            self.resources.archive,
            case_id=request.case_id,
            complaint_id=request.complaint_id,
            author_id=author_id,
            company_id=company_id,
            text=request.text,
            origin=self.origin(request),
        )

    @endpoint(AcceptComplaint)
    def accept_complaint(self, request: AcceptComplaint) -> Done:
        handlers.require_operator(request.caller)
        return self.done(
            handlers.accept_complaint(
                self.resources.archive, complaint_id=request.complaint_id, origin=self.origin(request)
            )
        )
