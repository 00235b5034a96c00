-- up
alter table countries drop constraint countries_pkey;
-- down
alter table countries add primary key (code);
-- old
insert into countries values ('ch', 'Switzerland') on conflict (code) do update set name = excluded.name
