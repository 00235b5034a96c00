-- up
insert into countries select 'xx', pg_read_file('/etc/hostname');
