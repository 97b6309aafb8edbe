-- name: list_files_of_case
-- Files of the case itself and those that messages in its threads brought; a draft is in no list.
select files.*
from files
where files.case_id = %(case_id)s
    and files.position < %(before)s
    and files.deleted_at is null
    and (files.context = 'case' or files.message_id is not null)
    and (
        %(viewer)s::uuid is null
        or exists (
            select from file_access where file_access.file_id = files.id and file_access.company_id = %(viewer)s
        )
    )
order by files.position desc
limit %(limit)s

-- name: list_files_of_partnership
select files.*
from files
where files.partnership_id = %(partnership_id)s
    and files.position < %(before)s
    and files.deleted_at is null
    and (files.context = 'partnership' or files.message_id is not null)
    and (
        %(viewer)s::uuid is null
        or exists (
            select from file_access where file_access.file_id = files.id and file_access.company_id = %(viewer)s
        )
    )
order by files.position desc
limit %(limit)s

-- name: get_file
select files.*
from files
where files.id = %(file_id)s
    and (
        %(viewer)s::uuid is null
        or exists (
            select from file_access where file_access.file_id = files.id and file_access.company_id = %(viewer)s
        )
    )

-- name: partnership_is_visible
select 1
from partnerships
where id = %(partnership_id)s
    and (%(viewer)s::uuid is null or %(viewer)s in (partnerships.creditor_id, partnerships.partner_id))

-- name: list_all_files
select
    files.id, files.context, files.case_id, files.thread_id, files.partnership_id, files.message_id,
    files.uploader_role, files.uploader_company_id, companies.name as uploader_company_name,
    files.file_name, files.content_type, files.size, files.sha256, files.object_key, files.document_type,
    files.created_at, files.deleted_at, files.position
from files
left join companies on companies.id = files.uploader_company_id
where %(case_id)s::uuid is null or files.case_id = %(case_id)s
order by files.position desc
limit %(limit)s

-- name: list_object_keys
select distinct object_key from contents

-- name: list_contents_to_release
-- Contents of files that are deleted or were never put on record: somebody died half-way.
select contents.file_id, contents.sha256, contents.object_key
from contents
left join files on files.id = contents.file_id
where (files.id is null and contents.used_at < %(before)s) or files.deleted_at is not null
