#!/usr/bin/env bash
# A virus scanner of the tests' own: clamd on a socket, with one signature of ours (the EICAR test file), because
# signatures cannot be fetched everywhere; stopped by its process id.
CLAMD_HOME=""

start_clamd() {
  local own
  CLAMD_HOME=$(mktemp -d /tmp/yimen-clamd.XXXXXX)
  own=$(id -un)
  mkdir "$CLAMD_HOME/signatures"
  # By content, so that a file which has it inside is found as well.
  echo 'Eicar-Test:0:*:58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a' \
    > "$CLAMD_HOME/signatures/test.ndb"
  cat > "$CLAMD_HOME/clamd.conf" <<CONF
LocalSocket $CLAMD_HOME/socket
PidFile $CLAMD_HOME/pid
LogFile $CLAMD_HOME/log
DatabaseDirectory $CLAMD_HOME/signatures
TemporaryDirectory $CLAMD_HOME
StreamMaxLength 2M
User $own
CONF
  logged clamd clamd --config-file="$CLAMD_HOME/clamd.conf" || failed "启动测试用病毒扫描服务" clamd
  export YIMEN_TEST_CLAMD="unix:$CLAMD_HOME/socket"
}

stop_clamd() { # keeps the exit code of the script that ends
  local status=$? pid=""
  if [ -n "$CLAMD_HOME" ]; then
    if [ -f "$CLAMD_HOME/pid" ]; then pid=$(cat "$CLAMD_HOME/pid"); fi
    if [ -n "$pid" ]; then
      if kill "$pid" 2>/dev/null; then
        for _ in $(seq 100); do
          if ! kill -0 "$pid" 2>/dev/null; then break; fi
          sleep 0.1
        done
      fi
    fi
    rm -rf "$CLAMD_HOME"; CLAMD_HOME=""
  fi
  return $status
}
