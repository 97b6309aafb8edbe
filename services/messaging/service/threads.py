"""Threads and messages."""

from services.messaging import handlers
from services.messaging.service.serving import Serving
from shared.contracts.messaging import (
    EnsuredThread,
    EnsureThread,
    ListMessages,
    ListThreads,
    MarkRead,
    MessagePage,
    PostedMessage,
    PostMessage,
    PostPlatformMessage,
    Search,
    SearchPage,
    ThreadList,
)
from shared.contracts.rpc import Done
from shared.nameko_adapters import endpoint


class ThreadEndpoints(Serving):
    """The entrypoints of threads."""

    @endpoint(ListThreads)
    def list_threads(self, request: ListThreads) -> ThreadList:
        return self.reads(request).list_threads(
            request.case_id, viewer=handlers.tenant(request.caller), reader=request.caller.user_id
        )

    @endpoint(EnsureThread)
    def ensure_thread(self, request: EnsureThread) -> EnsuredThread:
        company_id = handlers.tenant(request.caller)
        thread_id, position = handlers.ensure_thread(
            self.resources.archive,
            case_id=request.case_id,
            kind=request.kind,
            company_id=company_id,
            partner_id=request.partner_id,
            origin=self.origin(request),
        )
        self.wait_until_handled(position)
        thread = self.resources.reads.get_thread(thread_id, viewer=company_id, reader=request.caller.user_id)
        return EnsuredThread(thread=thread, position=position)

    @endpoint(ListMessages)
    def list_messages(self, request: ListMessages) -> MessagePage:
        return self.reads(request).list_messages(
            request.thread_id,
            viewer=handlers.tenant(request.caller),
            after=request.after,
            limit=request.limit,
            cursor=request.cursor,
        )

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
            origin=self.origin(request),
        )

    @endpoint(PostPlatformMessage)
    def post_platform_message(self, request: PostPlatformMessage) -> PostedMessage:
        handlers.require_operator(request.caller)
        return handlers.post_platform_message(
            self.resources.archive,
            thread_id=request.thread_id,
            client_message_id=request.client_message_id,
            body=request.body,
            origin=self.origin(request),
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
            origin=self.origin(request),
        )
        return self.done(appended)

    @endpoint(Search)
    def search(self, request: Search) -> SearchPage:
        _, company_id = handlers.member(request.caller)
        return self.reads(request).search(
            request.text, viewer=company_id, kind=request.kind, limit=request.limit, cursor=request.cursor
        )
