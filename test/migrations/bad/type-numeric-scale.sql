-- up
alter table users alter column score type numeric(10, 4);
-- down
alter table users alter column score type numeric(8, 2);
