"""Leads and quotes."""

from services.messaging import handlers
from services.messaging.service.serving import Serving
from shared.contracts.messaging import (
    ChooseWinner,
    GetLead,
    InvitePartner,
    LeadPage,
    LeadView,
    ListLeads,
    PullBackLead,
    SubmitQuote,
    SubmittedQuote,
)
from shared.contracts.rpc import Done
from shared.nameko_adapters import endpoint


class LeadEndpoints(Serving):
    """The entrypoints of leads."""

    @endpoint(ListLeads)
    def list_leads(self, request: ListLeads) -> LeadPage:
        return self.reads(request).list_leads(
            viewer=handlers.tenant(request.caller),
            reader=request.caller.user_id,
            status=request.status,
            case_id=request.case_id,
            limit=request.limit,
            cursor=request.cursor,
        )

    @endpoint(GetLead)
    def get_lead(self, request: GetLead) -> LeadView:
        return self.reads(request).get_lead(
            request.lead_id, viewer=handlers.tenant(request.caller), reader=request.caller.user_id
        )

    @endpoint(InvitePartner)
    def invite_partner(self, request: InvitePartner) -> Done:
        handlers.require_operator(request.caller)
        return self.done(
            handlers.invite_partner(
                self.resources.archive,
                case_id=request.case_id,
                partner_id=request.partner_id,
                origin=self.origin(request),
            )
        )

    @endpoint(SubmitQuote)
    def submit_quote(self, request: SubmitQuote) -> SubmittedQuote:
        author_id, company_id = handlers.member(request.caller)
        return handlers.submit_quote(
            self.resources.archive,
            lead_id=request.lead_id,
            author_id=author_id,
            company_id=company_id,
            success_fee_percent=request.success_fee_percent,
            fixed_fee=request.fixed_fee,
            currency=request.currency,
            comment=request.comment,
            origin=self.origin(request),
        )

    @endpoint(ChooseWinner)
    def choose_winner(self, request: ChooseWinner) -> Done:
        user_id, company_id = handlers.member(request.caller)
        return self.done(
            handlers.choose_winner(
                self.resources.archive,
                lead_id=request.lead_id,
                quote_id=request.quote_id,
                user_id=user_id,
                company_id=company_id,
                origin=self.origin(request),
            )
        )

    @endpoint(PullBackLead)
    def pull_back_lead(self, request: PullBackLead) -> Done:
        user_id, company_id = handlers.member(request.caller)
        return self.done(
            handlers.pull_back_lead(
                self.resources.archive,
                lead_id=request.lead_id,
                user_id=user_id,
                company_id=company_id,
                origin=self.origin(request),
            )
        )
