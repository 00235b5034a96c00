-- up
vacuum logins;
-- down
select 1;
