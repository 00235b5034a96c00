-- up
create role reporting login superuser;
