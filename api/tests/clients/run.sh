#!/usr/bin/env bash
# What partners' programs are built with, against a running demonstration: run.sh BASE LEP_TOKEN
# Apollo Client, urql with Graphcache, Relay, graphql-ws and graphql-sse, GraphQL Code Generator, Python's gql, and the examples for
# analysts.
set -euo pipefail
cd "$(dirname "$0")"
base=$1 token=$2
root=$(cd ../../.. && pwd)
schema=$root/schema.graphql
failed=0

# Runs a stack, for a minute at the most. Its closing line tells how many checks passed.
stack() { timeout 60 "$@" 2>&1 || failed=1; }
# Runs an example: it ends well, and its last line is as expected.
example() { # PATTERN COMMAND…
  local pattern=$1 code=0 output
  shift
  output=$(timeout 60 "$@" 2>&1) || code=$?
  printf '%s\n' "$output"
  if [ "$code" = 0 ] && [[ ${output##*$'\n'} =~ $pattern ]]; then
    printf '1 passed, 0 failed\n'
  else
    printf '0 passed, 1 failed\n'
    failed=1
  fi
}

[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-progress --no-audit --no-fund
python=$root/target/clients/python
[ -x "$python/bin/python" ] || python3 -m venv "$python"
"$python/bin/python" -m pip install --quiet --disable-pip-version-check --requirement gql/requirements.txt

stack node apollo/test.mjs "$base" "$token"
stack node urql/test.mjs "$base" "$token" "$schema"
stack node relay/test.mjs "$base" "$token" "$schema"
stack node subscriptions/test.mjs "$base" "$token"

node codegen/generate.mjs codegen
node codegen/generate.mjs ../../examples
node_modules/.bin/tsc --project tsconfig.json
printf '{"type": "module"}\n' >"$root/target/clients/package.json"
stack node "$root/target/clients/tests/clients/codegen/test.js" "$base" "$token"
stack "$python/bin/python" gql/test.py "$base" "$token" "$schema"

example '^cite as release-' node "$root/target/clients/examples/report.js" "$base" "$token"
example '^cite as release-' "$python/bin/python" ../../examples/report.py "$base" "$token"
exit "$failed"
