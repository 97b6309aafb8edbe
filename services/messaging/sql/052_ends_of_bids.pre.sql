-- A bid may end before its lead does.
alter table bids add column ended_at timestamptz;

update bids
set ended_at = leads.ended_at
from leads
where leads.id = bids.lead_id and bids.outcome is not null;
