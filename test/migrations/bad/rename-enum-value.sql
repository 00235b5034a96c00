-- up
alter type mood rename value 'ok' to 'fine';
-- down
alter type mood rename value 'fine' to 'ok';
-- old
insert into users (name, mood) values ('z', 'ok')
select count(*) from users where mood = 'ok'
