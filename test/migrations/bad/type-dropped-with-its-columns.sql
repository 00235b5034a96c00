-- up
drop type mood cascade;
-- old
select mood from users where id = 7
