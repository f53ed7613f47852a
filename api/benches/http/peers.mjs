// The peers: PostGraphile and Mercurius over PostgreSQL, and Mercurius over memory. None of them protects, authenticates or
// audits anything; they only count.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { end, server } from './machine.mjs';
import { authorities, periods, random, regionOf, regions } from './population.mjs';
import { binaries, start } from './postgres.mjs';

const place = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

/** Why the peers cannot be measured here, or nothing. */
export function missing() {
  const absent = ['mercurius', 'postgraphile'].filter((name) => !existsSync(place(`${name}/node_modules`)));
  if (absent.length > 0) return `no packages: npm ci in ${absent.map((name) => `api/benches/http/peers/${name}`).join(', ')}`;
  return binaries() ? undefined : 'no PostgreSQL server binaries';
}

const node = (name, source) => server(process.execPath, [place(`${name}/server.mjs`), source], (out) => out.match(/http:\S+/)?.[0]);

const list = (values) => values.map((value) => `(${value.map((text) => `'${text}'`).join(', ')})`).join(', ');

/** PostgreSQL with the results of a file: `{ seconds }` tells how long filling it took. */
async function filled(csv) {
  const database = await start(binaries());
  const [head] = readFileSync(csv, 'utf8').split('\n', 1);
  const columns = head.split(',').map((name) => `${name} ${/^b\d$/.test(name) ? 'smallint' : 'text'}`);
  const began = performance.now();
  database.psql(`
    create unlogged table raw (${columns.join(', ')});
    \\copy raw from '${csv}' with (format csv, header true)
    create table home (local_authority text, region text);
    insert into home values ${list(authorities.map((code) => [code, regionOf.get(code)]))};
    create table area (code text primary key, kind text not null);
    insert into area values ${list(regions.map((code) => [code, 'region']))}, ${list(authorities.map((code) => [code, 'local authority']))};
    ${readFileSync(place('schema.sql'), 'utf8')}`);
  return { ...database, filling: (performance.now() - began) / 1000 };
}

/** Bodies of one kind: each of these questions is aggregated anew, whichever came before. */
function bodies(make) {
  const draw = random(1);
  const one = (values) => values[Math.floor(draw() * values.length)];
  return Array.from({ length: 1_000 }, () => make(one(regions), one(periods)));
}

const ask = (query, variables) => JSON.stringify({ query, variables });
const selection = '{ area benchmark assessed achieved mean }';
const region = (field) => (code, period) =>
  ask(`query($code: String!, $period: String!) { rows: ${field}(code: $code, period: $period) ${selection} }`, { code, period });
const all = (field) => (_, period) => ask(`query($period: String!) { rows: ${field}(period: $period) ${selection} }`, { period });
const grouped = (group) => `groupedAggregates(groupBy: [${group}]) { keys sum { assessed achieved } average { score } }`;
const postgraphileRegion = (code, period) =>
  ask(`query($code: String!, $period: String!) { allOutcomes(condition: {region: $code, period: $period}) { rows: ${grouped('BENCHMARK')} } }`, { code, period });
const postgraphileAll = (_, period) =>
  ask(`query($period: String!) { allOutcomes(condition: {period: $period}) { rows: ${grouped('LOCAL_AUTHORITY, BENCHMARK')} } }`, { period });

/** Both shapes of an answer as `benchmark assessed achieved`, sorted, to see that all count the same. */
const counts = (rows) => rows.map((row) => (row.keys ? [row.keys.at(-1), row.sum.assessed, row.sum.achieved] : [row.benchmark, row.assessed, row.achieved]).map(Number).join(' ')).sort();

/** Measures them all with `measure(name, servers, url, bodies, cells, check)`, where `check(data, index)` fails where an answer is wrong.
 * `csv` are the results, `answer` is a file with the answer of 240 cells that the exchange gave. */
export async function peers(measure, report, csv, answer) {
  const database = await filled(csv);
  report(`${database.filling.toFixed(1)} s`);
  const known = new Map();
  const rows = (count) => (data, index) => {
    const found = counts(data.rows ?? data.allOutcomes.rows);
    if (found.length !== count) throw new Error(`expected ${count} rows, found ${found.length}`);
    const question = `${count} ${index}`;
    if (found.join() !== (known.get(question) ?? found).join()) throw new Error(`expected ${known.get(question)}, found ${found}`);
    known.set(question, found);
  };
  const shape = '1 region × 1 period × 8';
  const most = 8 * authorities.length;
  const wide = `${authorities.length} authorities × 1 period × 8`;
  const measured = async (name, peer, questions) => {
    for (const [what, make, cells] of questions) {
      await measure(`${name}: ${what}`, [peer, database], peer.found, bodies(make), cells, rows(cells));
    }
    await end(peer);
  };
  await measured('PostGraphile', await node('postgraphile', database.url), [
    [shape, postgraphileRegion, 8],
    [wide, postgraphileAll, most],
  ]);
  await measured('Mercurius JIT + SQL', await node('mercurius', database.url), [
    [shape, region('region'), 8],
    [wide, all('localAuthorities'), most],
    [`${shape}, table materialised by hand`, region('readRegion'), 8],
    [`${wide}, table materialised by hand`, all('readLocalAuthorities'), most],
  ]);
  await end(database, 'SIGINT');
  const held = await node('mercurius', answer);
  const cells = ask('{ cells { area { code } benchmark { number } institutions achievedShare { value standardError status } } }');
  await measure('Mercurius JIT, 240 cells in memory', [held], held.found, [cells], 240, ({ cells }) => {
    if (JSON.stringify(cells) !== JSON.stringify(JSON.parse(readFileSync(answer, 'utf8')).data.outcomes.cells)) throw new Error('other cells');
  });
  await end(held);
}
