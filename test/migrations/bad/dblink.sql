-- up
select dblink_connect_u('host=127.0.0.1 dbname=postgres');
