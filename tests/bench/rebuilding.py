"""How fast a read model is built anew from the log, beside the live one."""

import time
from contextlib import closing

from services.messaging.handlers import subscribing
from services.messaging.handlers.streams import open_archive
from services.tasks import handlers as tasks
from shared.eventlog.factory import open_log
from shared.rebuild import rebuild
from tests.bench.progress import watching
from tests.bench.report import Figure
from tests.bench.setting import Setting

TARGET = 5000


def measure(setting: Setting) -> None:
    """Rebuild the read models of messaging and tasks from everything that the bench has put into the log."""
    with closing(open_log(setting.settings)) as log, watching(setting.settings) as progress:
        for definition in (subscribing.subscription(open_archive(log)), tasks.subscription(log)):
            setting.tell(f"rebuilding {definition.name}")
            begun = time.perf_counter()
            position = rebuild(definition, log, setting.settings, lambda *_: None)
            seconds = time.perf_counter() - begun
            per_second = progress.count_of(definition.categories, until=position) / seconds
            setting.report.add(
                Figure(
                    bench="rebuild",
                    name=f"read model of {definition.name}",
                    value=per_second,
                    unit="events/s",
                    target=f"≥ {TARGET} events/s",
                    met=per_second >= TARGET,
                )
            )
