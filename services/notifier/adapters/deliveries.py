"""The senders' work in PostgreSQL: a claim is a row lock in an open transaction, its notes own commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool

from services.notifier.ports import ClaimLost, FrozenMail, Work
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
        self._frozen_at = frozen_at

    @property
    def work(self) -> Work:
        return self._work

    def verify(self) -> None:
        """Return if the claim still holds: its transaction answers."""
        self._connection.execute("select 1")

    def freeze(self, mail: FrozenMail) -> FrozenMail:
        """Keep the e-mail durably, unless another claimer was here meanwhile; return what is kept."""
        values = {
            "mail_id": self._work.mail_id,
            "found": self._frozen_at,
            "sender": mail.sender,
            "recipient": mail.recipient,
            "content": mail.content,
        }
        with self._pool.connection() as own:
            own.execute(_SQL["freeze" if self._frozen_at is None else "freeze_anew"], values)
            kept, _, self._frozen_at = _frozen(own, self._work.mail_id)
        if kept is None:
            raise ClaimLost("somebody else finished the e-mail")
        return kept

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
        """Forget the e-mail and its bytes."""
        self._connection.execute(_SQL["drop_frozen"], {"mail_id": self._work.mail_id})
        self._connection.execute(_SQL["drop_delivery"], {"mail_id": self._work.mail_id})

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

    @contextmanager
    def claim(self) -> Iterator[PostgresClaim | None]:
        """Claim an e-mail that is due and nobody else works on; None if there is none."""
        try:
            connection = self._claiming_connection()
            with connection.transaction():
                yield self._claim_in(connection)
        except psycopg.OperationalError as error:
            self.close()
            raise ClaimLost(f"the database went away: {type(error).__name__}") from error

    def close(self) -> None:
        """Give back the connection that claims are held on."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _claim_in(self, connection: DatabaseConnection) -> PostgresClaim | None:
        row = connection.execute(_SQL["claim"]).fetchone()
        if row is None and self._adopt():
            row = connection.execute(_SQL["claim"]).fetchone()
        if row is None:
            return None
        mail_id, tries, age = row
        frozen, open_attempt, frozen_at = _frozen(connection, mail_id)
        work = Work(mail_id=mail_id, tries=tries, age=age, frozen=frozen, open_attempt=open_attempt)
        return PostgresClaim(connection, self._pool, work, frozen_at)

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


def _frozen(
    connection: DatabaseConnection, mail_id: UUID
) -> tuple[FrozenMail | None, int | None, datetime | None]:
    row = connection.execute(_SQL["frozen"], {"mail_id": mail_id}).fetchone()
    if row is None:
        return None, None, None
    sender, recipient, content, open_attempt, frozen_at = row
    return FrozenMail(sender=sender, recipient=recipient, content=bytes(content)), open_attempt, frozen_at
