# Makes the data on the first start, and serves. Data becomes visible whole: a first start that is cut off begins anew.
set -eu
umask 077
cd /var/lib/postgresql/data
if [ ! -d pgdata ]; then
  rm -rf new
  printf '%s' "${POSTGRES_PASSWORD:?}" >/tmp/password
  initdb -D new -U "${POSTGRES_USER:=postgres}" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust \
    --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>new/pg_hba.conf
  [ "${POSTGRES_DB:=$POSTGRES_USER}" = postgres ] ||
    printf 'CREATE DATABASE "%s";\n' "$POSTGRES_DB" | postgres --single -D new postgres >/dev/null
  sync
  mv new pgdata
fi
exec postgres -D pgdata -c 'listen_addresses=*'
