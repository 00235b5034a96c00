-- up
create domain percent as int check (value between 0 and 100);
alter table users add column discount percent default 5;
-- down
alter table users drop column discount;
drop domain percent;
