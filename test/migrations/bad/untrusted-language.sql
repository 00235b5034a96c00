-- up
create function home() returns text language internal as 'current_user';
