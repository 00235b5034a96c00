-- up
drop database postgres;
