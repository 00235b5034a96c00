-- up
drop function full_name(int);
create function full_name(who int, upper_case bool) returns text language sql stable as 'select name from users where id = who';
-- down
drop function full_name(int, bool);
create function full_name(who int) returns text language sql stable as 'select name from users where id = who';
-- old
select full_name(3)
