#!/bin/sh
# Runs a PostgreSQL server of its own until standard input ends: a test process that dies, however it dies, leaves none.
# Prints one line, `ready FOLDER`, when the server answers on the socket in that folder. The folder is gone afterwards.
# Then each line of standard input is one of the words below, from `stop` to `promote`; `done` or `failed` is printed for it.
# `postgres.sh find` prints where PostgreSQL's programs are, and fails where they are not installed.
set -eu
cd /

# The newest that Debian or Fedora keeps in a folder of its own, or what is on the path.
binaries() {
  for folder in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -rV) $(echo "$PATH" | tr : ' '); do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
      echo "$folder"
      return
    fi
  done
  echo 'the programs of a PostgreSQL server (initdb, pg_ctl) are not installed: bash api/tests/run.sh installs them' >&2
  return 1
}
binaries=$(binaries)
if [ "${1:-}" = find ]; then
  echo "$binaries"
  exit
fi

# PostgreSQL refuses to run as root, so root hands over to an account that owns nothing of importance.
as=
if [ "$(id -u)" = 0 ]; then
  account=postgres
  id "$account" >/dev/null 2>&1 || account=nobody
  as="setpriv --reuid=$(id -u "$account") --regid=$(id -g "$account") --clear-groups --"
fi

folder=$($as mktemp -d "${TMPDIR:-/tmp}/exchange-postgres.XXXXXX")
finish() {
  thaw >/dev/null 2>&1 || true
  $as "$binaries/pg_ctl" stop -D "$folder/standby" -m immediate -w >/dev/null 2>&1 || true
  $as "$binaries/pg_ctl" stop -D "$folder/data" -m immediate -w >/dev/null 2>&1 || true
  $as rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
# A test process that dies during the start reads nothing more: what is written to it must not end this before the server.
trap '' PIPE

# What a database of minutes need not do is left out: no write waits for the disk. The socket is the only way in.
options="-c listen_addresses='' -c unix_socket_directories='$folder' -c max_connections=400 -c fsync=off"
options="$options -c full_page_writes=off -c synchronous_commit=off"
make() {
  $as "$binaries/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync && start
}
start() { $as "$binaries/pg_ctl" start -D "$folder/data" -l "$folder/log" -w -t 120 -o "$options"; }
stop() { $as "$binaries/pg_ctl" stop -D "$folder/data" -m fast -w; }
restart() { stop && start; }
server() { head -n 1 "$folder/data/postmaster.pid"; }
# Every process of the server is stopped where it stands: it neither answers nor ends.
# One that ends meanwhile is not missed.
each() { for process in $(ps -o pid= --ppid "$(server)"); do kill "$1" "$process" 2>/dev/null || true; done; }
freeze() { kill -STOP "$(server)" && each -STOP; }
thaw() { each -CONT && kill -CONT "$(server)"; }
# A standby that has everything up to now, and misses what comes after.
standby() { $as "$binaries/pg_basebackup" -h "$folder" -U postgres -D "$folder/standby" -R -X stream -c fast; }
# The first server is lost, and the standby takes its place on port 5433.
promote() {
  $as "$binaries/pg_ctl" stop -D "$folder/data" -m immediate -w &&
    $as "$binaries/pg_ctl" start -D "$folder/standby" -l "$folder/log" -w -t 120 -o "$options -c port=5433" &&
    $as "$binaries/pg_ctl" promote -D "$folder/standby" -w -t 120
}
if ! make </dev/null >&2; then
  $as cat "$folder/log" >&2 || true
  exit 1
fi

echo "ready $folder"
while read -r word; do
  case $word in stop | start | restart | freeze | thaw | standby | promote) ;; *) exit 1 ;; esac
  if $word </dev/null >/dev/null 2>&1; then echo done; else echo failed; fi
done
