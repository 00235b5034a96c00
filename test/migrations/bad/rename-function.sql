-- up
alter function full_name(int) rename to name_of;
-- down
alter function name_of(int) rename to full_name;
-- old
select full_name(3)
