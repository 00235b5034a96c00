-- before
create table kept as select id, email from users;
-- up
alter table users drop column email;
-- down
alter table users add column email varchar(120);
update users set email = (select email from kept where kept.id = users.id);
