-- up
create function full_name(who int, upper_case bool) returns text language sql stable as 'select name from users where id = who';
-- down
drop function full_name(int, bool);
-- old
select full_name(3)
