-- up
reindex table concurrently users;
-- down
select 1;
