"""What becomes of an e-mail in hand: recorded in the log, postponed, or left alone for a while."""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.notifier import decider, queries
from services.notifier.commands import (
    MailCommand,
    RecordAmbiguous,
    RecordFailed,
    RecordSent,
    SuppressAddress,
)
from services.notifier.decider import MailState
from services.notifier.handlers.pacing import RetryPolicy
from services.notifier.handlers.recipients import Recipients
from services.notifier.handlers.rows import Pool, project_now
from services.notifier.ports import Claim
from services.notifier.reactions import Reach
from shared.clock import Clock
from shared.command_handling import StateStore, append_decided, load_together
from shared.contracts.envelope import RecordedEvent
from shared.contracts.notifier import MailScheduled
from shared.eventlog.protocol import EventLog

logger = logging.getLogger(__name__)

# What is recorded of an e-mail that may not go out any more.
NOT_SENT: Mapping[Reach, str | None] = {
    "reachable": None,
    "inactive": "recipient_gone",
    "off": "unsubscribed",
    "suppressed": "address_suppressed",
}
# How often an address was refused for the time being when it counts as dead, once its e-mail is given up.
_SOFT_BOUNCES = 3
_AS_WISHED = frozenset({"read", "unsubscribed"})


class Outcomes:
    """
    The histories of e-mails as one sender goes through them.

    Each outcome is a commit in the log of its own, at once. The rows follow with `project`.
    """

    def __init__(
        self, *, log: EventLog, pool: Pool, clock: Clock, retry: RetryPolicy, chance: Callable[[], float]
    ) -> None:
        self._log = log
        self._pool = pool
        self._clock = clock
        self._retry = retry
        self._chance = chance
        self._recipients = Recipients(log, pool)
        self._recorded: list[RecordedEvent] = []
        self._mails: StateStore[MailState] = StateStore(
            log,
            decider.MAIL_CATEGORY,
            initial=decider.initial_mail,
            evolve=decider.evolve_mail,
            cache_size=64,
        )

    def states_of(self, mail_ids: Collection[UUID]) -> list[MailState]:
        """Return what the log says of these e-mails, in the order given."""
        loaded = load_together(self._log, [(self._mails, mail_id) for mail_id in mail_ids])
        return [each.state for each in loaded]

    def project(self) -> None:
        """Bring the rows up to date with what was recorded."""
        recorded, self._recorded = self._recorded, []
        if recorded:
            project_now(recorded, self._pool)

    def catch_up(self, claim: Claim) -> None:
        """Bring the rows of an e-mail that is settled in the log up to date, lest it is claimed again."""
        logger.info("E-mail is settled already", extra=about(claim, "mail_already_settled"))
        self._recorded += self._log.read_stream(decider.mail_stream(claim.work.mail_id))
        claim.finish()

    def leave_unknown(self, claim: Claim) -> None:
        """Leave an e-mail alone that the log does not know."""
        logger.error(
            "The log does not know this e-mail: was it restored from a backup? Rebuild the tables",
            extra=about(claim, "mail_unknown"),
        )
        if self.is_too_old(claim):
            claim.finish()
        else:
            self.postpone(claim)

    def sent(self, claim: Claim, attempt: int) -> None:
        self._settle(claim, RecordSent(attempt=attempt, now=self._clock.now()))
        logger.info("E-mail sent", extra=about(claim, "mail_sent") | {"attempt": attempt})

    def failed(self, claim: Claim, attempt: int, reason: str) -> None:
        level = logging.INFO if reason in _AS_WISHED else logging.ERROR
        logger.log(level, "E-mail will not be sent", extra=about(claim, "mail_failed") | {"reason": reason})
        self._settle(claim, RecordFailed(attempt=attempt, reason=reason, now=self._clock.now()))

    def ambiguous(self, claim: Claim, attempt: int) -> None:
        logger.warning(
            "Nobody knows whether the e-mail was taken: the same bytes are sent again",
            extra=about(claim, "mail_ambiguous") | {"attempt": attempt},
        )
        self._record(claim, RecordAmbiguous(attempt=attempt, now=self._clock.now()))
        claim.close_attempt(attempt)

    def suppress(self, mail: MailScheduled) -> None:
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

    def is_too_old(self, claim: Claim) -> bool:
        return claim.work.age >= self._retry.give_up_after

    def takes_nothing(self, claim: Claim) -> bool:
        """
        Say whether the address counts as dead: the e-mail is given up now, after it was refused for the time
        being many times, and its reader was sent no other meanwhile.
        """
        if not self.is_too_old(claim) or claim.work.tries < _SOFT_BOUNCES - 1:
            return False
        self.project()
        with self._pool.connection() as connection:
            return not queries.was_reached_meanwhile(connection, claim.work.mail_id)

    def postpone_or_give_up(self, claim: Claim, attempt: int) -> None:
        if self.is_too_old(claim):
            self.failed(claim, attempt, "gave_up")
        else:
            self.postpone(claim)

    def postpone(self, claim: Claim) -> None:
        claim.postpone(self._retry.delay(claim.work.tries, self._chance()))

    def pause(self, failures: int) -> timedelta:
        """Return how long the mail server, the log or the database is left alone."""
        return self._retry.pause(failures, self._chance())

    def _settle(self, claim: Claim, command: RecordSent | RecordFailed) -> None:
        self._record(claim, command)
        claim.finish()

    def _record(self, claim: Claim, command: MailCommand) -> None:
        appended = append_decided(
            self._mails, claim.work.mail_id, lambda loaded: decider.decide_mail(command, loaded.state)
        )
        if appended is not None:
            self._recorded += appended.events


def about(claim: Claim, action: str) -> dict[str, Any]:
    """Return what a log line says of the e-mail."""
    return {"action": action, "mail_id": str(claim.work.mail_id)}
