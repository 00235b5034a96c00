-- up
reindex table users;
-- down
select 1;
