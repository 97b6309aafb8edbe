drop function append_several_v1;
drop function append_one_v1;
drop function append_v1;
