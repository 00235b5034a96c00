-- up
alter table countries add column token uuid default uuidv7();
-- down
alter table countries drop column token;
