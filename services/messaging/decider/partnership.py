"""Partnerships: one per pair of creditor and partner; the stream belongs to the pair."""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from services.messaging.commands import EstablishPartnership
from shared.contracts.messaging import PartnershipEstablished
from shared.errors import Conflict


@dataclass(frozen=True, slots=True)
class NoPartnership:
    """The two do not work together yet."""


@dataclass(frozen=True, slots=True)
class Partnership:
    id: UUID
    creditor_id: UUID
    partner_id: UUID


State = NoPartnership | Partnership
PartnershipEvent = PartnershipEstablished


def initial() -> State:
    return NoPartnership()


def decide(command: EstablishPartnership, state: State) -> tuple[PartnershipEstablished, ...]:
    match state:
        case NoPartnership():
            return (
                PartnershipEstablished(
                    partnership_id=command.partnership_id,
                    creditor_id=command.creditor_id,
                    partner_id=command.partner_id,
                ),
            )
        case Partnership(id=known) if known == command.partnership_id:
            return ()
        case Partnership(id=known):
            raise Conflict(
                "partnership_exists", f"The two are partners already: their partnership is {known}.", "id"
            )
        case _:
            assert_never(state)


def evolve(state: State, event: PartnershipEstablished) -> State:
    del state
    return Partnership(event.partnership_id, event.creditor_id, event.partner_id)


def subject(state: State) -> str | None:
    """Return whose history it is; a partnership's events hold nothing personal."""
    return f"partnership:{state.id}" if isinstance(state, Partnership) else None


def audience(state: State) -> frozenset[UUID]:
    """Return both companies."""
    return frozenset({state.creditor_id, state.partner_id}) if isinstance(state, Partnership) else frozenset()
