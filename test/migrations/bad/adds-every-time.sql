-- up
update users set balance = balance + 100 where id < 10;

update users set legacy = 'done' where id < 10;
-- down
update users set balance = balance - 100, legacy = 'l' || id where id < 10;
