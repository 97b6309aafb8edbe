"""The notifier as nameko runs it: its subscription and the loops that decide bursts and send e-mail."""

import random
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from psycopg_pool import ConnectionPool

from services.notifier.adapters.deliveries import PostgresDeliveries
from services.notifier.adapters.rendering import JinjaRenderer
from services.notifier.adapters.smtp import SmtpServer, SmtpTransport, parse_smtp_url
from services.notifier.adapters.unsubscribing import (
    LinkInvalid,
    UnsubscribeLink,
    UnsubscribeLinks,
    links_of,
)
from services.notifier.commands import EndCategory, SetPreferences
from services.notifier.handlers import bursts, people, recipients
from services.notifier.handlers.recipients import Recipients
from services.notifier.handlers.sending import RetryPolicy, Sender
from shared.clock import Clock
from shared.contracts.notifier import (
    ChangedPreferences,
    ChangePreferences,
    GetPreferences,
    LookAtUnsubscribe,
    PreferencesView,
    Unsubscribe,
    UnsubscribeView,
)
from shared.contracts.rpc import Caller
from shared.db import DatabaseConnection, open_pool
from shared.errors import Forbidden
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.nameko_adapters import BackgroundLoop, Resources, SubscriptionExtension, endpoint
from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifierResources:
    """What one process of the notifier holds."""

    settings: Settings
    log: EventLog
    pool: ConnectionPool[DatabaseConnection]
    clock: Clock
    renderer: JinjaRenderer
    smtp: SmtpServer
    recipients: Recipients
    links: UnsubscribeLinks | None

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """Raises SettingsError where the settings of e-mail are wrong, before anything is opened."""
        renderer, smtp = JinjaRenderer(settings), parse_smtp_url(settings.smtp_url)
        log, pool = open_log(settings), open_pool(settings, schema=bursts.NAME)
        return cls(
            settings=settings,
            log=log,
            pool=pool,
            clock=settings.system_clock(),
            renderer=renderer,
            smtp=smtp,
            recipients=Recipients(log, pool),
            links=links_of(settings),
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

    def new_sender(self) -> Sender:
        """Return a sender with connections of its own to the database and to the mail server."""
        return Sender(
            log=self.log,
            pool=self.pool,
            deliveries=PostgresDeliveries(self.settings, self.pool),
            renderer=self.renderer,
            transport=SmtpTransport(self.smtp, hostname=self.settings.mail_domain),
            clock=self.clock,
            chance=random.random,
            retry=RetryPolicy(),
        )


class NotifierService:
    """Tells people by e-mail, and lets them say what they want to be told."""

    name = bursts.NAME

    resources = Resources(NotifierResources.build)
    subscription = SubscriptionExtension(
        lambda resources: bursts.subscription_definition(resources.settings, resources.log)
    )
    flush = BackgroundLoop(lambda resources: resources.new_flusher().run)
    # A mail server that takes its time over one e-mail holds up one sender.
    first_sender = BackgroundLoop(lambda resources: resources.new_sender().run)
    second_sender = BackgroundLoop(lambda resources: resources.new_sender().run)
    third_sender = BackgroundLoop(lambda resources: resources.new_sender().run)

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


def _member(caller: Caller) -> tuple[UUID, UUID]:
    """Return the caller's user and company. Raises Forbidden for one that is no user of a company."""
    if caller.user_id is None or caller.company_id is None:
        raise Forbidden("members_only", "Only users of a company have preferences and notifications.")
    return caller.user_id, caller.company_id
