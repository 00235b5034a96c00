-- before
comment on column users.nick is 'shown to others: no real names';
-- up
comment on column users.nick is null;
-- down
select 1;
