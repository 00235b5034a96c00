-- up
-- drop table users; truncate orders; commit;
comment on table users is 'never drop table users; commit; copy users to program ''cat''';
-- down
comment on table users is null;
