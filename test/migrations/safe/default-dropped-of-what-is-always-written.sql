-- before
alter table addresses alter column street set default 'nowhere';
-- up
alter table addresses alter column street drop default;
-- down
alter table addresses alter column street set default 'nowhere';
-- old
insert into addresses (user_id, street) values (3, 's')
