#!/usr/bin/env bash
# A PostgreSQL of our own for the tests: loopback, a free port, stopped by its process id.
PG_HOME=""

as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

start_postgresql() {
  local bin; bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  PG_HOME=$(mktemp -d /tmp/yimen-pg.XXXXXX); PG_BIN=$bin
  [ "$(id -u)" = 0 ] && chown postgres "$PG_HOME"
  as_postgres "$bin/initdb" -D "$PG_HOME/data" -U yimen -A trust -E UTF8 --locale=C.UTF-8 >"$YIMEN_VAR/setup/initdb.log" 2>&1
  local port; port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  as_postgres "$bin/pg_ctl" -D "$PG_HOME/data" -w -l "$PG_HOME/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$PG_HOME -c fsync=off -c max_connections=200" start >/dev/null
  export YIMEN_TEST_POSTGRESQL="postgresql+psycopg://yimen@127.0.0.1:$port"
}

stop_postgresql() {
  [ -n "$PG_HOME" ] || return 0
  kill -INT "$(head -n 1 "$PG_HOME/data/postmaster.pid")" 2>/dev/null || true
  for _ in $(seq 50); do [ -f "$PG_HOME/data/postmaster.pid" ] || break; sleep 0.1; done
  rm -rf "$PG_HOME"; PG_HOME=""
}
