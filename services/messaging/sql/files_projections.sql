-- name: add_file
-- Those who may know of it may see it; and whoever is the case's partner by now, unless another partner uploaded.
with added as (
    insert into files (
        id, context, thread_id, case_id, partnership_id, uploader_role, uploader_id, uploader_name,
        uploader_company_id, file_name, content_type, size, sha256, object_key, document_type, description,
        created_at, position
    )
    values (
        %(id)s, %(context)s, %(thread_id)s, %(case_id)s, %(partnership_id)s, %(uploader_role)s, %(uploader_id)s,
        %(uploader_name)s, %(uploader_company_id)s, %(file_name)s, %(content_type)s, %(size)s, %(sha256)s,
        %(object_key)s, %(document_type)s, %(description)s, %(created_at)s, %(position)s
    )
    on conflict (id) do nothing
)
insert into file_access (file_id, company_id)
select %(id)s, company_id from unnest(%(company_ids)s::uuid[]) as company_id
union
select %(id)s, cases.partner_id
from cases
where cases.id = %(case_id)s
    and cases.partner_id is not null
    and not cases.hidden
    and %(context)s = 'case'
    and %(uploader_role)s <> 'partner'
on conflict (file_id, company_id) do nothing

-- name: attach_file
with attached as (
    update files set message_id = %(message_id)s where id = %(id)s
)
insert into file_access (file_id, company_id)
select %(id)s, company_id from unnest(%(company_ids)s::uuid[]) as company_id
on conflict (file_id, company_id) do nothing

-- name: delete_file
-- The message that brought it says so from now on.
with deleted as (
    update files set deleted_at = %(deleted_at)s where id = %(id)s
)
update messages
set attachments = (
    select jsonb_agg(
        case when attachment ->> 'id' = %(id)s::text then attachment || '{"deleted": true}' else attachment end
        order by place
    )
    from jsonb_array_elements(messages.attachments) with ordinality as each (attachment, place)
)
where messages.thread_id = %(thread_id)s
    and messages.attachments @> jsonb_build_array(jsonb_build_object('id', %(id)s::text))

-- name: show_case_files
-- A new partner sees the case's files, but none that a partner before it uploaded.
insert into file_access (file_id, company_id)
select files.id, %(partner_id)s
from files
where files.case_id = %(case_id)s
    and files.context = 'case'
    and (files.uploader_role <> 'partner' or files.uploader_company_id = %(partner_id)s)
on conflict (file_id, company_id) do nothing

-- name: show_all_case_files
-- A managing partner sees what the client sees, whoever uploaded it.
insert into file_access (file_id, company_id)
select files.id, %(company_id)s
from files
where files.case_id = %(case_id)s and files.context = 'case'
on conflict (file_id, company_id) do nothing

-- name: hide_case_files
-- What it uploaded itself it goes on seeing, as everybody does.
delete from file_access
using files
where files.id = file_access.file_id
    and files.case_id = %(case_id)s
    and files.context = 'case'
    and file_access.company_id = %(company_id)s
    and files.uploader_company_id is distinct from %(company_id)s

-- name: show_thread_files
insert into file_access (file_id, company_id)
select files.id, %(company_id)s
from files
where files.thread_id = %(thread_id)s and files.message_id is not null
on conflict (file_id, company_id) do nothing

-- name: hide_thread_files
delete from file_access
using files
where files.id = file_access.file_id
    and files.thread_id = %(thread_id)s
    and file_access.company_id = %(company_id)s
    and files.uploader_company_id is distinct from %(company_id)s

-- name: use_content
insert into contents (object_key, file_id, sha256, used_at)
values (%(object_key)s, %(file_id)s, %(sha256)s, %(used_at)s)
on conflict (object_key, file_id) do nothing

-- name: release_content
delete from contents where object_key = %(object_key)s and file_id = %(file_id)s
