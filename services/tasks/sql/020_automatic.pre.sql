alter table tasks add column automatic jsonb;

comment on column tasks.automatic is 'The verdict that closed the task without an answer, and what it rests on';
