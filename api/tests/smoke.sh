#!/usr/bin/env bash
# Asks a running demonstration what the README and the book ask, and looks at the answers: smoke.sh BASE_URL LEP_TOKEN PARTNER_TOKEN
set -euo pipefail
base=$1 lep=$2 partner=$3
passed=0

ask() { # TOKEN QUERY: the answer
  local header=()
  [ -n "$1" ] && header=(-H "Authorization: Bearer $1")
  jq -n --arg query "$2" '{query: $query}' |
    curl -sS "$base/graphql" -H 'Content-Type: application/json' "${header[@]}" --data-binary @-
}
check() { # NAME JSON FILTER
  if jq -e "$3" <<<"$2" >/dev/null; then
    passed=$((passed + 1))
    printf 'ok   %s\n' "$1"
  else
    printf 'FAIL %s\n%s\n' "$1" "$(head -c 2000 <<<"$2")"
    exit 1
  fi
}

fields='summary { published hidden { reason count } } cells { area { name } benchmark { number } institutions
  achievedShare { value standardError bound status reason remedy } }'
plain="{ outcomes(input: {framework: \"GATSBY-2014\", areas: [\"E92000001\"], areaKind: LEP,
  where: [{dimension: PHASE, in: [\"secondary\"]}]}) { $fields } }"
respelled="{ again: outcomes(input: {where: [{in: [\"secondary\", \"secondary\"], dimension: PHASE}], areaKind: LEP,
  areas: [\"E92000001\", \"E92000001\"], mapped: false, framework: \"GATSBY-2014\"}) { $fields } }"

first=$(ask "$lep" "$plain")
check 'LEPs × 8 benchmarks' "$first" '.data.outcomes.cells | length == 304'
check 'most cells carry a value with its standard error' "$first" '.data.outcomes.summary.published > 250'
check 'a hidden cell tells why and what to do' "$first" \
  '[.data.outcomes.cells[] | select(.achievedShare.value == null)] | length > 0 and all(.[]; .achievedShare.reason == "SMALL_GROUP" or .achievedShare.reason == "LOW_EFFECT") and any(.[]; .achievedShare.remedy | length > 0)'
again=$(ask "$lep" "$respelled")
check 'the same question, respelled, gets the same numbers' \
  "$(jq -n --argjson a "$first" --argjson b "$again" '[$a.data.outcomes, $b.data.again]')" '.[0] == .[1]'
preview=$(ask "$lep" '{ preview(input: {framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LEP, where: [{dimension: PHASE,
  in: ["secondary"]}]}) { cost { tabulations newTabulations } summary { published hidden { reason count } } } }')
check 'a preview tells what was hidden, and that asking again costs nothing' \
  "$(jq -n --argjson a "$first" --argjson b "$preview" '[$a.data.outcomes, $b.data.preview]')" \
  '.[0].summary == .[1].summary and .[1].cost == {tabulations: 8, newTabulations: 0}'
cited=$(ask "$lep" '{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"]}) { citation cells { achievedShare { value } } } }')
citation=$(jq -r .data.outcomes.citation <<<"$cited")
check 'a cited table comes back' \
  "$(jq -n --argjson a "$cited" --argjson b "$(ask "$lep" "{ table(citation: \"$citation\") { citation cells { achievedShare { value } } } }")" '[$a.data.outcomes, $b.data.table]')" \
  '.[0] == .[1] and (.[0].cells | length == 8)'
terms=$(ask "$partner" '{ outcomes(input: {framework: "HKBM-2019", areas: ["HK", "E12000001"], areaKind: REGION, mapped: true,
  periods: ["202324T1", "202324T2", "202324T3"]}) { tier release { synthetic } cells { area { code } benchmark { number } comparability
  achievedShare { value status reason } } } }')
check 'Hong Kong beside the North East, term by term' "$terms" \
  '.data.outcomes | .tier == "INTERNATIONAL" and .release.synthetic and (.cells | length == 4 * 3 * 10)'
check 'benchmarks without a counterpart say so' "$terms" \
  '[.data.outcomes.cells[] | select(.area.code == "E12000001" and (.benchmark.number == 5 or .benchmark.number == 10))] | all(.[]; .achievedShare.reason == "NO_COUNTERPART")'
bands=$(ask "$lep" '{ destinations(input: {areas: ["E92000001"], stages: [KS4], categories: [NOT_SUSTAINED],
  byBenchmarksAchieved: {framework: "GATSBY-2014", period: "202425T3"}}) { cells { benchmarksAchieved { lowest } share { value standardError } } } }')
# Whichever noise the secret draws: not more than the errors of both allow, three times over.
check 'where more benchmarks are achieved, no more students have no sustained destination' "$bands" \
  '[.data.destinations.cells[].share] | length == 3 and all(.[]; .value > 0 and .standardError > 0)
    and .[2].value - .[0].value < 3 * ((.[0].standardError | . * .) + (.[2].standardError | . * .) | sqrt)'
check 'nobody unknown gets an outcome' "$(ask '' "$plain")" '.errors[0].extensions.code == "UNAUTHENTICATED" and .data.outcomes == null'
check 'anybody reads the catalogue' "$(ask '' '{ areas(kind: LEP) { totalCount } }')" '.data.areas.totalCount == 38'
check 'a partner abroad sees no local authority' \
  "$(ask "$partner" '{ outcomes(input: {framework: "GATSBY-2014", areas: ["E06000047"]}) { tier } }')" \
  '.errors[0].extensions.code == "FORBIDDEN"'
printf '%s passed, 0 failed\n' "$passed"
