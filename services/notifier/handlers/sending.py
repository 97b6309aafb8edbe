"""Scheduled e-mails: written once, handed to the mail server, their outcome recorded."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg

from services.notifier import decider, reactions
from services.notifier.commands import (
    MailCommand,
    RecordAmbiguous,
    RecordFailed,
    RecordSent,
    SuppressAddress,
)
from services.notifier.decider import MailState, Scheduled, Settled, Unknown
from services.notifier.handlers import people
from services.notifier.handlers.letters import AlreadyRead, Letters
from services.notifier.handlers.pacing import Pace
from services.notifier.handlers.recipients import Recipients
from services.notifier.handlers.rows import Pool, project_now
from services.notifier.ports import (
    AddressRefused,
    Claim,
    Deliveries,
    FrozenMail,
    MailDeferred,
    MailRefused,
    MailUncertain,
    Renderer,
    RenderingFailed,
    SenderRefused,
    Transport,
    TransportMisconfigured,
    TransportUnavailable,
)
from services.notifier.reactions import Reach, Standing
from shared.clock import Clock
from shared.command_handling import StateStore, append_decided
from shared.contracts.notifier import MailScheduled
from shared.errors import Retryable
from shared.eventlog.protocol import EventLog

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 1.0
_MOST_DOUBLINGS = 20
# What is recorded of an e-mail that may not go out any more.
_NOT_SENT: Mapping[Reach, str | None] = {
    "reachable": None,
    "inactive": "recipient_gone",
    "off": "unsubscribed",
    "suppressed": "address_suppressed",
}
_AS_WISHED = frozenset({"read", "unsubscribed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long to wait after failures, doubling each time up to a bound; all in real time."""

    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=15)
    give_up_after: timedelta = timedelta(days=5)
    longest_pause: timedelta = timedelta(seconds=30)

    def delay(self, failures: int, chance: float) -> timedelta:
        """Return how long one e-mail is left alone; `chance` in 0..1 spreads those that failed together."""
        return _backoff(self.first, self.longest, failures, chance)

    def pause(self, failures: int, chance: float) -> timedelta:
        """Return how long a sender leaves a mail server alone that nobody can use."""
        return _backoff(self.first / 4, self.longest_pause, failures, chance)


def _backoff(first: timedelta, longest: timedelta, failures: int, chance: float) -> timedelta:
    doublings = min(failures, _MOST_DOUBLINGS)
    bounded: timedelta = min(longest, first * (1 << doublings))
    return bounded * (0.5 + chance / 2)


