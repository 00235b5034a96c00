-- up
alter domain postcode add constraint postcode_long check (length(value) >= 4);
-- down
alter domain postcode drop constraint postcode_long;
