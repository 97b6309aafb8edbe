"""The senders' work in PostgreSQL: claims are row locks in an open transaction, their notes own commits."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool

from services.notifier.ports import Claim, ClaimLost, FrozenMail, Work
from shared.db import DatabaseConnection, connect, load_queries
from shared.settings import Settings

_SQL = load_queries("services.notifier.sql")
_SCHEMA = "notifier"


class PostgresClaim:
    """See ports.Claim."""

    def __init__(
        self,
        connection: DatabaseConnection,
        pool: ConnectionPool[DatabaseConnection],
        work: Work,
        frozen_at: datetime | None,
    ) -> None:
        self._connection = connection
        self._pool = pool
        self._work = work
        self.frozen_at = frozen_at
        self.finished = False

    @property
    def work(self) -> Work:
        return self._work

    def verify(self) -> None:
        """Return if the claim still holds: its transaction answers."""
        self._connection.execute("select 1")

    def open_attempt(self, attempt: int) -> None:
        """Note durably that the content is about to be handed over."""
        values = {"mail_id": self._work.mail_id, "attempt": attempt}
        with self._pool.connection() as own:
            if own.execute(_SQL["open_attempt"], values).rowcount != 1:
                raise ClaimLost("somebody else works on the e-mail")

    def close_attempt(self, attempt: int) -> None:
        """Note durably that the attempt is in the log, or that nothing was handed over."""
        with self._pool.connection() as own:
            own.execute(_SQL["close_attempt"], {"mail_id": self._work.mail_id, "attempt": attempt})

    def finish(self) -> None:
        """Forget the e-mail and its bytes, when the block ends."""
        self.finished = True

    def hold(self, delay: timedelta) -> None:
        """Leave the e-mail alone for `delay`, without counting a try."""
        self._connection.execute(_SQL["hold"], {"mail_id": self._work.mail_id, "delay": delay})

    def postpone(self, delay: timedelta) -> None:
        """Count the try and leave the e-mail alone for `delay`."""
        self._connection.execute(_SQL["postpone"], {"mail_id": self._work.mail_id, "delay": delay})


class PostgresDeliveries:
    """See ports.Deliveries. One object per sender: it holds the connection that its claims are made on."""

    def __init__(self, settings: Settings, pool: ConnectionPool[DatabaseConnection]) -> None:
        self._settings = settings
        self._pool = pool
        self._connection: DatabaseConnection | None = None
        self._claims: dict[UUID, PostgresClaim] = {}

    @contextmanager
    def claim(self, most: int) -> Iterator[Sequence[PostgresClaim]]:
        """Claim e-mails that are due and nobody else works on, at most so many."""
        try:
            connection = self._claiming_connection()
            with connection.transaction():
                claims = self._claim_in(connection, most)
                self._claims = {claim.work.mail_id: claim for claim in claims}
                yield claims
                _forget(connection, [claim.work.mail_id for claim in claims if claim.finished])
        except psycopg.OperationalError as error:
            self.close()
            raise ClaimLost(f"the database went away: {type(error).__name__}") from error
        finally:
            self._claims = {}

    def freeze(self, mails: Sequence[tuple[Claim, FrozenMail]]) -> list[FrozenMail]:
        """Keep the e-mails durably, save where another claimer was here meanwhile; return what is kept."""
        given = {claim.work.mail_id: mail for claim, mail in mails}
        claims = [self._claims[mail_id] for mail_id in given]
        with self._pool.connection() as own:
            kept = {
                **_freeze(own, "freeze", [each for each in claims if each.frozen_at is None], given),
                **_freeze(own, "freeze_anew", [each for each in claims if each.frozen_at is not None], given),
            }
            others = _frozen(own, [mail_id for mail_id in given if mail_id not in kept])
        for claim in claims:
            mail_id = claim.work.mail_id
            if mail_id in others:
                given[mail_id], claim.frozen_at = others[mail_id].mail, others[mail_id].frozen_at
            elif mail_id in kept:
                claim.frozen_at = kept[mail_id]
            else:
                raise ClaimLost("somebody else finished the e-mail")
        return list(given.values())

    def close(self) -> None:
        """Give back the connection that claims are held on."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _claim_in(self, connection: DatabaseConnection, most: int) -> list[PostgresClaim]:
        rows = connection.execute(_SQL["claim"], {"most": most}).fetchall()
        if not rows and self._adopt():
            rows = connection.execute(_SQL["claim"], {"most": most}).fetchall()
        # A statement of its own, after the locks: what was frozen before they were free is seen.
        frozen = _frozen(connection, [mail_id for mail_id, _, _ in rows])
        claims = []
        for mail_id, tries, age in rows:
            found = frozen.get(mail_id)
            work = Work(
                mail_id=mail_id,
                tries=tries,
                age=age,
                frozen=found.mail if found else None,
                open_attempt=found.open_attempt if found else None,
            )
            claims.append(PostgresClaim(connection, self._pool, work, found.frozen_at if found else None))
        return claims

    def _adopt(self) -> bool:
        # In a commit of its own: what one sender brings in is for all of them.
        with self._pool.connection() as own:
            return own.execute(_SQL["adopt"]).rowcount > 0

    def _claiming_connection(self) -> DatabaseConnection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._settings, schema=_SCHEMA, autocommit=True)
            # A claim is idle while the mail server thinks; only the end of this process may take it away.
            self._connection.execute("set idle_in_transaction_session_timeout = 0")
        return self._connection


@dataclass(frozen=True, slots=True)
class _Frozen:
    """What is frozen of an e-mail."""

    mail: FrozenMail
    open_attempt: int | None
    frozen_at: datetime


def _frozen(connection: DatabaseConnection, mail_ids: Collection[UUID]) -> dict[UUID, _Frozen]:
    if not mail_ids:
        return {}
    rows = connection.execute(_SQL["frozen"], {"mail_ids": list(mail_ids)}, binary=True)
    return {
        mail_id: _Frozen(FrozenMail(sender=sender, recipient=to, content=bytes(content)), attempt, frozen_at)
        for mail_id, sender, to, content, attempt, frozen_at in rows
    }


def _freeze(
    connection: DatabaseConnection,
    query: str,
    claims: Sequence[PostgresClaim],
    mails: dict[UUID, FrozenMail],
) -> dict[UUID, datetime]:
    """Return when those were frozen that could be."""
    if not claims:
        return {}
    given = [mails[claim.work.mail_id] for claim in claims]
    values = {
        "mail_ids": [claim.work.mail_id for claim in claims],
        "senders": [mail.sender for mail in given],
        "recipients": [mail.recipient for mail in given],
        "contents": [mail.content for mail in given],
        "found": [claim.frozen_at for claim in claims],
    }
    return dict(connection.execute(_SQL[query], values).fetchall())


def _forget(connection: DatabaseConnection, mail_ids: list[UUID]) -> None:
    if mail_ids:
        connection.execute(_SQL["drop_frozen"], {"mail_ids": mail_ids})
        connection.execute(_SQL["drop_deliveries"], {"mail_ids": mail_ids})
