-- up
insert into logins values (1, '2026-02-02');

insert into logins values (2, '2026-02-02');
-- down
delete from logins where at = '2026-02-02';
