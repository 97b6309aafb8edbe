-- Fills messaging's tables with one creditor's cases and messages, in the tables alone: what the log and the projections
-- take for a million messages is measured elsewhere. Words are hexadecimal numbers, about as frequent as their rank
-- says, as in any language.

-- name: cases
with made as (
    insert into cases (
        id, reference, creditor_id, partner_id, status, debtor_type, debtor_name, amount,
        currency, opened_at, position
    )
    select
        gen_random_uuid(), 'BR-' || number, %(creditor)s, %(partner)s, 'Active', 'Company',
        'Debtor ' || number, 8400, 'EUR',
        now() - interval '2 years' + number * interval '1 hour', number
    from generate_series(1, %(cases)s) as number
    returning id, position
), known as (
    insert into case_access (company_id, case_id, position)
    select company.id, made.id, made.position
    from made
    cross join unnest(array[%(creditor)s, %(partner)s]::uuid[]) as company (id)
), opened as (
    insert into threads (id, kind, case_id, position)
    select gen_random_uuid(), 'invoice_chat', made.id, made.position from made
    returning id
)
insert into thread_participants (thread_id, company_id, role, place)
select opened.id, party.company_id, party.role, party.place
from opened
cross join (values (%(creditor)s::uuid, 'creditor', 1), (%(partner)s::uuid, 'partner', 2))
    as party (company_id, role, place)

-- name: messages
insert into messages (
    id, thread_id, version, client_message_id, role, author_id, author_name, author_company_id, body,
    attachments, created_at
)
select
    gen_random_uuid(), numbered.id, 1 + said.number, said.number::text, 'partner', %(author)s, 'Paul',
    %(partner)s,
    (
        select string_agg(to_hex(floor(power(50000, random()))::integer), ' ')
        from generate_series(1, 20)
        where said.number > 0
    ),
    '[]',
    now() - interval '2 years' + (numbered.place * %(each)s::integer + said.number) * interval '2 years' / (%(cases)s::integer * %(each)s::integer)
from (
    select threads.id, row_number() over (order by threads.position) - 1 as place
    from threads
    join cases on cases.id = threads.case_id and cases.reference like 'BR-%%'
) as numbered
cross join generate_series(1, %(each)s) as said (number)

-- name: markers
insert into read_markers (thread_id, user_id, company_id, up_to_version, read_at)
select threads.id, %(reader)s, %(creditor)s, %(each)s - 2, now()
from threads
join cases on cases.id = threads.case_id and cases.reference like 'BR-%%'

-- name: index
insert into search_entries (id, kind, thread_id, place, terms)
select
    placed.id, 'message', placed.thread_id, placed.month * 1000000000000
        + row_number() over (order by placed.created_at),
    array_to_tsvector(
        string_to_array(placed.body, ' ')
        || array['#' || %(creditor_hex)s || '/' || placed.month, '#' || %(partner_hex)s || '/' || placed.month]
    )
from (
    select
        messages.*,
        (
            extract(year from created_at at time zone 'UTC') * 12
            + extract(month from created_at at time zone 'UTC') - 1
        )::bigint as month
    from messages
    where client_message_id ~ '^[0-9]+$'
) as placed

-- name: months
insert into search_months (company_id, month)
select distinct company.id, search_entries.place / 1000000000000
from search_entries
cross join unnest(array[%(creditor)s, %(partner)s]::uuid[]) as company (id)
on conflict do nothing
