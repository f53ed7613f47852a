// The questions of the run. All are standard tables, which are free: one kind of area, no breakdown, no filter.

import { authorities, benchmarks, leps, periods, random, regions } from './population.mjs';

/** The six leaf fields of a cell that every serialisation of this run writes. */
export const SIX =
  'cells { area { code } benchmark { number } institutions achievedShare { value standardError status } }';

/** What the peers over PostgreSQL answer too. */
export const COUNTS =
  'cells { area { code } benchmark { number } institutions achieved { value } meanScore { value } }';

const question = (selection, areas, periods, benchmarks) =>
  JSON.stringify({
    query: `query Outcomes($input: OutcomesInput!) { outcomes(input: $input) { ${selection} } }`,
    variables: { input: { framework: 'GATSBY-2014', areas, periods, ...(benchmarks && { benchmarks }) } },
  });

export const repeated = {
  8: question(SIX, ['E37000025'], ['202425T3']),
  240: question(SIX, authorities.slice(0, 30), ['202425T3']),
};

/** Whether a question is a standard table, asked of the service itself. */
export const standard = (body) =>
  JSON.stringify({
    ...JSON.parse(body),
    query: JSON.parse(body).query.replace('{ cells', '{ cost { standard } cells'),
  });

/** Endless questions of one kind of which no two are alike, however often it is asked for more of them. */
function* distinct(make, seed) {
  const draw = random(seed);
  const asked = new Set();
  for (;;) {
    const body = make(draw);
    if (asked.has(body)) continue;
    asked.add(body);
    yield body;
  }
}

/** So many of a list, in its order. */
function some(list, count, draw) {
  const chosen = new Set();
  while (chosen.size < count) chosen.add(Math.floor(draw() * list.length));
  return [...chosen].sort((a, b) => a - b).map((position) => list[position]);
}

const places = [...regions, ...leps, ...authorities];

/** One area × 2 × 4, 4 × 2 or 8 × 1 periods and benchmarks. */
function eight(draw) {
  const width = [2, 4, 8][Math.floor(draw() * 3)];
  return question(SIX, some(places, 1, draw), some(periods, width, draw), some(benchmarks, 8 / width, draw));
}

const wide = (selection, areas) => (draw) =>
  question(selection, some(authorities, areas, draw), some(periods, 1, draw));

/** All local authorities but two: nearly what the peers count with one request, and yet a new question each time. */
const nearlyAll = authorities.length - 2;

/** Questions that were never asked before in this run, by how many cells they answer. */
export const fresh = {
  8: distinct(eight, 8),
  240: distinct(wide(SIX, 30), 240),
  wide: distinct(wide(COUNTS, nearlyAll), 1_000),
};

export const cellsOf = (name) => (name === 'wide' ? 8 * nearlyAll : Number(name));

/** Every kind of request at once, most of them never seen before: what memory must withstand. */
export function* mixed() {
  for (let index = 0; ; index += 1) {
    yield fresh[8].next().value;
    yield fresh[240].next().value;
    yield repeated[8];
    yield repeated[240];
    // Outside the agreement, of a period that does not exist, with a field that does not exist, a document of its own, the contract.
    yield question(SIX, ['HK'], [periods[index % periods.length]]);
    yield question(SIX, ['E37000025'], [`${1000 + (index % 9000)}99T1`]);
    yield JSON.stringify({ query: `{ outcomes(input: {framework: "GATSBY-2014"}) { unknown${index} } }` });
    yield JSON.stringify({ query: `{ as${index}: frameworks { code } }` });
    yield JSON.stringify({ query: `{ as${index}: __schema { types { name fields { name } } } }` });
    yield fresh[8].next().value;
  }
}

export function take(questions, count) {
  return Array.from({ length: count }, () => questions.next().value);
}
