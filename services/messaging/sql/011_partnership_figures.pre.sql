create index engagements_of_partner on engagements (partner_id);
create index case_payments_of_engagement on case_payments (engagement_id);
