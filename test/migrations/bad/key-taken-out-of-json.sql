-- up
update users set settings = (settings::jsonb - 'a')::json;
-- down
update users set settings = settings;
