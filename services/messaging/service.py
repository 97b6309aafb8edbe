"""The nameko service `messaging`: entrypoints only."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from psycopg_pool import ConnectionPool

from services.messaging import handlers
from services.messaging.adapters.platform_queue import PlatformQueue
from services.messaging.commands import Origin
from services.messaging.handlers import requests
from services.messaging.queries import Reads
from shared.clock import Clock
from shared.contracts.messaging import (
    AcceptComplaint,
    ActOnCase,
    AnswerComplaint,
    AssignCase,
    AssignCaseUser,
    CaseOutcome,
    CasePage,
    CaseView,
    CheckUpload,
    ChooseWinner,
    CloseCase,
    DeletedFile,
    DeleteFile,
    DeleteNote,
    EditedNote,
    EditNote,
    EnsuredThread,
    EnsureThread,
    EstablishPartnership,
    FileComplaint,
    FiledComplaint,
    FilePage,
    GetCase,
    GetFile,
    GetLead,
    GetNoteHistory,
    GetPartnership,
    Identify,
    Identity,
    InvitePartner,
    LeadPage,
    LeadView,
    ListCases,
    ListFiles,
    ListLeads,
    ListMessages,
    ListNotes,
    ListPartnerships,
    ListPayments,
    ListThreads,
    ListTimeline,
    LogCall,
    LoggedCall,
    LoggedNote,
    LogNote,
    MarkRead,
    MergeCase,
    MessagePage,
    NameManagingPartner,
    NoteHistory,
    NotePage,
    PartnershipPage,
    PartnershipView,
    PaymentList,
    PostedMessage,
    PostMessage,
    PostPlatformMessage,
    PullBackLead,
    PutCase,
    PutUser,
    RecordedFile,
    RecordFile,
    RegisterCompany,
    ReportedPayment,
    ReportPayment,
    Search,
    SearchPage,
    SetCaseDivision,
    StoredFile,
    SubmitQuote,
    SubmittedQuote,
    ThreadList,
    TimelinePage,
)
from shared.contracts.rpc import Done, Query, Request
from shared.db import DatabaseConnection, open_pool
from shared.errors import Invalid
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import Appended, EventLog
from shared.nameko_adapters import BackgroundLoop, Resources, SubscriptionExtension, endpoint
from shared.settings import Settings
from shared.subscription import wait_until_handled

# A client that just wrote waits this long for its words to show; then it is told to ask again.
READ_YOUR_WRITES_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagingResources:
    """What the service lives on, built once at its start."""

    settings: Settings
    log: EventLog
    pool: ConnectionPool[DatabaseConnection]
    clock: Clock
    archive: handlers.Archive
    reads: Reads


def build(settings: Settings) -> MessagingResources:
    """Return the resources of a process with these settings."""
    log = open_log(settings)
    pool = open_pool(settings, schema=handlers.NAME, autocommit=True)
    return MessagingResources(
        settings=settings,
        log=log,
        pool=pool,
        clock=settings.system_clock(),
        archive=handlers.open_archive(log),
        reads=Reads(pool),
    )


def _platform_inbox(resources: MessagingResources) -> Callable[[threading.Event], None]:
    """Return the loop that takes what the platform's own case system sends."""

    def receive(body: bytes) -> str | None:
        return handlers.receive(resources.archive, body, now=resources.clock.now()).problem

    return PlatformQueue(resources.settings.amqp_url, receive).run


