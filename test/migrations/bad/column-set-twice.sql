-- up
update users set status = 'a', status = 'b';
