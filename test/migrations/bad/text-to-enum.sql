-- before
alter table addresses add column kind text not null default 'home';
-- up
create type kind as enum ('home', 'work');
alter table addresses alter column kind drop default;
alter table addresses alter column kind type kind using kind::kind;
alter table addresses alter column kind set default 'home';
-- down
alter table addresses alter column kind drop default;
alter table addresses alter column kind type text using kind::text;
alter table addresses alter column kind set default 'home';
drop type kind;
-- old
insert into addresses (user_id, street) values (3, 's')
insert into addresses (user_id, street, kind) values (3, 's', 'boat')
