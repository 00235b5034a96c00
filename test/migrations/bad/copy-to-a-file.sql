-- up
copy users to '/tmp/greenroom-corpus-users.csv';
