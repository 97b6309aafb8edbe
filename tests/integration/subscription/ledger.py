"""A service as small as can be: accounts of others come in, interest of its own goes out."""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4, uuid5

from shared.contracts.envelope import EventData, NewEvent, RecordedEvent, Stream
from shared.db import DatabaseConnection, connect
from shared.eventlog.protocol import Append, Appended, EventLog
from shared.migrate import migrate_schema
from shared.settings import Settings
from shared.subscription import Subscription, SubscriptionDefinition
from shared.wakeups import IdlePolling, Wakeups

NAME = "ledger"
PACKAGE = "tests.integration.subscription.ledger_sql"
SOURCE = "bank"


class LedgerDeposited(EventData):
    SOURCE: ClassVar[str] = SOURCE
    label: str


class LedgerInterestEarned(EventData):
    SOURCE: ClassVar[str] = SOURCE
    label: str


class Refusing(RuntimeError):
    """What a poisoned event ends in."""


@dataclass
class Ledger:
    """
    The definition and the knobs of its tests.

    Every projection adds a row to `effects` and never looks whether it is there: an effect that happens
    twice shows.
    """

    log: EventLog
    cannot_project: set[str] = field(default_factory=set)
    cannot_react: set[str] = field(default_factory=set)
    before_project: Callable[[RecordedEvent], None] = lambda _: None
    earns_interest: bool = True

    def definition(self, sources: Collection[str] = (SOURCE,)) -> SubscriptionDefinition:
        return SubscriptionDefinition(
            name=NAME,
            categories=frozenset({"account", "interest"}),
            own_categories=frozenset({"interest"}),
            react=self.react,
            project=self.project,
            sources=frozenset(sources),
            react_together=lambda _connection, _events: TogetherLedger(self),
        )

    def react(self, event: RecordedEvent, connection: DatabaseConnection) -> Sequence[Appended]:
        consequence = self.interest(event)
        if consequence is None:
            return ()
        return (self.log.append(interest_of(event.stream.id), [consequence], expected="any"),)

    def interest(self, event: RecordedEvent) -> NewEvent | None:
        if not isinstance(event.data, LedgerDeposited) or not self.earns_interest:
            return None
        if event.data.label in self.cannot_react:
            raise Refusing(event.data.label)
        return new_event(uuid5(event.id, "interest"), LedgerInterestEarned(label=event.data.label))

    def project(self, event: RecordedEvent, connection: DatabaseConnection) -> None:
        self.before_project(event)
        label = event.data.label if isinstance(event.data, LedgerDeposited | LedgerInterestEarned) else ""
        if label in self.cannot_project and isinstance(event.data, LedgerDeposited):
            raise Refusing(label)
        if f"interest {label}" in self.cannot_project and isinstance(event.data, LedgerInterestEarned):
            # Fails in the server, so that a pipeline learns of it late.
            connection.execute("select 1 / 0")
        connection.execute(
            "insert into effects (position, stream, version, label) values (%s, %s, %s, %s)",
            [event.position, str(event.stream), event.version, label],
        )


class TogetherLedger:
    """The ledger's reactions to a batch, appended a few streams at a time."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._planned: dict[Stream, list[NewEvent]] = {}

    def plan(self, event: RecordedEvent) -> Sequence[Appended]:
        consequence = self._ledger.interest(event)
        if consequence is not None:
            self._planned.setdefault(interest_of(event.stream.id), []).append(consequence)
        return self.carry_out() if len(self._planned) == 3 else ()

    def carry_out(self) -> Sequence[Appended]:
        planned, self._planned = self._planned, {}
        outcomes = self._ledger.log.append_several(
            [Append(stream, events, "any") for stream, events in planned.items()]
        )
        appended: list[Appended] = []
        for (stream, events), outcome in zip(planned.items(), outcomes, strict=True):
            if isinstance(outcome, Appended):
                appended.append(outcome)
            else:
                # Some are there from an attempt before: the rest goes one by one.
                appended += [self._ledger.log.append(stream, [event], expected="any") for event in events]
        return appended


def new_event(event_id: UUID, data: EventData) -> NewEvent:
    return NewEvent(
        id=event_id,
        data=data,
        time=datetime.now(UTC),
        actor="platform",
        audience=frozenset(),
        correlation_id=event_id,
    )


def account(account_id: UUID) -> Stream:
    return Stream("account", account_id)


def interest_of(account_id: UUID) -> Stream:
    return Stream("interest", uuid5(account_id, "interest"))


def deposit(log: EventLog, account_id: UUID, *labels: str) -> int:
    """Append deposits to the account and return the position of the last."""
    events = [new_event(uuid4(), LedgerDeposited(label=label)) for label in labels]
    return log.append(account(account_id), events, expected="any").position


def create_schema(settings: Settings) -> None:
    with closing(connect(settings, schema=NAME, autocommit=True)) as connection:
        migrate_schema(connection, NAME, PACKAGE)


@dataclass(frozen=True)
class Effect:
    position: int
    stream: Stream
    version: int
    label: str


def effects(settings: Settings) -> list[Effect]:
    """Return the effects in the order they took place."""
    with closing(connect(settings, schema=NAME, autocommit=True)) as connection:
        rows = connection.execute(
            "select position, stream, version, label from effects order by n"
        ).fetchall()
    return [
        Effect(position, Stream.parse(stream), version, label) for position, stream, version, label in rows
    ]


def labels(settings: Settings, stream: Stream) -> list[str]:
    return [effect.label for effect in effects(settings) if effect.stream == stream]


def assert_each_once_in_order(settings: Settings, log: EventLog) -> None:
    """Every event of the ledger's categories is in effect exactly once, and each stream's in its order."""
    happened = effects(settings)
    expected = set()
    after = 0
    while (page := log.read_all(after=after, categories={"account", "interest"})).position > after:
        expected |= {event.position for event in page.events}
        after = page.position
    positions = [effect.position for effect in happened]
    assert len(positions) == len(set(positions)), "an effect happened twice"
    assert set(positions) == expected
    by_stream: dict[Stream, list[int]] = {}
    for effect in happened:
        by_stream.setdefault(effect.stream, []).append(effect.version)
    assert all(versions == sorted(versions) for versions in by_stream.values())


@contextmanager
def subscribed(ledger: Ledger, settings: Settings, wakeups: Wakeups | None = None) -> Iterator[None]:
    """Run a replica of the subscription in a thread until the end of the block."""
    replica = Subscription(ledger.definition(), ledger.log, settings, wakeups or IdlePolling(0.01))
    stop = threading.Event()
    thread = threading.Thread(target=replica.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=60)
        assert not thread.is_alive(), "the subscription does not stop"
