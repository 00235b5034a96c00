-- before
create statistics twins on status, mood from users;
-- up
drop statistics twins;
-- down
select 1;
