#!/usr/bin/env bash
# The tests, on a fresh machine too: installs what some of them start (PostgreSQL's server, PgBouncer, faketime), then runs every test.
# Optimised, since the attacks compute: without, building is quicker and they take five times as long (`cargo test --workspace`).
# Further arguments go to `cargo test`: bash api/tests/run.sh -p api --test it releases::
set -euo pipefail
cd "$(dirname "$0")/../.."

# Says what is missing and what to type, where this script may not or cannot install it.
stop() {
  printf 'api/tests/run.sh: %s\n' "$1" >&2
  printf 'run this once, as an administrator, then this script again:\n\n    %s\n\n' "$2" >&2
  exit 1
}

# The packages, by the package manager that is there: PostgreSQL's server, and setpriv, by which root starts it.
if command -v apt-get >/dev/null; then
  install='apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends'
  server=postgresql setpriv=util-linux compiler=build-essential clock=faketime ext4=e2fsprogs
elif command -v dnf >/dev/null; then
  install='dnf install -y' server=postgresql-server setpriv=util-linux compiler='gcc make' clock=libfaketime ext4=e2fsprogs
elif command -v apk >/dev/null; then
  install='apk add' server=postgresql setpriv=setpriv compiler='build-base' clock=libfaketime ext4=e2fsprogs
elif command -v brew >/dev/null; then
  install='brew install' server=postgresql@17 setpriv=util-linux compiler=gcc clock=libfaketime ext4=e2fsprogs
else
  install='(your package manager) install' server=postgresql setpriv=util-linux compiler=gcc clock=libfaketime ext4=e2fsprogs
fi

missing=
sh api/tests/it/support/postgres.sh find >/dev/null 2>&1 || missing="$missing $server"
command -v cc >/dev/null || missing="$missing $compiler"
command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || missing="$missing pgbouncer"
command -v faketime >/dev/null || missing="$missing $clock"
command -v setpriv >/dev/null || missing="$missing $setpriv"
if [ "$(id -u)" = 0 ]; then command -v mkfs.ext4 >/dev/null || missing="$missing $ext4"; fi
if [ -n "$missing" ]; then
  command="$install$missing"
  printf 'the tests need:%s\n' "$missing"
  case "$install" in
    apt-get* | dnf* | apk*)
      if [ "$(id -u)" = 0 ]; then
        sh -c "$command" || stop 'the packages could not be installed' "$command"
      elif sudo -n true 2>/dev/null; then
        sudo -n sh -c "$command" || stop 'the packages could not be installed' "sudo sh -c '$command'"
      else
        stop 'some packages are missing, and this account may not install them' "$command"
      fi
      ;;
    brew*) $command || stop 'the packages could not be installed' "$command" ;;
    *) stop 'some packages are missing, and no package manager that this script knows is here' "$command" ;;
  esac
  sh api/tests/it/support/postgres.sh find >/dev/null || stop 'PostgreSQL is still not to be found' "$command"
fi
command -v cargo >/dev/null || { printf 'api/tests/run.sh: cargo is missing: install Rust, of the version that rust-toolchain.toml names\n' >&2; exit 1; }

exec cargo test --release --workspace --locked "$@"
