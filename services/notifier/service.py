"""The notifier as nameko runs it: its subscription and the loops that decide bursts and send e-mail."""

import random
import ssl
from dataclasses import dataclass
from datetime import UTC
from typing import Self
from uuid import UUID

from psycopg_pool import ConnectionPool

from services.notifier import queries
from services.notifier.adapters.deliveries import PostgresDeliveries
from services.notifier.adapters.letters import notice_title
from services.notifier.adapters.rendering import JinjaRenderer
from services.notifier.adapters.smtp import SmtpServer, SmtpTransport, parse_smtp_url, tls_for
from services.notifier.adapters.unsubscribing import (
    LinkInvalid,
    UnsubscribeLink,
    UnsubscribeLinks,
    links_of,
)
from services.notifier.adapters.wording import Wording, wording_for
from services.notifier.commands import EndCategory, MarkRead, SetPreferences
from services.notifier.handlers import bursts, people, recipients
from services.notifier.handlers.notices import Notices
from services.notifier.handlers.pacing import Pace, RetryPolicy, Senders
from services.notifier.handlers.recipients import Recipients
from services.notifier.handlers.sending import Sender
from shared.clock import Clock
from shared.contracts.notifier import (
    ChangedPreferences,
    ChangePreferences,
    GetPreferences,
    ListNotifications,
    LookAtUnsubscribe,
    MarkNotificationsRead,
    NotificationPage,
    NotificationView,
    PreferencesView,
    Unsubscribe,
    UnsubscribeView,
)
from shared.contracts.rpc import Caller, Done, Query
from shared.db import DatabaseConnection, open_pool
from shared.errors import Forbidden, Invalid
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.nameko_adapters import BackgroundLoop, Resources, SubscriptionExtension, endpoint
from shared.settings import Settings
from shared.subscription import wait_until_handled

READ_YOUR_WRITES_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifierResources:
    """What one process of the notifier holds."""

    settings: Settings
    log: EventLog
    pool: ConnectionPool[DatabaseConnection]
    clock: Clock
    renderer: JinjaRenderer
    smtp: SmtpServer
    tls: ssl.SSLContext | None
    recipients: Recipients
    links: UnsubscribeLinks | None
    notices: Notices

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """Raises SettingsError where the settings of e-mail are wrong, before anything is opened."""
        renderer, smtp = JinjaRenderer(settings), parse_smtp_url(settings.smtp_url)
        tls = tls_for(smtp, settings.smtp_ca_file)
        log, pool = open_log(settings), open_pool(settings, schema=bursts.NAME, autocommit=True)
        return cls(
            settings=settings,
            log=log,
            pool=pool,
            clock=settings.system_clock(),
            renderer=renderer,
            smtp=smtp,
            tls=tls,
            recipients=Recipients(log, pool),
            links=links_of(settings),
            notices=Notices(log, pool),
        )

    def read_link(self, token: str) -> UnsubscribeLink:
        """Return what a link's token stands for. Raises LinkInvalid, LinkExpired."""
        if self.links is None:
            raise LinkInvalid
        return self.links.read(token, self.clock.now())

    def new_flusher(self) -> bursts.Flusher:
        return bursts.Flusher(
            log=self.log, pool=self.pool, clock=self.clock, patience=bursts.patience_of(self.settings)
        )

    def new_senders(self) -> Senders:
        """
        Return as many senders as the settings say: a mail server that takes its time over one e-mail holds
        up one of them.
        """
        pace = Pace(self.settings.mail_per_second)
        return Senders(tuple(self.new_sender(pace) for _ in range(self.settings.mail_senders)))

    def new_sender(self, pace: Pace | None = None) -> Sender:
        """Return a sender with connections of its own to the database and to the mail server."""
        return Sender(
            log=self.log,
            pool=self.pool,
            deliveries=PostgresDeliveries(self.settings, self.pool),
            renderer=self.renderer,
            transport=SmtpTransport(self.smtp, tls=self.tls, hostname=self.settings.mail_domain),
            clock=self.clock,
            chance=random.random,
            retry=RetryPolicy(),
            pace=pace or Pace(0),
        )


