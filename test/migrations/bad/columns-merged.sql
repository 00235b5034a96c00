-- up
alter table users add column contact text;
update users set contact = name || ' ' || nick;
alter table users drop column nick;
-- down
alter table users add column nick varchar(10);
update users set nick = left(contact, 10);
alter table users drop column contact;
-- old
select nick from users where id = 7
