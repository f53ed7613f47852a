#!/usr/bin/env bash
# From `exchange issuer add` to an answered question, by the page of the book alone, with tokens of a provider that is not ours; then that
# provider rotates its keys, says nothing, and is gone: run.sh EXCHANGE
set -euo pipefail
exchange=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
page="$here/../../docs/src/issuers.md"
scratch=$(mktemp -d)
started=()
finish() {
  for process in "${started[@]}"; do kill -9 "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT
passed=0
ok() { passed=$((passed + 1)); printf 'ok   %s\n' "$1"; }
fail() { printf 'FAIL %s\n' "$1"; tail -n 20 "$scratch/log" >&2 || true; printf '%s passed, 1 failed\n' "$passed"; exit 1; }
until_() { # SECONDS COMMAND…: waits until it succeeds
  local end=$((SECONDS + $1)); shift
  until "$@" 2>/dev/null; do [ "$SECONDS" -lt "$end" ] || return 1; sleep 0.2; done
}
free() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }

[ "$here/node_modules/.package-lock.json" -nt "$here/package-lock.json" ] || (cd "$here" && npm ci --no-progress --no-audit --no-fund >/dev/null)
port=$(free)
export ISSUER="http://127.0.0.1:$port" CLIENT_SECRET=a-secret-of-the-provider-alone
provider() {
  node "$here/provider.mjs" "$port" >>"$scratch/provider" 2>&1 &
  provider=$!
  started+=("$provider")
  until_ 20 curl -sf -o "$scratch/discovery" "$ISSUER/.well-known/openid-configuration" || fail 'the provider starts'
}
provider

base="http://127.0.0.1:$(free)"
export EXCHANGE_DATABASE_URL="sqlite://$scratch/exchange.db" EXCHANGE_SECRET_FILE="$scratch/exchange.secret"
"$exchange" secret new "$EXCHANGE_SECRET_FILE" >/dev/null
"$exchange" serve --demo --listen "${base#http://}" >"$scratch/out" 2>"$scratch/log" &
server=$!
started+=("$server")
until_ 120 curl -sf -o "$scratch/ready" "$base/readyz" || fail 'the demonstration starts'

# The blocks of the page, one after the other.
mkdir "$scratch/bin" "$scratch/reader"
ln -s "$exchange" "$scratch/bin/exchange"
awk '/^```sh,issuer$/ { on = 1; next } /^```$/ { on = 0 } on' "$page" | sed "s|http://127.0.0.1:8080|$base|g" >"$scratch/page.sh"
[ "$(grep -c . "$scratch/page.sh")" -ge 7 ] || fail 'the page has its commands'
(cd "$scratch/reader" && PATH="$scratch/bin:$PATH" bash -euo pipefail "$scratch/page.sh" >"$scratch/told" 2>"$scratch/wrong") ||
  { cat "$scratch/told" "$scratch/wrong" >&2; fail 'from `exchange issuer add` to an answer, by the page alone'; }
grep -q '^taken: login/nightly of NE-LEP-DEMO may outcomes:read$' "$scratch/told" || fail 'check tells whom a token speaks for'
ok 'from `exchange issuer add` to an answer, by the page alone'

token() { # SCOPE
  curl -sf "$ISSUER/token" -u "nightly:$CLIENT_SECRET" -d grant_type=client_credentials -d "scope=$1" | jq -r .access_token
}
ask() { # TOKEN: the status
  curl -s -o "$scratch/answer" -w '%{http_code}' "$base/graphql" -H "Authorization: Bearer $1" \
    -H 'Content-Type: application/json' -d '{"query": "{ viewer { scopes } }"}'
}
is() { [ "$(ask "$1")" = "$2" ]; }

more=$(token 'outcomes:read audit:read')
is "$more" 200 && jq -e '.data.viewer.scopes == ["outcomes:read"]' "$scratch/answer" >/dev/null || fail 'a token claims more than was given'
ok 'a token that claims more than its client was given may no more than that'

before=$(token outcomes:read)
kill -HUP "$provider"
until_ 5 grep -q 'rotated key-2' "$scratch/provider" || fail 'the provider rotates'
after=$(token outcomes:read)
[ "$(cut -d . -f 1 <<<"$before")" != "$(cut -d . -f 1 <<<"$after")" ] || fail 'another key signs'
until_ 40 is "$after" 200 || fail 'a token of the new key is taken within the floor of 30 s'
is "$before" 200 || fail 'a token of the key before is still taken'
ok 'a key that is new is fetched, and the one before it holds while it is shown'

kill -USR2 "$provider"
until_ 5 grep -q '^silent' "$scratch/provider" || fail 'the provider says nothing'
is "$after" 200 && is "$before" 200 || fail 'tokens hold while the provider says nothing'
ok 'tokens hold while the provider says nothing'
kill -9 "$provider"
is "$after" 200 || fail 'tokens hold while the provider is gone'
ok 'tokens hold while the provider is gone'

# It comes back with another key under an identifier that one had before, and none of those: their tokens are refused once it is seen.
provider
fresh=$(token outcomes:read)
until_ 45 is "$fresh" 200 || fail 'the provider is back'
is "$before" 401 || fail 'a key that is shown no longer is given up'
ok 'keys that are shown no longer are given up, also of tokens that are cached'

"$exchange" issuer deny login --client nightly >/dev/null
until_ 10 is "$fresh" 401 || fail 'a client that was let out'
ok 'a client that was let out is refused within seconds'
"$exchange" issuer allow login --client nightly --organisation NE-LEP-DEMO --scope outcomes:read >/dev/null
until_ 10 is "$fresh" 200 || fail 'a client that was let in again'
"$exchange" issuer end login >/dev/null
until_ 10 is "$fresh" 401 || fail 'an issuer that ended'
ok 'an issuer that ended is refused within seconds'
if grep -qF "$fresh" "$scratch/log" || grep -qF "$CLIENT_SECRET" "$scratch/log"; then fail 'no token and no secret in the log'; fi
ok 'no token and no secret in the log'
kill "$server"
printf '%s passed, 0 failed\n' "$passed"
