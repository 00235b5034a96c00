-- before
create procedure fill() language plpgsql as $$
begin
  update users set legacy = 'x' where id = 1;
  commit;
  update users set legacy = 'y' where id = 2;
end $$;
-- up
call fill();
-- down
update users set legacy = 'l' || id where id in (1, 2);
