-- up
create unique index concurrently users_balance_once on users (balance);
