"""
What the platform tells us, one object at a time: from a file, or from its own case system.

An object has a kind and the fields of the call that does the same over RPC.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from services.messaging import commands
from services.messaging.commands import Origin
from services.messaging.decider.shapes import OTHER_CLOSE_CODE
from services.messaging.handlers import case_life, cases, directory, leads, requests
from services.messaging.handlers.streams import Archive
from shared.contracts import messaging as contract
from shared.contracts.rpc import Caller
from shared.errors import Refused
from shared.eventlog.protocol import Appended

PLATFORM = Caller(user_id=None, company_id=None, role="ops", name="platform")
_NOT_OF_AN_OBJECT = ("caller", "correlation_id")

Act = Callable[[Archive, Mapping[str, Any], Origin], int | None]


class WrongObject(Exception):
    """This is no object that the platform can tell us of."""


def carry_out(archive: Archive, *, kind: object, fields: Mapping[str, Any], origin: Origin) -> int | None:
    """
    Do what the object asks for; return where the log stands then, None where nothing was to be done.

    Raises WrongObject for a kind or field that there is not, ValidationError for values of another shape,
    Refused where the rules do not allow it.
    """
    act = _ACTS.get(kind) if isinstance(kind, str) else None
    if act is None:
        raise WrongObject(f"field kind: must be one of {', '.join(KINDS)}")
    for name in _NOT_OF_AN_OBJECT:
        if name in fields:
            raise WrongObject(f"field {name}: no such field")
    return act(archive, {**fields, "caller": PLATFORM, "correlation_id": origin.correlation_id}, origin)


def described(error: ValidationError) -> str:
    """Return every wrong field with what is wrong about it, in one line."""
    plainer = {"extra_forbidden": "no such field", "missing": "is missing"}
    return "; ".join(
        f"field {'.'.join(map(str, problem['loc']))}: {plainer.get(problem['type'], problem['msg'])}"
        for problem in error.errors(include_url=False, include_input=False)
    )


def _company(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    command = requests.register_company(contract.RegisterCompany.model_validate(fields))
    return _reached(directory.register_company(archive, command=command, origin=origin))


def _user(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    command = requests.put_user(contract.PutUser.model_validate(fields))
    return _reached(directory.put_user(archive, command=command, origin=origin))


def _partnership(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    command = requests.establish_partnership(contract.EstablishPartnership.model_validate(fields))
    return _reached(directory.establish_partnership(archive, command=command, origin=origin))


def _case(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    command = requests.put_case(contract.PutCase.model_validate(fields))
    try:
        return _reached(cases.put_case(archive, command=command, origin=origin))
    except Refused as refusal:
        if refusal.code != "close_code_required":
            raise
        return _closed_without_a_code(archive, command, origin)


def _closed_without_a_code(archive: Archive, command: commands.PutCase, origin: Origin) -> int | None:
    """The platform may leave out why a case was closed; what is known of a closed case stays as it is."""
    closed = replace(command, close_code=OTHER_CLOSE_CODE)
    return _reached(cases.put_case(archive, command=closed, origin=origin))


def _invitation(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    asked = contract.InvitePartner.model_validate(fields)
    return _reached(
        leads.invite_partner(archive, case_id=asked.case_id, partner_id=asked.partner_id, origin=origin)
    )


def _case_act(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    asked = contract.ActOnCase.model_validate(fields)
    return _changed(
        case_life.act_on_case(
            archive,
            case_id=asked.case_id,
            action=asked.action,
            note=asked.note,
            member=None,
            origin=origin,
        )
    )


def _case_closing(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    asked = contract.CloseCase.model_validate(fields)
    return _changed(
        case_life.close_case(
            archive,
            case_id=asked.case_id,
            close_code=asked.close_code,
            comment=asked.comment,
            member=None,
            origin=origin,
            by_system=True,
        )
    )


def _case_assignment(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    asked = contract.AssignCase.model_validate(fields)
    return _changed(
        case_life.assign_case(
            archive, case_id=asked.case_id, partner_id=asked.partner_id, status=asked.status, origin=origin
        )
    )


def _case_merge(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    asked = contract.MergeCase.model_validate(fields)
    return _changed(
        case_life.merge_case(archive, case_id=asked.case_id, into_case_id=asked.into_case_id, origin=origin)
    )


def _case_user(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    asked = contract.AssignCaseUser.model_validate(fields)
    return _changed(
        case_life.assign_case_user(
            archive,
            case_id=asked.case_id,
            user_id=asked.user_id,
            side=asked.side,
            member=None,
            origin=origin,
        )
    )


def _managing_partner(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    asked = contract.NameManagingPartner.model_validate(fields)
    return _changed(
        case_life.name_managing_partner(
            archive, case_id=asked.case_id, partner_id=asked.partner_id, origin=origin
        )
    )


def _case_division(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    asked = contract.SetCaseDivision.model_validate(fields)
    return _changed(
        case_life.set_case_division(archive, case_id=asked.case_id, division=asked.division, origin=origin)
    )


def _payment(archive: Archive, fields: Mapping[str, Any], origin: Origin) -> int | None:
    asked = contract.ReportPayment.model_validate(fields)
    reported = case_life.report_payment(
        archive,
        case_id=asked.case_id,
        client_payment_id=asked.client_payment_id,
        amount=asked.amount,
        currency=asked.currency,
        paid_on=asked.paid_on,
        received_by=asked.received_by,
        commission_paid=asked.commission_paid,
        member=None,
        origin=origin,
    )
    return reported.position if reported.created else None


def _reached(appended: Appended | None) -> int | None:
    return appended.position if appended else None


def _changed(outcome: contract.CaseOutcome) -> int | None:
    return outcome.position if outcome.changed else None


_ACTS: dict[str, Act] = {
    "company": _company,
    "user": _user,
    "partnership": _partnership,
    "case": _case,
    "invitation": _invitation,
    "case_act": _case_act,
    "case_closing": _case_closing,
    "case_assignment": _case_assignment,
    "case_merge": _case_merge,
    "case_user": _case_user,
    "managing_partner": _managing_partner,
    "case_division": _case_division,
    "payment": _payment,
}

KINDS = tuple(_ACTS)
