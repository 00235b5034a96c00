-- up
create subscription away connection 'host=127.0.0.1 dbname=postgres' publication all_of_it;