class MessagingService:
    """Companies, users, partnerships, cases and their threads, over RPC."""

    name = handlers.NAME

    resources = Resources(build)
    subscription = SubscriptionExtension(lambda resources: handlers.subscription(resources.archive))
    platform = BackgroundLoop(_platform_inbox)
    indexer = BackgroundLoop(lambda resources: handlers.Indexer(resources.pool).run)

    # --- reads ---

    @endpoint(Identify)
    def identify(self, request: Identify) -> Identity:
        return self._reads(request).identify(
            user_id=request.user_id, email=request.email, viewer=handlers.tenant(request.caller)
        )

    @endpoint(ListCases)
    def list_cases(self, request: ListCases) -> CasePage:
        return self._reads(request).list_cases(
            viewer=handlers.tenant(request.caller),
            reader=request.caller.user_id,
            status=request.status,
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(GetCase)
    def get_case(self, request: GetCase) -> CaseView:
        return self._reads(request).get_case(
            request.case_id, viewer=handlers.tenant(request.caller), reader=request.caller.user_id
        )

    @endpoint(ListThreads)
    def list_threads(self, request: ListThreads) -> ThreadList:
        return self._reads(request).list_threads(
            request.case_id, viewer=handlers.tenant(request.caller), reader=request.caller.user_id
        )

    @endpoint(ListMessages)
    def list_messages(self, request: ListMessages) -> MessagePage:
        return self._reads(request).list_messages(
            request.thread_id,
            viewer=handlers.tenant(request.caller),
            after=request.after,
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(ListPartnerships)
    def list_partnerships(self, request: ListPartnerships) -> PartnershipPage:
        return self._reads(request).list_partnerships(
            viewer=handlers.tenant(request.caller),
            reader=request.caller.user_id,
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(GetPartnership)
    def get_partnership(self, request: GetPartnership) -> PartnershipView:
        return self._reads(request).get_partnership(
            request.partnership_id, viewer=handlers.tenant(request.caller), reader=request.caller.user_id
        )

    @endpoint(ListFiles)
    def list_files(self, request: ListFiles) -> FilePage:
        return self._reads(request).list_files(
            case_id=request.case_id,
            partnership_id=request.partnership_id,
            viewer=handlers.tenant(request.caller),
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(GetFile)
    def get_file(self, request: GetFile) -> StoredFile:
        return self._reads(request).get_file(request.file_id, viewer=handlers.tenant(request.caller))

    @endpoint(ListTimeline)
    def list_timeline(self, request: ListTimeline) -> TimelinePage:
        return self._reads(request).list_timeline(
            request.case_id,
            viewer=handlers.tenant(request.caller),
            types=request.types,
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(ListNotes)
    def list_notes(self, request: ListNotes) -> NotePage:
        return self._reads(request).list_notes(
            request.case_id,
            viewer=handlers.tenant(request.caller),
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(GetNoteHistory)
    def get_note_history(self, request: GetNoteHistory) -> NoteHistory:
        handlers.require_operator(request.caller)
        return self._reads(request).note_history(request.note_id)

    @endpoint(ListPayments)
    def list_payments(self, request: ListPayments) -> PaymentList:
        return self._reads(request).list_payments(request.case_id, viewer=handlers.tenant(request.caller))

    # --- what the parties of a case do ---

    @endpoint(ActOnCase)
    def act_on_case(self, request: ActOnCase) -> CaseOutcome:
        return handlers.act_on_case(
            self.resources.archive,
            case_id=request.case_id,
            action=request.action,
            note=request.note,
            member=handlers.member_or_platform(request.caller),
            origin=self._origin(request),
        )

    @endpoint(CloseCase)
    def close_case(self, request: CloseCase) -> CaseOutcome:
        return handlers.close_case(
            self.resources.archive,
            case_id=request.case_id,
            close_code=request.close_code,
            comment=request.comment,
            member=handlers.member_or_platform(request.caller),
            origin=self._origin(request),
        )

    @endpoint(ReportPayment)
    def report_payment(self, request: ReportPayment) -> ReportedPayment:
        return handlers.report_payment(
            self.resources.archive,
            case_id=request.case_id,
            client_payment_id=request.client_payment_id,
            amount=request.amount,
            currency=request.currency,
            paid_on=request.paid_on,
            received_by=request.received_by,
            commission_paid=request.commission_paid,
            member=handlers.member_or_platform(request.caller),
            origin=self._origin(request),
        )

    @endpoint(AssignCaseUser)
    def assign_case_user(self, request: AssignCaseUser) -> CaseOutcome:
        return handlers.assign_case_user(
            self.resources.archive,
            case_id=request.case_id,
            user_id=request.user_id,
            side=request.side,
            member=handlers.member_or_platform(request.caller),
            origin=self._origin(request),
        )

    # --- what users do ---

    @endpoint(PostMessage)
    def post_message(self, request: PostMessage) -> PostedMessage:
        author_id, company_id = handlers.member(request.caller)
        return handlers.post_message(
            self.resources.archive,
            thread_id=request.thread_id,
            author_id=author_id,
            company_id=company_id,
            client_message_id=request.client_message_id,
            body=request.body,
            attachment_ids=request.attachment_ids,
            origin=self._origin(request),
        )

    @endpoint(MarkRead)
    def mark_read(self, request: MarkRead) -> Done:
        user_id, company_id = handlers.member(request.caller)
        appended = handlers.mark_read(
            self.resources.archive,
            thread_id=request.thread_id,
            up_to_message_id=request.up_to_message_id,
            user_id=user_id,
            company_id=company_id,
            origin=self._origin(request),
        )
        return self._done(appended)

    @endpoint(EnsureThread)
    def ensure_thread(self, request: EnsureThread) -> EnsuredThread:
        company_id = handlers.tenant(request.caller)
        thread_id, position = handlers.ensure_thread(
            self.resources.archive,
            case_id=request.case_id,
            kind=request.kind,
            company_id=company_id,
            partner_id=request.partner_id,
            origin=self._origin(request),
        )
        self._wait_until_handled(position)
        thread = self.resources.reads.get_thread(thread_id, viewer=company_id, reader=request.caller.user_id)
        return EnsuredThread(thread=thread, position=position)

    @endpoint(CheckUpload)
    def check_upload(self, request: CheckUpload) -> Done:
        handlers.check_upload(self.resources.archive, request)
        return self._done(None)

    @endpoint(RecordFile)
    def record_file(self, request: RecordFile) -> RecordedFile:
        return handlers.record_file(self.resources.archive, request, self._origin(request))

    @endpoint(DeleteFile)
    def delete_file(self, request: DeleteFile) -> DeletedFile:
        return handlers.delete_file(self.resources.archive, request, self._origin(request))

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
            origin=self._origin(request),
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
            origin=self._origin(request),
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
            origin=self._origin(request),
        )
        return self._done(appended)

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
            origin=self._origin(request),
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
            origin=self._origin(request),
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
            origin=self._origin(request),
        )

    @endpoint(Search)
    def search(self, request: Search) -> SearchPage:
        _, company_id = handlers.member(request.caller)
        return self._reads(request).search(
            request.text, viewer=company_id, kind=request.kind, limit=request.limit, cursor=request.cursor
        )

    # --- leads ---

    @endpoint(ListLeads)
    def list_leads(self, request: ListLeads) -> LeadPage:
        return self._reads(request).list_leads(
            viewer=handlers.tenant(request.caller),
            reader=request.caller.user_id,
            status=request.status,
            case_id=request.case_id,
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(GetLead)
    def get_lead(self, request: GetLead) -> LeadView:
        return self._reads(request).get_lead(
            request.lead_id, viewer=handlers.tenant(request.caller), reader=request.caller.user_id
        )

    @endpoint(SubmitQuote)
    def submit_quote(self, request: SubmitQuote) -> SubmittedQuote:
        author_id, company_id = handlers.member(request.caller)
        return handlers.submit_quote(
            self.resources.archive,
            lead_id=request.lead_id,
            author_id=author_id,
            company_id=company_id,
            success_fee_percent=request.success_fee_percent,
            fixed_fee=request.fixed_fee,
            currency=request.currency,
            comment=request.comment,
            origin=self._origin(request),
        )

    @endpoint(ChooseWinner)
    def choose_winner(self, request: ChooseWinner) -> Done:
        user_id, company_id = handlers.member(request.caller)
        return self._done(
            handlers.choose_winner(
                self.resources.archive,
                lead_id=request.lead_id,
                quote_id=request.quote_id,
                user_id=user_id,
                company_id=company_id,
                origin=self._origin(request),
            )
        )

    @endpoint(PullBackLead)
    def pull_back_lead(self, request: PullBackLead) -> Done:
        user_id, company_id = handlers.member(request.caller)
        return self._done(
            handlers.pull_back_lead(
                self.resources.archive,
                lead_id=request.lead_id,
                user_id=user_id,
                company_id=company_id,
                origin=self._origin(request),
            )
        )

    @endpoint(InvitePartner)
    def invite_partner(self, request: InvitePartner) -> Done:
        handlers.require_operator(request.caller)
        return self._done(
            handlers.invite_partner(
                self.resources.archive,
                case_id=request.case_id,
                partner_id=request.partner_id,
                origin=self._origin(request),
            )
        )

    # --- what operators do ---

    @endpoint(AcceptComplaint)
    def accept_complaint(self, request: AcceptComplaint) -> Done:
        handlers.require_operator(request.caller)
        return self._done(
            handlers.accept_complaint(
                self.resources.archive, complaint_id=request.complaint_id, origin=self._origin(request)
            )
        )

    @endpoint(RegisterCompany)
    def register_company(self, request: RegisterCompany) -> Done:
        handlers.require_operator(request.caller)
        command = requests.register_company(request)
        return self._done(
            handlers.register_company(self.resources.archive, command=command, origin=self._origin(request))
        )

    @endpoint(PutUser)
    def put_user(self, request: PutUser) -> Done:
        handlers.require_operator(request.caller)
        command = requests.put_user(request)
        return self._done(
            handlers.put_user(self.resources.archive, command=command, origin=self._origin(request))
        )

    @endpoint(EstablishPartnership)
    def establish_partnership(self, request: EstablishPartnership) -> Done:
        handlers.require_operator(request.caller)
        command = requests.establish_partnership(request)
        return self._done(
            handlers.establish_partnership(
                self.resources.archive, command=command, origin=self._origin(request)
            )
        )

    @endpoint(PostPlatformMessage)
    def post_platform_message(self, request: PostPlatformMessage) -> PostedMessage:
        handlers.require_operator(request.caller)
        return handlers.post_platform_message(
            self.resources.archive,
            thread_id=request.thread_id,
            client_message_id=request.client_message_id,
            body=request.body,
            origin=self._origin(request),
        )

    @endpoint(PutCase)
    def put_case(self, request: PutCase) -> Done:
        handlers.require_operator(request.caller)
        command = requests.put_case(request)
        return self._done(
            handlers.put_case(self.resources.archive, command=command, origin=self._origin(request))
        )

    @endpoint(AssignCase)
    def assign_case(self, request: AssignCase) -> CaseOutcome:
        handlers.require_operator(request.caller)
        return handlers.assign_case(
            self.resources.archive,
            case_id=request.case_id,
            partner_id=request.partner_id,
            status=request.status,
            origin=self._origin(request),
        )

    @endpoint(MergeCase)
    def merge_case(self, request: MergeCase) -> CaseOutcome:
        handlers.require_operator(request.caller)
        return handlers.merge_case(
            self.resources.archive,
            case_id=request.case_id,
            into_case_id=request.into_case_id,
            origin=self._origin(request),
        )

    @endpoint(NameManagingPartner)
    def name_managing_partner(self, request: NameManagingPartner) -> CaseOutcome:
        handlers.require_operator(request.caller)
        return handlers.name_managing_partner(
            self.resources.archive,
            case_id=request.case_id,
            partner_id=request.partner_id,
            origin=self._origin(request),
        )

    @endpoint(SetCaseDivision)
    def set_case_division(self, request: SetCaseDivision) -> CaseOutcome:
        handlers.require_operator(request.caller)
        return handlers.set_case_division(
            self.resources.archive,
            case_id=request.case_id,
            division=request.division,
            origin=self._origin(request),
        )

    # --- what all of them need ---

    def _reads(self, request: Query) -> Reads:
        """Return the reads once they show what the request wants to see. Raises Invalid."""
        if request.min_position is not None:
            if request.min_position > self.resources.log.head():
                # Nobody may hold up workers by waiting for what was never written.
                raise Invalid("bad_min_position", "No event has this position yet.", "min_position")
            self._wait_until_handled(request.min_position)
        reads: Reads = self.resources.reads
        return reads

    def _wait_until_handled(self, position: int) -> None:
        wait_until_handled(self.resources.pool, handlers.NAME, position, READ_YOUR_WRITES_SECONDS)

    def _origin(self, request: Request) -> Origin:
        return Origin(
            id=uuid4(),
            at=self.resources.clock.now(),
            actor=handlers.actor(request.caller),
            correlation_id=request.correlation_id,
        )

    def _done(self, appended: Appended | None) -> Done:
        """Answer with the position reached; where nothing was to be done that is the log's head."""
        return Done(position=appended.position if appended else self.resources.log.head())
