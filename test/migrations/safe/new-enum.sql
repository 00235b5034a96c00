-- up
create type colour as enum ('red', 'green');
-- down
drop type colour;
