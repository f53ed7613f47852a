#!/usr/bin/env bash
# A hub that grants, hands in a file, publishes and reads its exposure by API alone, from the documentation alone: runs the commands of
# api/docs/src/handing-in.md, as they stand there, in a new folder. provider.sh EXCHANGE
set -euo pipefail
program=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin"
ln -s "$program" "$folder/bin/exchange"
ln -s "$root/api" "$folder/api"
awk '/^```sh,check$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$root/api/docs/src/handing-in.md" > "$folder/commands"
grep -q submissions "$folder/commands"
cd "$folder"
if PATH="$folder/bin:$PATH" timeout 120 bash -euo pipefail commands > output 2> errors; then
  printf '%s passed, 0 failed\n' "$(grep -c . output)"
else
  cat output errors log 2>/dev/null || true
  exit 1
fi
