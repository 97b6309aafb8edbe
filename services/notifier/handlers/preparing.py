"""E-mails made ready for the mail server, several at a time: looked up, written, and frozen in one commit."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg

from services.notifier import reactions
from services.notifier.decider import Scheduled, Settled, Unknown
from services.notifier.handlers import people
from services.notifier.handlers.letters import AlreadyRead, Letters
from services.notifier.handlers.outcomes import NOT_SENT, Outcomes, about
from services.notifier.ports import Claim, Deliveries, FrozenMail, Renderer, RenderingFailed
from services.notifier.reactions import Standing
from shared.clock import Clock
from shared.contracts.notifier import MailScheduled
from shared.errors import Retryable
from shared.eventlog.protocol import EventLog

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """An e-mail that may go out, in the bytes that are kept of it; `resent` if they may be out already."""

    claim: Claim
    scheduled: MailScheduled
    attempt: int
    mail: FrozenMail
    resent: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An e-mail that may go out."""

    claim: Claim
    state: Scheduled
    attempt: int
    standing: Standing

    @property
    def mail(self) -> MailScheduled:
        """Return the e-mail, to where its user is written to by now if nothing may have gone out before."""
        if self.may_be_out is not None:
            return self.state.mail
        return self.state.mail.model_copy(update={"address": self.standing.address})

    @property
    def may_be_out(self) -> FrozenMail | None:
        """Return the bytes that may have been handed over."""
        work = self.claim.work
        return work.frozen if work.open_attempt is not None or self.state.ambiguous_attempts else None


class Preparation:
    """
    What one sender does before it talks to the mail server.

    Nothing of this is handed over, so doing it again is harmless.
    """

    def __init__(
        self,
        *,
        log: EventLog,
        deliveries: Deliveries,
        letters: Letters,
        renderer: Renderer,
        clock: Clock,
        outcomes: Outcomes,
    ) -> None:
        self._log = log
        self._deliveries = deliveries
        self._letters = letters
        self._renderer = renderer
        self._clock = clock
        self._outcomes = outcomes

    def prepare(self, claims: Sequence[Claim]) -> list[Ready]:
        """
        Return those that may go out now; what becomes of the others is recorded.

        One that nobody can work on holds up none of the others. Raises Retryable where the log or the
        database is away.
        """
        try:
            return self._prepare(claims)
        except (Retryable, psycopg.OperationalError):
            raise
        except Exception:
            if len(claims) > 1:
                # Which of them it was is found out one by one.
                return [ready for claim in claims for ready in self.prepare([claim])]
            logger.exception("E-mail could not be worked on", extra=about(claims[0], "mail_unworkable"))
            self._outcomes.postpone(claims[0])
            return []

    def _prepare(self, claims: Sequence[Claim]) -> list[Ready]:
        scheduled: list[tuple[Claim, Scheduled]] = []
        states = self._outcomes.states_of([claim.work.mail_id for claim in claims])
        for claim, state in zip(claims, states, strict=True):
            match state:
                case Unknown():
                    self._outcomes.leave_unknown(claim)
                case Settled():
                    self._outcomes.catch_up(claim)
                case Scheduled():
                    scheduled.append((claim, state))
                case _:
                    assert_never(state)
        standings = people.standings(self._log, {state.mail.user_id for _, state in scheduled})
        wanted = [
            _Wanted(claim, state, self._next_attempt(claim, state), standings[state.mail.user_id])
            for claim, state in scheduled
        ]
        wanted = [each for each in wanted if self._may_go_out(each)]
        kept = self._write([each for each in wanted if each.may_be_out is None])
        ready: list[Ready] = []
        for each in wanted:
            mail = each.may_be_out or kept.get(each.claim)
            if mail is not None:
                resent = each.may_be_out is not None
                ready.append(Ready(each.claim, each.mail, each.attempt, mail, resent))
        return ready

    def _next_attempt(self, claim: Claim, state: Scheduled) -> int:
        """Return the number of the attempt that comes; one that was cut off is noted as ambiguous."""
        work = claim.work
        if work.open_attempt is not None:
            self._outcomes.ambiguous(claim, work.open_attempt)
        return 1 + max(work.tries, work.open_attempt or 0, *state.ambiguous_attempts, 0)

    def _may_go_out(self, wanted: _Wanted) -> bool:
        """
        Say whether the e-mail may go out as of now; what may not go out at all is settled.

        It may have waited for days, and its frozen bytes know nothing of who left, was erased or changed its
        mind since.
        """
        mail, standing = wanted.mail, wanted.standing
        reason = NOT_SENT[standing.reach(mail.kind, address=mail.address)]
        if reason is not None:
            self._outcomes.failed(wanted.claim, wanted.attempt, reason)
            return False
        return not self._is_quiet(wanted.claim, mail, standing)

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
        logger.info("E-mail waits for the end of quiet hours", extra=about(claim, "mail_quiet"))
        return True

    def _write(self, wanted: Sequence[_Wanted]) -> dict[Claim, FrozenMail]:
        """Write and freeze e-mails; one that says nothing new or cannot be written is settled."""
        sources = self._letters.sources_of([each.state.mail for each in wanted])
        written: list[tuple[Claim, FrozenMail]] = []
        for each in wanted:
            try:
                facts = self._letters.facts_of(each.mail, each.standing, sources)
                written.append((each.claim, self._renderer.render(facts)))
            except AlreadyRead:
                self._outcomes.failed(each.claim, each.attempt, "read")
            except RenderingFailed as error:
                self._outcomes.failed(each.claim, each.attempt, f"unwritable: {error}")
        if not written:
            return {}
        return dict(zip((claim for claim, _ in written), self._deliveries.freeze(written), strict=True))