class NotifierService:
    """Tells people by e-mail, and lets them say what they want to be told."""

    name = bursts.NAME

    resources = Resources(NotifierResources.build)
    subscription = SubscriptionExtension(
        lambda resources: bursts.subscription_definition(resources.settings, resources.log)
    )
    flush = BackgroundLoop(lambda resources: resources.new_flusher().run)
    senders = BackgroundLoop(lambda resources: resources.new_senders().run)

    @endpoint(GetPreferences)
    def get_preferences(self, request: GetPreferences) -> PreferencesView:
        user_id, _ = _member(request.caller)
        return recipients.view_of(self.resources.recipients.state_of(user_id))

    @endpoint(ChangePreferences)
    def change_preferences(self, request: ChangePreferences) -> ChangedPreferences:
        user_id, company_id = _member(request.caller)
        state, position = self.resources.recipients.handle(
            SetPreferences(
                user_id=user_id,
                company_id=company_id,
                preferences=request.preferences,
                fields=frozenset(request.fields),
                correlation_id=request.correlation_id,
                now=self.resources.clock.now(),
            )
        )
        return ChangedPreferences(preferences=recipients.view_of(state), position=position)

    @endpoint(LookAtUnsubscribe)
    def look_at_unsubscribe(self, request: LookAtUnsubscribe) -> UnsubscribeView:
        link = self.resources.read_link(request.token)
        with self.resources.pool.connection() as connection:
            return recipients.unsubscribe_view(connection, link.user_id, link.category)

    @endpoint(Unsubscribe)
    def unsubscribe(self, request: Unsubscribe) -> UnsubscribeView:
        link = self.resources.read_link(request.token)
        company_id = people.company_of(self.resources.log, link.user_id)
        self.resources.recipients.handle(
            EndCategory(
                user_id=link.user_id,
                company_id=company_id,
                category=link.category,
                correlation_id=request.correlation_id,
                now=self.resources.clock.now(),
            )
        )
        with self.resources.pool.connection() as connection:
            return recipients.unsubscribe_view(connection, link.user_id, link.category)

    @endpoint(ListNotifications)
    def list_notifications(self, request: ListNotifications) -> NotificationPage:
        user_id, company_id = _member(request.caller)
        self._catch_up(request)
        with self.resources.pool.connection() as connection:
            page = queries.list_notices(
                connection,
                user_id,
                company_id=company_id,
                unread=request.unread,
                limit=request.limit,
                cursor=request.cursor,
            )
            user = queries.recipients_by_id(connection, [user_id]).get(user_id)
        wording = wording_for(user.locale if user is not None else "")
        return NotificationPage(
            items=tuple(_shown(notice, wording) for notice in page.items),
            next_cursor=page.next_cursor,
            unread_count=page.unread_count,
        )

    @endpoint(MarkNotificationsRead)
    def mark_notifications_read(self, request: MarkNotificationsRead) -> Done:
        user_id, company_id = _member(request.caller)
        command = MarkRead(
            user_id=user_id,
            company_id=company_id,
            notification_ids=frozenset(request.ids),
            up_to_position=0,
            correlation_id=request.correlation_id,
            now=self.resources.clock.now(),
        )
        return Done(position=self.resources.notices.mark_read(command, up_to=request.up_to_id))

    def _catch_up(self, request: Query) -> None:
        if request.min_position is not None:
            if request.min_position > self.resources.log.newest():
                # Nobody may hold up workers by waiting for what was never written.
                raise Invalid("bad_min_position", "No event has this position yet.", "min_position")
            wait_until_handled(
                self.resources.pool, bursts.NAME, request.min_position, READ_YOUR_WRITES_SECONDS
            )


def _shown(notice: queries.Notice, wording: Wording) -> NotificationView:
    return NotificationView(
        id=notice.notification_id,
        kind=notice.kind,
        title=notice_title(notice.kind, notice.case_reference, notice.facts, wording),
        case_id=notice.case_id,
        case_reference=notice.case_reference,
        thread_id=notice.thread_id,
        facts=dict(notice.facts),
        created_at=notice.created_at.astimezone(UTC),
        read=notice.read,
    )


def _member(caller: Caller) -> tuple[UUID, UUID]:
    """Return the caller's user and company. Raises Forbidden for one that is no user of a company."""
    if caller.user_id is None or caller.company_id is None:
        raise Forbidden("members_only", "Only users of a company have preferences and notifications.")
    return caller.user_id, caller.company_id
