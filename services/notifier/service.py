"""The notifier as nameko runs it: its subscription and the loops that decide bursts and send e-mail."""

import random
from dataclasses import dataclass
from typing import Self

from psycopg_pool import ConnectionPool

from services.notifier.adapters.deliveries import PostgresDeliveries
from services.notifier.adapters.rendering import JinjaRenderer
from services.notifier.adapters.smtp import SmtpServer, SmtpTransport, parse_smtp_url
from services.notifier.handlers import bursts
from services.notifier.handlers.sending import RetryPolicy, Sender
from shared.clock import Clock
from shared.db import DatabaseConnection, open_pool
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.nameko_adapters import BackgroundLoop, Resources, SubscriptionExtension
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

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """Raises SettingsError where the settings of e-mail are wrong, before anything is opened."""
        renderer, smtp = JinjaRenderer(settings), parse_smtp_url(settings.smtp_url)
        return cls(
            settings=settings,
            log=open_log(settings),
            pool=open_pool(settings, schema=bursts.NAME),
            clock=settings.system_clock(),
            renderer=renderer,
            smtp=smtp,
        )

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
    """Tells people by e-mail. It has no RPC: whoever wants to know why asks `parley notifier explain`."""

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
