#!/usr/bin/env bash
# A PostgreSQL of the tests' own: on loopback, on a free port, stopped by its process id. Tests do not wait for the
# disk; what is measured does (YIMEN_PG_FSYNC=on).
PG_HOME="" PG_BIN=""

as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

start_postgresql() {
  local port
  PG_BIN=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  PG_HOME=$(mktemp -d /tmp/yimen-pg.XXXXXX)
  if [ "$(id -u)" = 0 ]; then chown postgres "$PG_HOME"; fi
  logged initdb as_postgres "$PG_BIN/initdb" -D "$PG_HOME/data" -U yimen -A trust -E UTF8 --locale=C.UTF-8 || failed "建立测试数据库" initdb
  port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  logged postgresql as_postgres "$PG_BIN/pg_ctl" -D "$PG_HOME/data" -w -l "$PG_HOME/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$PG_HOME -c fsync=${YIMEN_PG_FSYNC:-off} -c max_connections=200" start \
    || failed "启动测试数据库" postgresql
  export YIMEN_TEST_POSTGRESQL="postgresql+psycopg://yimen@127.0.0.1:$port"
}

stop_postgresql() { # keeps the exit code of the script that ends
  local status=$?
  if [ -n "$PG_HOME" ]; then
    if [ -f "$PG_HOME/data/postmaster.pid" ]; then
      logged postgresql-stop as_postgres "$PG_BIN/pg_ctl" -D "$PG_HOME/data" -m fast -w stop || say "测试数据库没有正常停止（日志 $LOGS/postgresql-stop.log）"
    fi
    rm -rf "$PG_HOME"; PG_HOME=""
  fi
  return $status
}
