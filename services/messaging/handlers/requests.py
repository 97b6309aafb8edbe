"""What operators ask for, as the commands it stands for; the import file has the same fields as the RPC."""

from services.messaging import commands
from shared.contracts import messaging as contract


def register_company(request: contract.RegisterCompany) -> commands.RegisterCompany:
    return commands.RegisterCompany(
        company_id=request.id,
        side=request.side,
        details=contract.CompanyDetails(
            name=request.name,
            country=request.country,
            subdivision=request.subdivision,
            time_zone=request.time_zone,
            locale=request.locale,
            observes_holidays=request.observes_holidays,
            on_decline=request.on_decline,
            partner_kind=request.partner_kind,
        ),
    )


def put_user(request: contract.PutUser) -> commands.PutUser:
    return commands.PutUser(
        user_id=request.id,
        company_id=request.company_id,
        email=request.email,
        name=request.name,
        role=request.role,
        active=request.active,
    )


def establish_partnership(request: contract.EstablishPartnership) -> commands.EstablishPartnership:
    return commands.EstablishPartnership(
        partnership_id=request.id, creditor_id=request.creditor_id, partner_id=request.partner_id
    )


def put_case(request: contract.PutCase) -> commands.PutCase:
    return commands.PutCase(
        case_id=request.id,
        reference=request.reference,
        creditor_id=request.creditor_id,
        partner_id=request.partner_id,
        status=request.status,
        debtor=request.debtor,
        amount=request.amount,
        currency=request.currency,
        close_code=request.close_code,
    )
