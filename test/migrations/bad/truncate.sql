-- up
truncate logins;
-- down
select 1;
