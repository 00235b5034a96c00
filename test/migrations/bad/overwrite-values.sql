-- up
update users set email = upper(email);
-- down
update users set email = email;
