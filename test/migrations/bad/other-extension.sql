-- up
create function answer() returns int language plpgsql as 'begin return 42; end';
-- down
drop function answer();
