-- before, may fail
create unique index concurrently users_score on users (score);
-- up
create index concurrently if not exists users_score on users (score);
