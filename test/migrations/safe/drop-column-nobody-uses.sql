-- up
alter table users drop column legacy;
-- forward
alter table users add column legacy text;
