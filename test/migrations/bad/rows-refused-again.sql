-- up
insert into countries values ('de', 'Germany');

insert into countries values ('fr', 'France');
-- down
delete from countries where code in ('de', 'fr');
