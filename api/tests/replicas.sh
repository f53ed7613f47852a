#!/usr/bin/env bash
# The drill of replicas, without containers: three processes, PostgreSQL with a password of odd characters, and HAProxy with the
# configuration that docker-compose.yml has. While questions go on, one replica is killed and one is frozen; both come back.
#   bash api/tests/replicas.sh PROGRAM        e.g. target/release/exchange
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/../.."
haproxy=$(command -v haproxy || echo /usr/sbin/haproxy)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/exchange-replicas.XXXXXX")
chmod 755 "$scratch"
started=()
# Ends what was started here, by its number, and nothing else.
finish() {
  local code=$?
  touch "$scratch/stop"
  for process in "${started[@]}"; do
    kill -CONT "$process" 2>/dev/null || true
    kill -KILL "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  exec 9>&- || true
  [ -z "${keeper:-}" ] || wait "$keeper" 2>/dev/null || true
  if [ "$code" != 0 ]; then tail -n 20 "$scratch"/*.log >&2 || true; fi
  rm -rf "$scratch"
}
trap finish EXIT
until_true() { # WHAT COMMAND…: waits for a condition, half a minute at the longest
  local what=$1
  shift
  for _ in $(seq 300); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  printf 'FAIL %s did not come about\n' "$what" >&2
  exit 1
}

# PostgreSQL ends when its standard input does, so it outlives this script in no case.
mkfifo "$scratch/hold"
sh api/tests/it/support/postgres.sh <"$scratch/hold" >"$scratch/postgres.out" 2>"$scratch/postgres.log" &
keeper=$!
exec 9>"$scratch/hold"
until_true 'PostgreSQL' grep -q '^ready ' "$scratch/postgres.out"
folder=$(sed -n 's/^ready //p' "$scratch/postgres.out")
psql() { "$(sh api/tests/it/support/postgres.sh find)/psql" -h "$folder" -U postgres -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
password='p@ss:w/o#r%d?&=$HOME "quoted" '"it's"' \ `x`'
psql -d postgres -v password="$password" <<'SQL'
CREATE ROLE exchange LOGIN PASSWORD :'password';
CREATE DATABASE exchange OWNER exchange;
SQL
hba="$folder/data/pg_hba.conf"
{ echo 'local exchange exchange scram-sha-256'; cat "$hba"; } >"$scratch/hba"
cat "$scratch/hba" >"$hba"
psql -d postgres -c 'SELECT pg_reload_conf()' >/dev/null
export EXCHANGE_DATABASE_URL="postgres://exchange@${folder//\//%2F}/exchange" EXCHANGE_SECRET_FILE="$scratch/secret" EXCHANGE_LOG=warn
if PGPASSWORD=wrong "$program" migrate >/dev/null 2>&1; then
  echo 'FAIL another password is taken' >&2
  exit 1
fi
export PGPASSWORD=$password
"$program" secret new "$scratch/secret" >/dev/null

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
ports=("$(free_port)" "$(free_port)" "$(free_port)" "$(free_port)")
start() { # NUMBER OPTIONS…: starts a replica and waits until it is ready
  local number=$1
  shift
  "$program" serve --listen "127.0.0.1:${ports[number]}" "$@" >"$scratch/$number.out" 2>>"$scratch/$number.log" &
  replica[number]=$!
  started+=("$!")
  until_true "replica $number" curl -sf -m 2 "http://127.0.0.1:${ports[number]}/readyz"
}
replica=()
start 1 --demo
start 2
start 3
token=$("$program" token --organisation NE-LEP-DEMO --ttl 1h)
EXCHANGE_BIND="127.0.0.1:${ports[0]}" EXCHANGE_REPLICA_1="127.0.0.1:${ports[1]}" EXCHANGE_REPLICA_2="127.0.0.1:${ports[2]}" \
  EXCHANGE_REPLICA_3="127.0.0.1:${ports[3]}" "$haproxy" -db -f api/haproxy.cfg >"$scratch/haproxy.log" 2>&1 &
started+=("$!")
base="http://127.0.0.1:${ports[0]}"
until_true 'the balancer' curl -sf -m 2 "$base/readyz"

# A question that is charged, and names nobody.
question='{"query":"{ outcomes(input: {framework: \"GATSBY-2014\", areas: [\"E92000001\"], areaKind: LEP, where: [{dimension: PHASE, in: [\"secondary\"]}]}) { summary { published } cells { area { code } benchmark { number } achievedShare { value standardError status } } } }"}'
ask() { # FILE: prints status and seconds
  curl -s -m 20 -o "$1" -w '%{http_code} %{time_total}\n' "$base/graphql" -H 'Content-Type: application/json' \
    -H "Authorization: Bearer $token" --data-binary "$question" || true
}
ask "$scratch/expected" >/dev/null
jq -e '.data.outcomes.summary.published > 100' "$scratch/expected" >/dev/null
ledger() { psql -d exchange -c 'SELECT COUNT(*) FROM budget_entry'; }
charged=$(ledger)
[ "$charged" -gt 0 ]

# Four who ask without a pause. Each line: status, seconds, and whether the answer is the one of before.
for asker in 1 2 3 4; do
  (
    while [ ! -e "$scratch/stop" ]; do
      said=$(ask "$scratch/got.$asker")
      same=other
      if cmp -s "$scratch/expected" "$scratch/got.$asker"; then same=same; fi
      printf '%s %s\n' "$said" "$same" >>"$scratch/asked.$asker"
    done
  ) &
  started+=("$!")
done
answered() { cat "$scratch"/asked.* 2>/dev/null | grep -c '^200 .* same$' || true; }
more() { [ "$(answered)" -ge "$wanted" ]; }
go_on() { # WHAT: a hundred answers more
  wanted=$(($(answered) + 100))
  until_true "$1" more
  printf 'ok   %s: %s answers\n' "$1" "$(answered)"
}
go_on 'three replicas answer'
kill -KILL "${replica[2]}"
go_on 'one was killed'
kill -STOP "${replica[3]}"
go_on 'another is frozen'
kill -CONT "${replica[3]}"
start 2
go_on 'both are back'
touch "$scratch/stop"
for asker in 4 5 6 7; do wait "${started[asker]}" 2>/dev/null || true; done
cat "$scratch"/asked.* >"$scratch/all"

wrong=$(grep -c '^200 .* other$' "$scratch/all" || true)
failed=$(grep -vc '^200 ' "$scratch/all" || true)
longest=$(awk '$2 > most { most = $2 } END { print most }' "$scratch/all")
printf '%s answers, %s wrong, %s refused (%s), the longest took %s s\n' "$(answered)" "$wrong" "$failed" \
  "$(grep -v '^200 ' "$scratch/all" | cut -d' ' -f1 | sort | uniq -c | awk '{ printf "%s × %s ", $1, $2 }')" "$longest"
[ "$wrong" = 0 ]
# Whoever waits for the one that is killed or frozen is told so, once each; nobody is left waiting.
[ "$failed" -le 8 ]
if grep -q '^000 ' "$scratch/all"; then
  echo 'FAIL somebody was left without an answer' >&2
  exit 1
fi
[ "$(ledger)" = "$charged" ]
printf 'ok   the ledger has the %s entries of the first answer\n' "$charged"
echo '6 passed, 0 failed'
