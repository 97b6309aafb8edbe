"""Users: people who act for one company, until they are deactivated."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from services.messaging.commands import PutUser
from services.messaging.decider import shapes
from services.messaging.decider.company import Company
from shared.contracts.messaging import (
    MessageAuthor,
    UserActivated,
    UserAdded,
    UserDeactivated,
    UserDetailsChanged,
    UserRole,
)
from shared.errors import Conflict, Forbidden, NotFound

UserEvent = UserAdded | UserDetailsChanged | UserDeactivated | UserActivated


@dataclass(frozen=True, slots=True)
class UnknownUser:
    """Nobody has added it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveUser:
    id: UUID
    company_id: UUID
    email: str
    name: str
    role: UserRole


@dataclass(frozen=True, slots=True)
class DeactivatedUser:
    """A user who may not act; it comes back as it was."""

    user: ActiveUser


State = UnknownUser | ActiveUser | DeactivatedUser


def initial() -> State:
    return UnknownUser()


def decide(command: PutUser, state: State, company: Company) -> tuple[UserEvent, ...]:
    """Return what makes the user as the command describes it; `company` is the one that the command names."""
    shapes.email(command.email)
    shapes.name(command.name, "name")
    match state:
        case UnknownUser():
            return _added(command, company)
        case ActiveUser():
            return _details(command, state) + (() if command.active else _deactivated(command))
        case DeactivatedUser(user=user):
            return (_activated(command) if command.active else ()) + _details(command, user)
        case _:
            assert_never(state)


def evolve(state: State, event: UserEvent) -> State:
    match event:
        case UserAdded():
            return ActiveUser(
                id=event.user_id,
                company_id=event.company_id,
                email=event.email,
                name=event.name,
                role=event.role,
            )
        case UserDetailsChanged():
            changed = replace(_person(state), email=event.email, name=event.name, role=event.role)
            return DeactivatedUser(changed) if isinstance(state, DeactivatedUser) else changed
        case UserDeactivated():
            return DeactivatedUser(_person(state))
        case UserActivated():
            return _person(state)
        case _:
            assert_never(event)


def audience(state: State) -> frozenset[UUID]:
    """Return the user's company."""
    return frozenset() if isinstance(state, UnknownUser) else frozenset({_person(state).company_id})


def acting(state: State, *, company_id: UUID) -> MessageAuthor:
    """
    Return the user as somebody who may act for the company.

    Looks at the user alone, so a refusal tells nothing of the thing that is to be acted on.
    Raises Forbidden for a user who is deactivated or was never added, NotFound for one of another company.
    """
    match state:
        case ActiveUser(company_id=own) if own == company_id:
            return MessageAuthor(id=state.id, name=state.name, company_id=own)
        case DeactivatedUser(user=ActiveUser(company_id=own)) if own == company_id:
            raise Forbidden("author_deactivated", "This user is deactivated and may not act.")
        case ActiveUser() | DeactivatedUser():
            raise NotFound("not_found", "There is nothing here for this user.")
        case UnknownUser():
            raise Forbidden("author_unknown", "This user is not known to Parley yet: add it first.")
        case _:
            assert_never(state)


def _person(state: State) -> ActiveUser:
    match state:
        case ActiveUser():
            return state
        case DeactivatedUser(user=user):
            return user
        case UnknownUser():
            raise ValueError("a user's stream begins with UserAdded")
        case _:
            assert_never(state)


def _added(command: PutUser, company: Company) -> tuple[UserEvent, ...]:
    added = UserAdded(
        user_id=command.user_id,
        company_id=command.company_id,
        side=company.side,
        email=command.email,
        name=command.name,
        role=command.role,
    )
    return (added,) if command.active else (added, *_deactivated(command))


def _details(command: PutUser, user: ActiveUser) -> tuple[UserEvent, ...]:
    if command.company_id != user.company_id:
        raise Conflict(
            "user_company_fixed", "The user belongs to another company: add a new user instead.", "company_id"
        )
    if (command.email, command.name, command.role) == (user.email, user.name, user.role):
        return ()
    return (
        UserDetailsChanged(
            user_id=command.user_id,
            company_id=command.company_id,
            email=command.email,
            name=command.name,
            role=command.role,
        ),
    )


def _activated(command: PutUser) -> tuple[UserEvent, ...]:
    return (UserActivated(user_id=command.user_id, company_id=command.company_id),)


def _deactivated(command: PutUser) -> tuple[UserEvent, ...]:
    return (UserDeactivated(user_id=command.user_id, company_id=command.company_id),)
