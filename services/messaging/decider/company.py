"""Companies: which side they are on never changes, their details may."""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from services.messaging.commands import RegisterCompany
from services.messaging.decider import shapes
from shared.contracts.messaging import CompanyDetails, CompanyDetailsChanged, CompanyRegistered, Side
from shared.errors import Conflict, Invalid

CompanyEvent = CompanyRegistered | CompanyDetailsChanged


@dataclass(frozen=True, slots=True)
class UnknownCompany:
    """Nobody has registered it."""


@dataclass(frozen=True, slots=True)
class Company:
    id: UUID
    side: Side
    details: CompanyDetails


State = UnknownCompany | Company


def initial() -> State:
    return UnknownCompany()


def decide(command: RegisterCompany, state: State) -> tuple[CompanyEvent, ...]:
    _check(command.details)
    if command.side == "creditor" and command.details.partner_kind is not None:
        raise Invalid("not_a_partner", "Only a partner has a kind: leave it out.", "partner_kind")
    match state:
        case UnknownCompany():
            return (
                CompanyRegistered(company_id=command.company_id, side=command.side, details=command.details),
            )
        case Company(side=side) if side != command.side:
            raise Conflict(
                "company_side_fixed", f"The company is a {side} and stays one: register another.", "side"
            )
        case Company(details=details) if details == command.details:
            return ()
        case Company():
            return (
                CompanyDetailsChanged(
                    company_id=command.company_id, side=command.side, details=command.details
                ),
            )
        case _:
            assert_never(state)


def evolve(state: State, event: CompanyEvent) -> State:
    del state
    match event:
        case CompanyRegistered() | CompanyDetailsChanged():
            return Company(event.company_id, event.side, event.details)
        case _:
            assert_never(event)


def audience(state: State) -> frozenset[UUID]:
    """Return the company itself."""
    return frozenset({state.id}) if isinstance(state, Company) else frozenset()


def on_side(state: State, side: Side, field: str) -> Company:
    """Return the company if it is registered on that side. Raises Invalid naming `field` otherwise."""
    company = registered(state, field)
    if company.side != side:
        raise Invalid(
            "company_on_wrong_side",
            f"{field} must name a {side}, and this company is a {company.side}.",
            field,
        )
    return company


def registered(state: State, field: str) -> Company:
    """Return the company if it is registered. Raises Invalid naming `field` otherwise."""
    match state:
        case Company():
            return state
        case UnknownCompany():
            raise Invalid("company_unknown", f"{field} names no company: register it first.", field)
        case _:
            assert_never(state)


def _check(details: CompanyDetails) -> None:
    shapes.name(details.name, "name")
    shapes.country(details.country)
    shapes.subdivision(details.subdivision)
    shapes.time_zone(details.time_zone)
    shapes.locale(details.locale)
