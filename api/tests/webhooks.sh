#!/usr/bin/env bash
# Messages of webhooks, as a library that is not ours reads them (npm `standardwebhooks`) and as the examples do: webhooks.sh EXCHANGE
set -euo pipefail
exchange=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
started=()
finish() {
  for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT
passed=0
ok() { passed=$((passed + 1)); printf 'ok   %s\n' "$1"; }
fail() { printf 'FAIL %s\n' "$1"; cat "$scratch"/*.told "$scratch/log" >&2 2>/dev/null || true; printf '%s passed, 1 failed\n' "$passed"; exit 1; }
until_() { # SECONDS COMMAND…: waits until it succeeds
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do [ "$SECONDS" -lt "$end" ] || return 1; sleep 0.2; done
}
free() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }

clients=$root/api/tests/clients
[ "$clients/node_modules/.package-lock.json" -nt "$clients/package-lock.json" ] || (cd "$clients" && npm ci --no-progress --no-audit --no-fund >/dev/null)
export EXCHANGE_SECRET_FILE="$scratch/exchange.secret" EXCHANGE_DATABASE_URL="sqlite://$scratch/exchange.db" EXCHANGE_WEBHOOKS_ON_THIS_MACHINE=true
"$exchange" secret new "$EXCHANGE_SECRET_FILE" >/dev/null
"$exchange" migrate >/dev/null 2>&1
"$exchange" organisation add NE-HUB --kind hub --name Hub --area HUB-2018-21 >/dev/null

# Each receiver prints a line for a message that it takes.
receivers=(
  "node $root/api/tests/clients/webhooks/receiver.mjs"
  "node $root/api/examples/webhook.mjs"
  "python3 $root/api/examples/webhook.py"
)
names=(standardwebhooks webhook.mjs webhook.py)
ports=() secrets=() webhooks=()
for index in "${!receivers[@]}"; do
  port=$(free)
  "$exchange" webhook add --organisation NE-HUB --url "http://127.0.0.1:$port/hook" >"$scratch/added"
  ports+=("$port")
  webhooks+=("$(awk '$1 == "webhook_id" { print $2 }' "$scratch/added")")
  secrets+=("$(awk '$1 == "secret" { print $2 }' "$scratch/added")")
  WEBHOOK_SECRET=${secrets[index]} ${receivers[index]} "$port" >"$scratch/${names[index]}.told" 2>&1 &
  started+=("$!")
  until_ 20 curl -s -o "$scratch/answer" "http://127.0.0.1:$port/" -X POST || fail "${names[index]} starts"
  "$exchange" webhook test "${webhooks[index]}" | grep -q 'delivered .* answered 204' || fail "${names[index]} takes a test"
  grep -q '^webhook.test {"test":' "$scratch/${names[index]}.told" || fail "${names[index]} reads a test"
  ok "${names[index]} takes a message that is signed with its secret"
done

# What was not signed, was changed, is another's or is old.
send() { # PORT SECRET SECONDS-AGO BODY BODY-THAT-IS-SIGNED: the status
  node -e '
    const [secret, ago, body, signed, port] = process.argv.slice(1);
    const { createHmac } = require("crypto");
    const sent = Math.floor(Date.now() / 1000) - Number(ago);
    const key = Buffer.from(secret.replace("whsec_", ""), "base64");
    const signature = "v1," + createHmac("sha256", key).update(`msg_1.${sent}.${signed}`).digest("base64");
    const headers = { "webhook-id": "msg_1", "webhook-timestamp": String(sent), "webhook-signature": `v1,AAAA ${signature}`, "content-type": "application/json" };
    fetch(`http://127.0.0.1:${port}/hook`, { method: "POST", headers, body }).then((answer) => console.log(answer.status));
  ' "$2" "$3" "$4" "${5:-$4}" "$1"
}
body='{"type":"webhook.test","data":{"test":"own"}}'
other=whsec_$(head -c 32 /dev/zero | base64)
for index in "${!receivers[@]}"; do
  name=${names[index]} port=${ports[index]} secret=${secrets[index]}
  [ "$(send "$port" "$secret" 0 "$body")" = 204 ] || fail "$name takes one of several signatures"
  [ "$(send "$port" "$other" 0 "$body")" = 401 ] || fail "$name refuses another secret"
  [ "$(send "$port" "$secret" 0 "$body" "$body ")" = 401 ] || fail "$name refuses another body"
  [ "$(send "$port" "$secret" 3600 "$body")" = 401 ] || fail "$name refuses what is old"
  ok "$name refuses another secret, another body and what is old"
done

# Told by a service that runs, while a secret is replaced; in Python and Node each message once.
EXCHANGE_LOG=trace "$exchange" serve --listen 127.0.0.1:0 >"$scratch/out" 2>"$scratch/log" &
started+=("$!")
until_ 60 grep -q '^playground' "$scratch/out" || fail 'the service starts'
for webhook in "${webhooks[@]}"; do "$exchange" webhook rotate "$webhook" >/dev/null; done
"$exchange" import results "$root/api/docs/samples/results.csv" --organisation NE-HUB >/dev/null
"$exchange" publish >/dev/null
for name in "${names[@]}"; do
  until_ 20 grep -q '^release.published {"release": *1}$' "$scratch/$name.told" || fail "$name is told of a release"
  until_ 20 grep -q '^submission.accepted {"submission": *1}$' "$scratch/$name.told" || fail "$name is told of a submission"
  [ "$(grep -c '^release.published' "$scratch/$name.told")" = 1 ] || fail "$name is told once"
  ok "$name is told of a release and of a submission, while its secret is replaced"
done
for secret in "${secrets[@]}"; do
  if grep -qF "${secret#whsec_}" "$scratch/log"; then fail 'no secret in the log'; fi
done
if grep -qF '/hook' "$scratch/log"; then fail 'no address of a receiver in the log'; fi
ok 'no secret and no address of a receiver in the log, at any level'
printf '%s passed, 0 failed\n' "$passed"