class Sender:
    """
    Sends scheduled e-mails, one at a time. Any number may run, in any number of processes.

    An e-mail is sent once, except where a crash or a cut connection leaves open whether the server has taken
    it: then the attempt is recorded as ambiguous and the very same bytes are sent again. Until then each
    attempt writes it anew, so that settings that were corrected take effect.
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
        self._log = log
        self._pool = pool
        self._deliveries = deliveries
        self._renderer = renderer
        self._transport = transport
        self._clock = clock
        self._chance = chance
        self._retry = retry
        self._pace = pace
        self._recipients = Recipients(log, pool)
        self._letters = Letters(log, pool, clock)
        self._mails: StateStore[MailState] = StateStore(
            log,
            decider.MAIL_CATEGORY,
            initial=decider.initial_mail,
            evolve=decider.evolve_mail,
            cache_size=64,
        )

    def run(self, stop: threading.Event) -> None:
        """Send what is due until `stop` is set. Outlives outages of mail server, database and log."""
        failures = 0
        try:
            while not stop.is_set():
                try:
                    found = self.send_next()
                    wait = self._pace.take() if found else _IDLE_SECONDS
                    failures = 0
                except (Retryable, psycopg.OperationalError) as error:
                    wait = self._retry.pause(failures, self._chance()).total_seconds()
                    failures += 1
                    _log_outage(error)
                stop.wait(wait)
        finally:
            self._transport.close()
            self._deliveries.close()

    def send_next(self) -> bool:
        """
        Work on one e-mail that is due, whatever comes of it; return False if there was none.

        Raises TransportUnavailable where no e-mail can be sent now, another Retryable where database or log
        is away; the e-mail in hand stays due.
        """
        with self._deliveries.claim() as claim:
            if claim is None:
                return False
            try:
                self._work_on(claim)
            except (Retryable, psycopg.OperationalError):
                raise
            except Exception:
                logger.exception("E-mail could not be worked on", extra=_about(claim, "mail_unworkable"))
                self._postpone(claim)
        return True

    def _work_on(self, claim: Claim) -> None:
        state = self._mails.load(claim.work.mail_id).state
        match state:
            case Unknown():
                logger.error(
                    "The log does not know this e-mail: was it restored from a backup? Rebuild the tables",
                    extra=_about(claim, "mail_unknown"),
                )
                if claim.work.age < self._retry.give_up_after:
                    self._postpone(claim)
                else:
                    claim.finish()
            case Settled():
                logger.info("E-mail is settled already", extra=_about(claim, "mail_already_settled"))
                self._catch_up(claim)
            case Scheduled():
                self._work_on_scheduled(claim, state)
            case _:
                assert_never(state)

    def _catch_up(self, claim: Claim) -> None:
        """Bring the rows of an e-mail that is settled in the log up to date, lest it is claimed again."""
        project_now(self._log.read_stream(decider.mail_stream(claim.work.mail_id)), self._pool)
        claim.finish()

    def _work_on_scheduled(self, claim: Claim, state: Scheduled) -> None:
        work = claim.work
        if work.open_attempt is not None:
            self._note_ambiguous(claim, work.open_attempt)
        attempt = 1 + max(work.tries, work.open_attempt or 0, *state.ambiguous_attempts, 0)
        standing = people.standings(self._log, [state.mail.user_id])[state.mail.user_id]
        if self._may_go_out(claim, state.mail, attempt, standing):
            self._hand_over(claim, state, attempt, standing)

    def _may_go_out(self, claim: Claim, mail: MailScheduled, attempt: int, standing: Standing) -> bool:
        """
        Say whether the e-mail may go out as of now; what may not go out at all is settled.

        It may have waited for days, and its frozen bytes know nothing of who left, was erased or changed its
        mind since.
        """
        reason = _NOT_SENT[standing.reach(mail.kind, address=mail.address)]
        if reason is not None:
            self._fail(claim, attempt, reason)
            return False
        return not self._is_quiet(claim, mail, standing)

    def _hand_over(self, claim: Claim, state: Scheduled, attempt: int, standing: Standing) -> None:
        work = claim.work
        may_be_out = work.open_attempt is not None or state.ambiguous_attempts
        sent = work.frozen if may_be_out else None
        try:
            self._attempt(claim, state.mail, attempt, sent, standing)
        except AlreadyRead:
            self._fail(claim, attempt, "read")
        except RenderingFailed as error:
            self._fail(claim, attempt, f"unwritable: {error}")
        except MailRefused as error:
            logger.warning(
                "E-mail was refused for good",
                extra=_about(claim, "mail_refused") | {"answer": _answer_code(error)},
            )
            if isinstance(error, AddressRefused):
                self._suppress(state.mail)
            self._fail(claim, attempt, "refused")
        except MailUncertain:
            self._note_ambiguous(claim, attempt)
            self._postpone(claim)
        except MailDeferred as error:
            claim.close_attempt(attempt)
            logger.warning(
                "E-mail has to wait", extra=_about(claim, "mail_deferred") | {"answer": _answer_code(error)}
            )
            self._postpone_or_give_up(claim, attempt)
        except TransportUnavailable as error:
            claim.close_attempt(attempt)
            self._wait_for_server(claim, attempt, error, sent)
        else:
            self._settle(claim, RecordSent(attempt=attempt, now=self._clock.now()))
            logger.info("E-mail sent", extra=_about(claim, "mail_sent") | {"attempt": attempt})

    def _is_quiet(self, claim: Claim, mail: MailScheduled, standing: Standing) -> bool:
        """Say whether it is the reader's quiet hours; the e-mail is then left alone until they end."""
        now = self._clock.now()
        try:
            until = reactions.quiet_until(standing.preferences.quiet_hours, now, ZoneInfo(mail.time_zone))
        except (ZoneInfoNotFoundError, ValueError):
            # Whoever writes the e-mail will say so.
            return False
        if until is None:
            return False
        claim.hold(until - now)
        logger.info("E-mail waits for the end of quiet hours", extra=_about(claim, "mail_quiet"))
        return True

    def _suppress(self, mail: MailScheduled) -> None:
        logger.error(
            "A mail server takes nothing for a user's address: correct the address, or restore it with"
            " `parley notifier restore`",
            extra={
                "action": "address_suppressed",
                "user_id": str(mail.user_id),
                "mail_id": str(mail.mail_id),
            },
        )
        self._recipients.handle(
            SuppressAddress(
                user_id=mail.user_id,
                company_id=mail.company_id,
                address=mail.address,
                mail_id=mail.mail_id,
                now=self._clock.now(),
            )
        )

    def _wait_for_server(
        self, claim: Claim, attempt: int, error: TransportUnavailable, sent: FrozenMail | None
    ) -> None:
        if sent is not None and isinstance(error, SenderRefused):
            # These bytes name the sender of their time: the others may be written with a better one.
            _log_outage(error)
        elif claim.work.age < self._retry.give_up_after:
            raise error
        self._postpone_or_give_up(claim, attempt)

    def _attempt(
        self,
        claim: Claim,
        mail: MailScheduled,
        attempt: int,
        sent: FrozenMail | None,
        standing: Standing,
    ) -> None:
        """Hand the e-mail over: in the bytes that may have been `sent` before, or else in new ones."""

        def before_data() -> None:
            claim.open_attempt(attempt)
            # The last look before the content goes out. A process that was frozen until now still has its
            # claim unless the database ended its connection; then somebody else may have sent the e-mail.
            claim.verify()

        frozen = sent or claim.freeze(self._renderer.render(self._letters.facts_of(mail, standing)))
        self._transport.send(frozen, before_data=before_data)

    def _note_ambiguous(self, claim: Claim, attempt: int) -> None:
        logger.warning(
            "Nobody knows whether the e-mail was taken: the same bytes are sent again",
            extra=_about(claim, "mail_ambiguous") | {"attempt": attempt},
        )
        self._record(claim, RecordAmbiguous(attempt=attempt, now=self._clock.now()))
        claim.close_attempt(attempt)

    def _postpone_or_give_up(self, claim: Claim, attempt: int) -> None:
        if claim.work.age < self._retry.give_up_after:
            self._postpone(claim)
        else:
            self._fail(claim, attempt, "gave_up")

    def _postpone(self, claim: Claim) -> None:
        claim.postpone(self._retry.delay(claim.work.tries, self._chance()))

    def _fail(self, claim: Claim, attempt: int, reason: str) -> None:
        level = logging.INFO if reason in _AS_WISHED else logging.ERROR
        logger.log(level, "E-mail will not be sent", extra=_about(claim, "mail_failed") | {"reason": reason})
        self._settle(claim, RecordFailed(attempt=attempt, reason=reason, now=self._clock.now()))

    def _settle(self, claim: Claim, command: RecordSent | RecordFailed) -> None:
        self._record(claim, command)
        claim.finish()

    def _record(self, claim: Claim, command: MailCommand) -> None:
        appended = append_decided(
            self._mails, claim.work.mail_id, lambda loaded: decider.decide_mail(command, loaded.state)
        )
        if appended is not None:
            project_now(appended.events, self._pool)


def _about(claim: Claim, action: str) -> dict[str, Any]:
    return {"action": action, "mail_id": str(claim.work.mail_id)}


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
            "The mail server refuses us: check PARLEY_SMTP_URL",
            extra={"action": "transport_misconfigured", "answer": str(error)},
        )
    else:
        logger.warning(
            "E-mail waits: mail server, log or database is away",
            extra={"action": "sending_waits", "error": f"{type(error).__name__}: {error}"},
        )
