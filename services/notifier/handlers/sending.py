"""Scheduled e-mails: written once, handed to the mail server, their outcome recorded."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

import psycopg

from services.notifier.handlers.letters import Letters
from services.notifier.handlers.outcomes import Outcomes, about
from services.notifier.handlers.pacing import Pace, RetryPolicy
from services.notifier.handlers.preparing import Preparation, Ready
from services.notifier.handlers.rows import Pool
from services.notifier.ports import (
    AddressDeferred,
    AddressRefused,
    Claim,
    Deliveries,
    MailDeferred,
    MailRefused,
    MailUncertain,
    Renderer,
    SenderRefused,
    Transport,
    TransportMisconfigured,
    TransportUnavailable,
)
from shared.clock import Clock
from shared.errors import Retryable
from shared.eventlog.protocol import EventLog

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 1.0
# What a sender takes in hand at a time: at most so many, and as many as it gets done in about a second.
# What it has not come to after some seconds it gives back, for others, and to be looked at anew.
MOST_TOGETHER = 20
_SECONDS_TOGETHER = 5.0


class Sender:
    """
    Sends scheduled e-mails, one after the other. Any number may run, in any number of processes.

    An e-mail is sent once, except where a crash or a cut connection leaves open whether the server has taken
    it: then the attempt is recorded as ambiguous and the very same bytes are sent again. Until then each
    attempt writes it anew, so that settings that were corrected take effect.

    Several are claimed, looked up, written and frozen together. Handing over is for each by itself, with its
    own note before and its own record after: so a crash leaves one e-mail in doubt, however many are in hand.
    """

    def __init__(
        self,
        *,
        log: EventLog,
        pool: Pool,
        deliveries: Deliveries,
        renderer: Renderer,
        transport: Transport,
        clock: Clock,
        chance: Callable[[], float],
        retry: RetryPolicy,
        pace: Pace,
    ) -> None:
        self._deliveries = deliveries
        self._transport = transport
        self._pace = pace
        self._outcomes = Outcomes(log=log, pool=pool, clock=clock, retry=retry, chance=chance)
        self._preparation = Preparation(
            log=log,
            deliveries=deliveries,
            letters=Letters(log, pool, clock),
            renderer=renderer,
            clock=clock,
            outcomes=self._outcomes,
        )
        self._most = MOST_TOGETHER

    def run(self, stop: threading.Event) -> None:
        """Send what is due until `stop` is set. Outlives outages of mail server, database and log."""
        failures = 0
        try:
            while not stop.is_set():
                try:
                    wait = 0.0 if self.send_due(stop) else _IDLE_SECONDS
                    failures = 0
                except (Retryable, psycopg.OperationalError) as error:
                    wait = self._outcomes.pause(failures).total_seconds()
                    failures += 1
                    _log_outage(error)
                stop.wait(wait)
        finally:
            self._transport.close()
            self._deliveries.close()

    def send_due(self, stop: threading.Event | None = None) -> bool:
        """
        Work on a few e-mails that are due, whatever comes of them; return False if there were none.

        Raises TransportUnavailable where no e-mail can be sent now, another Retryable where database or log
        is away; the e-mails in hand stay due.
        """
        begun = time.monotonic()
        with self._deliveries.claim(self._most) as claims:
            if not claims:
                return False
            try:
                ready = self._preparation.prepare(claims)
                left = self._hand_over_all(ready, begun, stop or threading.Event())
                outage = None
            except TransportUnavailable as error:
                # What was done until then stays: neither the database nor the log is away.
                left, outage = 0, error
            self._outcomes.project()
        if outage is not None:
            raise outage
        per_second = (len(claims) - left) / (time.monotonic() - begun)
        self._most = max(1, min(MOST_TOGETHER, int(per_second)))
        return True

    def _hand_over_all(self, ready: Sequence[Ready], begun: float, stop: threading.Event) -> int:
        """Hand over one after the other, as long as there is time; return how many are left."""
        for done, each in enumerate(ready):
            stop.wait(self._pace.take())
            if stop.is_set() or (done and time.monotonic() - begun > _SECONDS_TOGETHER):
                return len(ready) - done
            try:
                self._hand_over(each)
            except (Retryable, psycopg.OperationalError):
                raise
            except Exception:
                logger.exception("E-mail could not be worked on", extra=about(each.claim, "mail_unworkable"))
                self._outcomes.postpone(each.claim)
        return 0

    def _hand_over(self, ready: Ready) -> None:
        claim, attempt = ready.claim, ready.attempt

        def before_data() -> None:
            claim.open_attempt(attempt)
            # The last look before the content goes out. A process that was frozen until now still has its
            # claim unless the database ended its connection; then somebody else may have sent the e-mail.
            claim.verify()

        try:
            self._transport.send(ready.mail, before_data=before_data)
        except MailRefused as error:
            logger.warning(
                "E-mail was refused for good",
                extra=about(claim, "mail_refused") | {"answer": _answer_code(error)},
            )
            if isinstance(error, AddressRefused):
                self._outcomes.suppress(ready.scheduled)
            self._outcomes.failed(claim, attempt, "refused")
        except MailUncertain:
            self._outcomes.ambiguous(claim, attempt)
            self._outcomes.postpone(claim)
        except MailDeferred as error:
            claim.close_attempt(attempt)
            logger.warning(
                "E-mail has to wait", extra=about(claim, "mail_deferred") | {"answer": _answer_code(error)}
            )
            if isinstance(error, AddressDeferred) and self._outcomes.takes_nothing(claim):
                self._outcomes.suppress(ready.scheduled)
            self._outcomes.postpone_or_give_up(claim, attempt)
        except TransportUnavailable as error:
            claim.close_attempt(attempt)
            self._wait_for_server(claim, attempt, error, resent=ready.resent)
        else:
            self._outcomes.sent(claim, attempt)

    def _wait_for_server(
        self, claim: Claim, attempt: int, error: TransportUnavailable, *, resent: bool
    ) -> None:
        if resent and isinstance(error, SenderRefused):
            # These bytes name the sender of their time: the others may be written with a better one.
            _log_outage(error)
        elif not self._outcomes.is_too_old(claim):
            raise error
        self._outcomes.postpone_or_give_up(claim, attempt)


def _answer_code(error: Exception) -> str:
    # The server's code, or the kind of failure. The rest of what a server says may name the address.
    return str(error).partition(" ")[0].rstrip(":")


def _log_outage(error: Exception) -> None:
    if isinstance(error, SenderRefused):
        logger.error(
            "The mail server takes no e-mail from our sender address: check PARLEY_MAIL_FROM",
            extra={"action": "sender_refused", "answer": _answer_code(error)},
        )
    elif isinstance(error, TransportMisconfigured):
        logger.error(
            "The mail server refuses us or is not trusted: check PARLEY_SMTP_URL and PARLEY_SMTP_CA_FILE",
            extra={"action": "transport_misconfigured", "answer": str(error)},
        )
    else:
        logger.warning(
            "E-mail waits: mail server, log or database is away",
            extra={"action": "sending_waits", "error": f"{type(error).__name__}: {error}"},
        )
