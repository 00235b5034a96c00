-- up
insert into countries values ('de', 'Germany') on conflict do nothing;

insert into countries values ('fr', 'France') on conflict do nothing;
-- down
delete from countries where code in ('de', 'fr');
