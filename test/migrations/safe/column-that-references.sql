-- up
alter table orders add column country char(2) references countries (code);
-- down
alter table orders drop column country;
