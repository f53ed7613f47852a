#!/usr/bin/env bash
# What a question costs, in processor time of the server, in two builds of it. Rounds of both alternate, so that whatever
# else the machine does falls on both alike. Questions go to 127.0.0.1 only, a bounded number of them.
#   api/benches/compare.sh BEFORE AFTER [ROUNDS] [REQUESTS]
set -euo pipefail
before=$1 after=$2 rounds=${3:-6} requests=${4:-400}
scratch=$(mktemp -d)
servers=()
finish() {
  for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; done
  rm -rf "$scratch"
}
trap finish EXIT

declare -A address pid token
serve() { # name binary
  local port=$((20000 + RANDOM % 20000))
  address[$1]="http://127.0.0.1:$port"
  "$2" serve --demo --listen "127.0.0.1:$port" --database-url "sqlite://$scratch/$1.db" >"$scratch/$1.out" 2>"$scratch/$1.log" &
  pid[$1]=$!
  servers+=("$!")
  for _ in $(seq 600); do
    curl -sf "${address[$1]}/readyz" >/dev/null && break
    sleep 0.1
  done
  token[$1]=$(awk '$1 == "token" && $2 == "lep" { print $4 }' "$scratch/$1.out")
  test -n "${token[$1]}"
}
serve before "$before"
serve after "$after"

estimate='{ value standardError status reason remedy }'
cells="cells { area { code } benchmark { number } institutions achievedShare $estimate }"
declare -A question=(
  [8 cells, standard]="{ outcomes(input: {framework: \\\"GATSBY-2014\\\", areas: [\\\"E37000025\\\"]}) { $cells } }"
  [304 cells, standard]="{ outcomes(input: {framework: \\\"GATSBY-2014\\\", areas: [\\\"E92000001\\\"], areaKind: LEP}) { $cells } }"
  [8 cells, filtered]="{ outcomes(input: {framework: \\\"GATSBY-2014\\\", areas: [\\\"E12000001\\\"], where: [{dimension: TYPE, in: [\\\"academy\\\"]}]}) { $cells } }"
  [300 cells, by two]="{ outcomes(input: {framework: \\\"GATSBY-2014\\\", areas: [\\\"E92000001\\\"], areaKind: REGION, by: [SETTING, SIZE], benchmarks: [1, 2, 3, 4, 5]}) { $cells } }"
)

# Processor time of a process so far over all its threads, in nanoseconds.
spent() { cat "/proc/$1/task/"*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'; }

ask() { # name question: asks it REQUESTS times over one connection and prints the nanoseconds each took
  printf '{"query": "%s"}' "$2" >"$scratch/body"
  for _ in $(seq "$requests"); do
    printf 'url = "%s/graphql"\noutput = "/dev/null"\n' "${address[$1]}"
  done >"$scratch/urls"
  local start end
  start=$(spent "${pid[$1]}")
  curl -sf --config "$scratch/urls" -H "Authorization: Bearer ${token[$1]}" -H 'Content-Type: application/json' \
    --data-binary "@$scratch/body"
  end=$(spent "${pid[$1]}")
  echo $(((end - start) / requests))
}

printf '| question | before, µs | after, µs | ratio |\n| --- | --- | --- | --- |\n'
for name in '8 cells, standard' '304 cells, standard' '8 cells, filtered' '300 cells, by two'; do
  first=0 second=0
  for side in before after; do ask "$side" "${question[$name]}" >/dev/null; done
  for _ in $(seq "$rounds"); do
    first=$((first + $(ask before "${question[$name]}")))
    second=$((second + $(ask after "${question[$name]}")))
  done
  awk -v name="$name" -v first="$first" -v second="$second" -v rounds="$rounds" \
    'BEGIN { printf "| %s | %.0f | %.0f | %.2f |\n", name, first / rounds / 1000, second / rounds / 1000, second / first }'
done
