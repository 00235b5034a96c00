-- before, may fail
create unique index concurrently users_score on users (score);
-- up
drop index concurrently if exists users_score;

create index concurrently users_score on users (score);
-- forward
select 1;
