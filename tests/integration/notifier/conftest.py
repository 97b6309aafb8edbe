"""A log with people who write to each other, notifier's subscription, and a real mail server."""

import threading
from collections.abc import Callable, Iterator

import pytest

from services.notifier.handlers import bursts
from services.notifier.service import NotifierResources
from shared.rebuild import rebuild
from shared.settings import Settings
from shared.subscription import Subscription, wait_until_handled
from shared.testing import SmtpServer
from shared.wakeups import IdlePolling
from tests.integration.notifier.office import Office

CatchUp = Callable[[], None]


@pytest.fixture
def mail_settings(database_settings: Settings, smtp_server: SmtpServer) -> Settings:
    return database_settings.model_copy(
        update={"smtp_url": smtp_server.url, "mail_quiet_seconds": 120.0, "mail_max_wait_seconds": 600.0}
    )


@pytest.fixture
def resources(mail_settings: Settings) -> Iterator[NotifierResources]:
    """Give what a process of the notifier holds."""
    built = NotifierResources.build(mail_settings)
    yield built
    built.pool.close()
    built.log.close()


@pytest.fixture
def office(resources: NotifierResources) -> Office:
    return Office(resources.log)


@pytest.fixture
def catch_up(resources: NotifierResources) -> CatchUp:
    """Give a function that returns once the subscription has handled all that is in the log."""

    def run() -> None:
        definition = bursts.subscription_definition(resources.settings, resources.log)
        subscription = Subscription(definition, resources.log, resources.settings, IdlePolling(seconds=0.01))
        stop = threading.Event()
        thread = threading.Thread(target=subscription.run, args=(stop,))
        thread.start()
        try:
            wait_until_handled(resources.pool, bursts.NAME, resources.log.head(), timeout=30)
        finally:
            stop.set()
            thread.join()

    return run


@pytest.fixture
def rebuild_tables(resources: NotifierResources) -> Callable[[], None]:
    """Give a function that builds notifier's tables anew and swaps them in."""
    settings = resources.settings

    def run() -> None:
        definition = bursts.subscription_definition(settings, resources.log)
        rebuild(definition, resources.log, settings, lambda _done, _total: None)

    return run
