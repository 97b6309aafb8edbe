create table effects (
    n        bigint generated always as identity primary key,
    position bigint  not null,
    stream   text    not null,
    version  integer not null,
    label    text    not null
);
