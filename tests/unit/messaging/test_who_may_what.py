"""Whatever happens in whatever order, nobody reads or writes what is not theirs; faults are found."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.messaging.decider import thread
from services.messaging.decider.case import state
from shared.contracts.messaging import Participant
from tests.unit.messaging.who_may_what import WhoMayWhat

THOROUGH = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SEARCH = settings(THOROUGH, max_examples=300, derandomize=True, phases=[Phase.generate], print_blob=False)


def test_everybody_may_what_the_model_says_and_nothing_else() -> None:
    run_state_machine_as_test(WhoMayWhat, settings=THOROUGH)


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
}  # several steps must fall into place


@pytest.mark.parametrize(
    "fault", [pytest.param(f, marks=pytest.mark.slow) if f in RARE else f for f in FAULTS]
)
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
