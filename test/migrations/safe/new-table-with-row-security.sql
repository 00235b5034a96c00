-- up
create table visits (id bigint generated always as identity primary key, user_id int not null);
alter table visits enable row level security;
create policy own_visits on visits using (user_id = 3);
grant select, insert on visits to app;
-- down
drop table visits;
