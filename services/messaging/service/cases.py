"""Cases, and what is done to them."""

from services.messaging import handlers
from services.messaging.handlers import requests
from services.messaging.service.serving import Serving
from shared.contracts.messaging import (
    ActOnCase,
    AssignCase,
    AssignCaseUser,
    CaseOutcome,
    CasePage,
    CaseView,
    CloseCase,
    GetCase,
    ListCases,
    ListPayments,
    MergeCase,
    NameManagingPartner,
    PaymentList,
    PutCase,
    ReportedPayment,
    ReportPayment,
    SetCaseDivision,
)
from shared.contracts.rpc import Done
from shared.nameko_adapters import endpoint


class CaseEndpoints(Serving):
    """The entrypoints of cases."""

    @endpoint(ListCases)
    def list_cases(self, request: ListCases) -> CasePage:
        return self.reads(request).list_cases(
            viewer=handlers.tenant(request.caller),
            reader=request.caller.user_id,
            status=request.status,
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(GetCase)
    def get_case(self, request: GetCase) -> CaseView:
        return self.reads(request).get_case(
            request.case_id, viewer=handlers.tenant(request.caller), reader=request.caller.user_id
        )

    @endpoint(ListPayments)
    def list_payments(self, request: ListPayments) -> PaymentList:
        return self.reads(request).list_payments(request.case_id, viewer=handlers.tenant(request.caller))

    @endpoint(ActOnCase)
    def act_on_case(self, request: ActOnCase) -> CaseOutcome:
        return handlers.act_on_case(
            self.resources.archive,
            case_id=request.case_id,
            action=request.action,
            note=request.note,
            member=handlers.member_or_platform(request.caller),
            origin=self.origin(request),
        )

    @endpoint(CloseCase)
    def close_case(self, request: CloseCase) -> CaseOutcome:
        return handlers.close_case(
            self.resources.archive,
            case_id=request.case_id,
            close_code=request.close_code,
            comment=request.comment,
            member=handlers.member_or_platform(request.caller),
            origin=self.origin(request),
        )

    @endpoint(ReportPayment)
    def report_payment(self, request: ReportPayment) -> ReportedPayment:
        return handlers.report_payment(
            self.resources.archive,
            case_id=request.case_id,
            client_payment_id=request.client_payment_id,
            amount=request.amount,
            currency=request.currency,
            paid_on=request.paid_on,
            received_by=request.received_by,
            commission_paid=request.commission_paid,
            member=handlers.member_or_platform(request.caller),
            origin=self.origin(request),
        )

    @endpoint(AssignCaseUser)
    def assign_case_user(self, request: AssignCaseUser) -> CaseOutcome:
        return handlers.assign_case_user(
            self.resources.archive,
            case_id=request.case_id,
            user_id=request.user_id,
            side=request.side,
            member=handlers.member_or_platform(request.caller),
            origin=self.origin(request),
        )

    @endpoint(PutCase)
    def put_case(self, request: PutCase) -> Done:
        handlers.require_operator(request.caller)
        command = requests.put_case(request)
        return self.done(
            handlers.put_case(self.resources.archive, command=command, origin=self.origin(request))
        )

    @endpoint(AssignCase)
    def assign_case(self, request: AssignCase) -> CaseOutcome:
        handlers.require_operator(request.caller)
        return handlers.assign_case(
            self.resources.archive,
            case_id=request.case_id,
            partner_id=request.partner_id,
            status=request.status,
            origin=self.origin(request),
        )

    @endpoint(MergeCase)
    def merge_case(self, request: MergeCase) -> CaseOutcome:
        handlers.require_operator(request.caller)
        return handlers.merge_case(
            self.resources.archive,
            case_id=request.case_id,
            into_case_id=request.into_case_id,
            origin=self.origin(request),
        )

    @endpoint(NameManagingPartner)
    def name_managing_partner(self, request: NameManagingPartner) -> CaseOutcome:
        handlers.require_operator(request.caller)
        return handlers.name_managing_partner(
            self.resources.archive,
            case_id=request.case_id,
            partner_id=request.partner_id,
            origin=self.origin(request),
        )

    @endpoint(SetCaseDivision)
    def set_case_division(self, request: SetCaseDivision) -> CaseOutcome:
        handlers.require_operator(request.caller)
        return handlers.set_case_division(
            self.resources.archive,
            case_id=request.case_id,
            division=request.division,
            origin=self.origin(request),
        )
