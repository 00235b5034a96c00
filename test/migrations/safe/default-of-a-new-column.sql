-- up
alter table countries add column label text;
alter table countries alter column label set default 'x';
alter table countries alter column label drop default;
-- down
alter table countries drop column label;
