#!/bin/sh
# What MediaNest's handbook does by hand to prove a release in staging: its phases, one step after the other.
#   handbook.sh <folder of the release> <folder of the version that serves>
# DATABASE_URL: a database of staging. BACKEND_PORT, FRONTEND_PORT: of the release; OLD_BACKEND_PORT, OLD_FRONTEND_PORT: of the version
# that serves. WORK: an empty folder for logs and reports. Every question is told as "asked <name> pass|fail" as soon as it is answered,
# between "begin" and "verdict GO|NO-GO". Everything that was started is stopped. Exit 0: GO.
set -u
new=$1
old=$2
here=$(cd "$(dirname "$0")" && pwd)
backend=http://127.0.0.1:$BACKEND_PORT
frontend=http://127.0.0.1:$FRONTEND_PORT
running=http://127.0.0.1:$OLD_BACKEND_PORT
release=by-hand
pids=
verdict=GO
export DATABASE_URL

tool() { node --disable-warning=ExperimentalWarning "$here/handbook.ts" "$@"; }

ask() {
  name=$1
  shift
  if "$@" >>"$WORK/handbook.log" 2>&1; then
    echo "asked $name pass"
  else
    echo "asked $name fail"
    verdict=NO-GO
  fi
}

start() { # folder, release, backend's port, frontend's port, name of the logs
  (
    cd "$1" || exit 1
    set -a
    . ./.env.staging
    GREENROOM_RELEASE=$2
    BACKEND_URL=http://127.0.0.1:$3
    PORT=$3
    exec node backend/server.mjs
  ) >"$WORK/$5-backend.log" 2>&1 &
  pids="$pids $!"
  (
    cd "$1" || exit 1
    set -a
    . ./.env.staging
    GREENROOM_RELEASE=$2
    BACKEND_URL=http://127.0.0.1:$3
    PORT=$4
    exec node frontend/server.mjs
  ) >"$WORK/$5-frontend.log" 2>&1 &
  pids="$pids $!"
}

stop() {
  for pid in $pids; do kill "$pid" 2>/dev/null; done
  wait
}
trap stop EXIT
trap 'exit 130' INT TERM

sums() { (cd "$1" && find . -type f -exec cksum {} + | sort); }
npm_run() { (cd "$new" && BASE_URL=$backend FRONTEND_URL=$frontend REPORT_DIR="$WORK/reports" npm run --silent "$1"); }
suite() { npm_run "$1" && tool tests "$WORK/reports/$2.xml" "$3"; }
unit() { suite test:unit unit 20 && tool coverage "$WORK/reports/coverage/lcov.info" 60; }
migrate() { PGOPTIONS='-c lock_timeout=5s' npm_run db:migrate && npm_run db:revision; }
unchanged() { sums "$new" | cmp - "$WORK/sums"; }
as_deployed() { tool healthy "$running/api/health" old && tool healthy "http://127.0.0.1:$OLD_FRONTEND_PORT/healthz" old; }
way_back() { sums "$old" | cmp - "$WORK/old-sums" && ls "$new"/db/migrations/*.down.sql; }
started() { for pid in $pids; do kill -0 "$pid" || return 1; done; }
proven() { tool healthy "$backend/api/health" "$release" && tool healthy "$frontend/healthz" "$release"; }
clean() { ! grep '"level":"error"' "$WORK/new-backend.log" "$WORK/new-frontend.log"; }

# What stood there before anybody began: the version that serves, and a release that was built.
(cd "$old" && node db/migrate.mjs) >"$WORK/handbook.log" 2>&1 || exit 2
start "$old" old "$OLD_BACKEND_PORT" "$OLD_FRONTEND_PORT" old
tool healthy "$running/api/health" old >>"$WORK/handbook.log" 2>&1 || exit 2
sums "$new" >"$WORK/sums"
sums "$old" >"$WORK/old-sums"

echo begin
# Phase 1, pre-flight validation
ask variables-complete tool variables "$new"
ask ports-free tool free "$BACKEND_PORT" "$FRONTEND_PORT"
ask database-answers tool sql 'SELECT 1'
ask unit unit
ask preflight/drift as_deployed
ask preflight/way-back way_back
# Phase 2, infrastructure preparation
ask infrastructure/prepare unchanged
ask infrastructure/migrate-main migrate
# Phase 3, application deployment
start "$new" "$release" "$BACKEND_PORT" "$FRONTEND_PORT" new
ask deployment/start started
ask deployment/prove proven
# Phase 4, health validation
ask backend-healthy tool answers "$backend/api/health" 200 500 '"status":"ok"' '"database":"ok"'
ask frontend-shows-library tool answers "$frontend/" 200 500 MediaNest
ask admin-is-shut tool answers "$backend/api/admin" 401 5000
ask smoke suite test:smoke smoke 10
# Phase 5, integration testing
ask api suite test:integration integration 15
ask metrics-present tool series "$backend/api/metrics" http_requests_total db_pool_in_use=20
# Phase 6, performance validation
ask library-load tool load "$running" "$backend"
ask memory-after-load tool series "$backend/api/metrics" process_resident_memory_bytes=157286400
# Phase 7, go-live decision
ask log-is-clean clean
echo "verdict $verdict"
[ "$verdict" = GO ]
