"""The nameko service `ai_resolver`: it follows the log. What judges runs in a process of its own."""

from dataclasses import dataclass

from psycopg_pool import ConnectionPool

from services.ai_resolver.handlers import subscribing
from shared.clock import Clock
from shared.db import DatabaseConnection, open_pool
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.nameko_adapters import Resources, SubscriptionExtension
from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverResources:
    settings: Settings
    log: EventLog
    pool: ConnectionPool[DatabaseConnection]
    clock: Clock


def build(settings: Settings) -> ResolverResources:
    return ResolverResources(
        settings=settings,
        log=open_log(settings),
        pool=open_pool(settings, schema=subscribing.NAME, size=2, autocommit=True),
        clock=settings.system_clock(),
    )


class AiResolverService:
    """Keeps the read model that `parley ai-resolver run` chooses from, and hears objections."""

    name = subscribing.NAME

    resources = Resources(build)
    subscription = SubscriptionExtension(lambda resources: subscribing.subscription(resources.log))
