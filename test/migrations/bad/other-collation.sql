-- up
create unique index countries_name on countries (name);
-- down
drop index countries_name;
