-- up
alter table users alter column settings type jsonb using settings::jsonb;
-- down
alter table users alter column settings type json using settings::json;
