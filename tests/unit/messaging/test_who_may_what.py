"""Whatever happens in whatever order, nobody reads or writes what is not theirs; faults are found."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.messaging.decider import lead, standing, thread
from services.messaging.decider.case import state
from shared.contracts.messaging import Participant
from shared.errors import NotFound
from tests.unit.messaging.who_may_bid import WhoMayBid
from tests.unit.messaging.who_may_log import WhoMayLog
from tests.unit.messaging.who_may_what import WhoMayWhat

THOROUGH = settings(
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
VERY_THOROUGH = settings(THOROUGH, max_examples=600, stateful_step_count=50)
SEARCH = settings(THOROUGH, max_examples=300, derandomize=True, phases=[Phase.generate], print_blob=False)


class WhoMayAnything(WhoMayLog, WhoMayBid):
    """Everything there is on a case, together."""


@pytest.mark.parametrize("thoroughly", [THOROUGH, pytest.param(VERY_THOROUGH, marks=pytest.mark.slow)])
def test_everybody_may_what_the_model_says_and_nothing_else(thoroughly: settings) -> None:
    run_state_machine_as_test(WhoMayAnything, settings=thoroughly)


def _anybody_takes_part(real: Callable[..., Any]) -> Callable[..., Any]:
    def participation(of: thread.State, company_id: Any) -> Participant:
        try:
            found: Participant = real(of, company_id)
        except Exception:
            if isinstance(of, thread.WritableThread):
                return of.facts.participants[0]
            raise
        return found

    return participation


def _hidden_is_told(real: Callable[..., Any]) -> Callable[..., Any]:
    def audience(of: state.State) -> frozenset[Any]:
        told: frozenset[Any] = real(of)
        present = None if isinstance(of, state.UnknownCase) else state.facts_of(of).engagement
        return told | ({present.partner_id} if present else set())

    return audience


def _anybody_sees_a_lead(_: Callable[..., Any]) -> Callable[..., Any]:
    def may_see(of: lead.State, _company_id: Any) -> lead.State:
        if isinstance(of, lead.NoLead):
            raise NotFound("lead_not_found", "There is no such lead.")
        return of

    return may_see


def _rivals_are_told(real: Callable[..., Any]) -> Callable[..., Any]:
    def addressed(of: lead.State, event: lead.LeadEvent) -> frozenset[Any]:
        told: frozenset[Any] = real(of, event)
        return told if isinstance(of, lead.NoLead) else told | frozenset(of.bids)

    return addressed


def _anybody_deletes(real: Callable[..., Any]) -> Callable[..., Any]:
    return lambda command, of: real(replace(command, company_id=None), of)


def _whoever_asks_collects(_: Callable[..., Any]) -> Callable[..., Any]:
    return lambda of, _company_id, *, act: standing._on(of, act)


FAULTS: dict[str, tuple[str, Callable[[Callable[..., Any]], Callable[..., Any]]]] = {
    "anybody takes part in a chat": (
        "services.messaging.decider.thread.participation",
        _anybody_takes_part,
    ),
    "the former chat stays open": (
        "services.messaging.reactions.threads._end_of_previous",
        lambda _: lambda _event: (),
    ),
    "a former partner is a stranger": (
        "services.messaging.decider.case.parties.former_partners",
        lambda _: lambda _facts: frozenset(),
    ),
    "a managing partner keeps its place": (
        "services.messaging.decider.thread._leave",
        lambda _: lambda _command, _state: (),
    ),
    "a former partner is told who joins": (
        "services.messaging.decider.thread._partners",
        lambda _: lambda _facts: frozenset(),
    ),
    "a merged chat opens again": (
        "services.messaging.decider.thread._close",
        lambda real: lambda command, of: () if command.reason == "merged" else real(command, of),
    ),
}


RARE = {
    "a merged chat opens again",
    "a managing partner keeps its place",
    "who speaks for the client hears of no lead",
}  # several steps must fall into place


def _with_slow_ones(faults: Iterable[str]) -> list[Any]:
    return [pytest.param(each, marks=pytest.mark.slow) if each in RARE else each for each in faults]


MORE_FAULTS: dict[str, tuple[type[WhoMayWhat], str, Callable[[Callable[..., Any]], Callable[..., Any]]]] = {
    "anybody logs calls and notes": (
        WhoMayLog,
        "services.messaging.decider.standing.as_collector",
        _whoever_asks_collects,
    ),
    "anybody deletes a file": (WhoMayLog, "services.messaging.decider.file._delete", _anybody_deletes),
    "a draft is told to the other side": (
        WhoMayLog,
        "services.messaging.decider.file._known_at_first",
        lambda _: lambda event: frozenset(event.company_ids),
    ),
    "anybody sees a lead": (
        WhoMayBid,
        "services.messaging.decider.lead.ending.may_see",
        _anybody_sees_a_lead,
    ),
    "rivals are told of a bid": (WhoMayBid, "services.messaging.decider.lead.addressed", _rivals_are_told),
    "who speaks for the client hears of no lead": (
        WhoMayBid,
        "services.messaging.handlers.leads.decide_on_lead",
        lambda _: (
            lambda archive, command, origin: archive.leads.carry_out(
                command.lead_id, origin, partial(lead.decide, command)
            )
        ),
    ),
    "a bidder speaks for the client": (
        WhoMayBid,
        "services.messaging.decider.lead.bidding.bar",
        lambda _: lambda _command, _state: (),
    ),
    "the chat of a lost bid stays open": (
        WhoMayBid,
        "services.messaging.reactions.leads._chats_end",
        lambda _: lambda _bid: (),
    ),
}


@pytest.mark.parametrize("fault", _with_slow_ones(MORE_FAULTS))
def test_a_planted_fault_about_what_is_kept_or_bid_is_found(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, name, plant = MORE_FAULTS[fault]
    module, _, attribute = name.rpartition(".")
    real = getattr(__import__(module, fromlist=[attribute]), attribute)
    monkeypatch.setattr(name, plant(real))

    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=SEARCH)


@pytest.mark.parametrize("fault", _with_slow_ones(FAULTS))
def test_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, plant = FAULTS[fault]
    module, _, attribute = name.rpartition(".")
    real = getattr(__import__(module, fromlist=[attribute]), attribute)
    monkeypatch.setattr(name, plant(real))

    with pytest.raises(AssertionError):
        run_state_machine_as_test(WhoMayWhat, settings=SEARCH)


def test_telling_a_hidden_partner_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    # What a case's events tell to whom goes by its audience.
    monkeypatch.setattr("services.messaging.decider.case.state.audience", _hidden_is_told(state.audience))

    with pytest.raises(AssertionError):
        run_state_machine_as_test(WhoMayWhat, settings=SEARCH)
