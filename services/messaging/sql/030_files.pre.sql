-- `message_id` is the message that brought a file into its thread; a deleted file's row stays.
create table files (
    id                  uuid primary key,
    context             text not null,
    thread_id           uuid,
    case_id             uuid,
    partnership_id      uuid,
    message_id          uuid,
    uploader_role       text not null,
    uploader_id         uuid,
    uploader_name       text,
    uploader_company_id uuid,
    file_name           text not null,
    content_type        text not null,
    size                bigint not null,
    sha256              text not null,
    object_key          text not null,
    document_type       text not null,
    description         text,
    created_at          timestamptz not null,
    deleted_at          timestamptz,
    position            bigint not null
);

create index files_by_position on files (position);
create index files_of_case on files (case_id, position) where case_id is not null;
create index files_of_partnership on files (partnership_id, position) where partnership_id is not null;

-- Which companies may see a file; what they once could see they go on seeing.
create table file_access (
    file_id    uuid not null,
    company_id uuid not null,
    primary key (file_id, company_id)
);

-- Which files have a content, and where its object is.
create table contents (
    object_key text not null,
    file_id    uuid not null,
    sha256     text not null,
    used_at    timestamptz not null,
    primary key (object_key, file_id)
);
