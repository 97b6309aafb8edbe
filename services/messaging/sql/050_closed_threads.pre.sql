-- Who took part in a chat, and how far each had read, when it was closed: so a partner whose time is over sees it still.
create table thread_parties_at_closing (
    thread_id  uuid not null,
    company_id uuid not null,
    role       text not null,
    place      integer not null,
    primary key (thread_id, company_id)
);

insert into thread_parties_at_closing (thread_id, company_id, role, place)
select thread_participants.thread_id, thread_participants.company_id, thread_participants.role,
    thread_participants.place
from thread_participants
join threads on threads.id = thread_participants.thread_id
where threads.closed_reason is not null;

alter table read_markers add column up_to_version_at_closing integer;

update read_markers
set up_to_version_at_closing = up_to_version
from threads
where threads.id = read_markers.thread_id and threads.closed_reason is not null;
