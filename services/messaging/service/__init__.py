"""The nameko service `messaging`: entrypoints only, one module per topic."""

import threading
from collections.abc import Callable

from services.messaging import handlers
from services.messaging.adapters.platform_queue import PlatformQueue
from services.messaging.service.cases import CaseEndpoints
from services.messaging.service.directory import DirectoryEndpoints
from services.messaging.service.files import FileEndpoints
from services.messaging.service.journal import JournalEndpoints
from services.messaging.service.leads import LeadEndpoints
from services.messaging.service.serving import MessagingResources
from services.messaging.service.threads import ThreadEndpoints
from shared.nameko_adapters import BackgroundLoop, SubscriptionExtension


def _platform_inbox(resources: MessagingResources) -> Callable[[threading.Event], None]:
    """Return the loop that takes what the platform's own case system sends."""

    def receive(body: bytes) -> str | None:
        return handlers.receive(resources.archive, body, now=resources.clock.now()).problem

    return PlatformQueue(resources.settings.amqp_url, receive).run


class MessagingService(
    DirectoryEndpoints, CaseEndpoints, ThreadEndpoints, FileEndpoints, JournalEndpoints, LeadEndpoints
):
    """Companies, users, partnerships, cases and their threads, over RPC."""

    name = handlers.NAME

    subscription = SubscriptionExtension(lambda resources: handlers.subscription(resources.archive))
    platform = BackgroundLoop(_platform_inbox)
    indexer = BackgroundLoop(lambda resources: handlers.Indexer(resources.pool).run)
