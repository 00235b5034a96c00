-- up
grant truncate on logins to app;
-- down
revoke truncate on logins from app;
