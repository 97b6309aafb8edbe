"""Senders of production put together for tests: impatient, and with places where they can be held up."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from services.notifier.adapters.deliveries import PostgresDeliveries
from services.notifier.adapters.smtp import SmtpTransport, Timeouts
from services.notifier.handlers.pacing import Pace, RetryPolicy
from services.notifier.handlers.sending import Sender
from services.notifier.ports import Claim, Deliveries, FrozenMail, Transport
from services.notifier.service import NotifierResources
from shared.clock import Clock
from shared.settings import load

IMPATIENT = RetryPolicy(
    first=timedelta(milliseconds=20),
    longest=timedelta(milliseconds=80),
    longest_pause=timedelta(milliseconds=80),
)
QUICK = Timeouts(connect=2, command=2, content=2)


def make_sender(
    resources: NotifierResources,
    *,
    deliveries: Deliveries | None = None,
    transport: Transport | None = None,
    retry: RetryPolicy = IMPATIENT,
    clock: Clock | None = None,
    per_second: float = 0,
) -> Sender:
    """Return a sender as the service makes it, with short waits."""
    return Sender(
        log=resources.log,
        pool=resources.pool,
        deliveries=deliveries or PostgresDeliveries(resources.settings, resources.pool),
        renderer=resources.renderer,
        transport=transport or make_transport(resources),
        clock=clock or resources.clock,
        chance=lambda: 0.5,
        retry=retry,
        pace=Pace(per_second),
    )


def make_transport(resources: NotifierResources) -> SmtpTransport:
    return SmtpTransport(resources.smtp, tls=resources.tls, hostname="parley.example", timeouts=QUICK)


class Gate:
    """A place that a process says it has reached, and passes when a file allows it to."""

    def __init__(self, folder: Path) -> None:
        self.reached = folder / "reached"
        self.opened = folder / "opened"

    def wait(self) -> None:
        self.reached.touch()
        while not self.opened.exists():
            time.sleep(0.005)


class GatedDeliveries:
    """Deliveries whose claimers wait at the gate, claim in hand."""

    def __init__(self, inner: Deliveries, gate: Gate) -> None:
        self._inner = inner
        self._gate = gate

    @contextmanager
    def claim(self, most: int) -> Iterator[Sequence[Claim]]:
        with self._inner.claim(most) as claims:
            if claims:
                self._gate.wait()
            yield claims

    def freeze(self, mails: Sequence[tuple[Claim, FrozenMail]]) -> list[FrozenMail]:
        return self._inner.freeze(mails)

    def close(self) -> None:
        self._inner.close()


class LateDeliveries(GatedDeliveries):
    """Deliveries whose claimers wait at the gate with their work done, right before their claims end."""

    @contextmanager
    def claim(self, most: int) -> Iterator[Sequence[Claim]]:
        with self._inner.claim(most) as claims:
            yield claims
            self._gate.wait()


class GatedTransport:
    """A transport that waits at the gate right before the content goes out, or right after it was taken."""

    def __init__(self, inner: Transport, gate: Gate, *, after_250: bool) -> None:
        self._inner = inner
        self._gate = gate
        self._after_250 = after_250

    def send(self, mail: FrozenMail, *, before_data: Callable[[], None]) -> None:
        def before() -> None:
            if not self._after_250:
                self._gate.wait()
            before_data()

        self._inner.send(mail, before_data=before)
        if self._after_250:
            self._gate.wait()

    def close(self) -> None:
        self._inner.close()


def main(place: str, folder: str) -> None:
    """
    Send one e-mail, held up at the place named, or everything until killed; settings come from outside.
    """
    resources = NotifierResources.build(load())
    if place == "everything":
        # Slowly, so that there is time to be killed many times.
        make_sender(resources, per_second=20).run(threading.Event())
    gate = Gate(Path(folder))
    deliveries: Deliveries = PostgresDeliveries(resources.settings, resources.pool)
    transport: Transport = make_transport(resources)
    if place == "claimed":
        deliveries = GatedDeliveries(deliveries, gate)
    elif place == "after commit":
        deliveries = LateDeliveries(deliveries, gate)
    else:
        transport = GatedTransport(transport, gate, after_250=place == "after 250")
    make_sender(resources, deliveries=deliveries, transport=transport).send_due()
    resources.pool.close()
    resources.log.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
