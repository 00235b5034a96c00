-- up
alter type mood add value 'angry';
update users set mood = 'angry' where id = 3;
