-- up
create extension file_fdw;
