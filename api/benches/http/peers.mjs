// The peers: PostGraphile and Mercurius over PostgreSQL, and Mercurius over memory. None of them protects, authenticates or
// audits anything; they only count.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { server } from './machine.mjs';
import { authorities, periods, random, regionOf, regions } from './population.mjs';
import { binaries, start } from './postgres.mjs';
import { SIX } from './questions.mjs';
import { checked } from './service.mjs';

const place = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

/** Why the peers cannot be measured here, or nothing. */
export function missing() {
  const absent = ['mercurius', 'postgraphile'].filter((name) => !existsSync(place(`${name}/node_modules`)));
  if (absent.length > 0)
    return `no packages: npm ci in ${absent.map((name) => `api/benches/http/peers/${name}`).join(', ')}`;
  return binaries() ? undefined : 'no PostgreSQL server binaries';
}

const node = (name, source) =>
  server(process.execPath, [place(`${name}/server.mjs`), source], (out) => out.match(/http:\S+/)?.[0]);

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
const mercuriusRegion = (field) => (code, period) =>
  ask(`query($code: String!, $period: String!) { rows: ${field}(code: $code, period: $period) ${selection} }`, {
    code,
    period,
  });
const mercuriusAll = (field) => (_, period) =>
  ask(`query($period: String!) { rows: ${field}(period: $period) ${selection} }`, { period });
const grouped = (group) =>
  `groupedAggregates(groupBy: [${group}]) { keys sum { assessed achieved } average { score } }`;
const postgraphileRegion = (code, period) =>
  ask(
    `query($code: String!, $period: String!) { allOutcomes(condition: {region: $code, period: $period}) { rows: ${grouped('BENCHMARK')} } }`,
    { code, period },
  );
const postgraphileAll = (_, period) =>
  ask(
    `query($period: String!) { allOutcomes(condition: {period: $period}) { rows: ${grouped('LOCAL_AUTHORITY, BENCHMARK')} } }`,
    { period },
  );

/** Both shapes of an answer as `benchmark assessed achieved`, sorted, to see that all count the same. */
const counts = (rows) =>
  rows
    .map((row) =>
      (row.keys ? [row.keys.at(-1), row.sum.assessed, row.sum.achieved] : [row.benchmark, row.assessed, row.achieved])
        .map(Number)
        .join(' '),
    )
    .sort();

/** All of them as contestants, checked: none answers an error, and all count the same. `csv` are the results, `answer` is a file
 * with the answer of 240 cells that the exchange gave. */
export async function peers(csv, answer, report) {
  const database = await filled(csv);
  report(`${database.filling.toFixed(1)} s`);
  const postgraphile = await node('postgraphile', database.url);
  const mercurius = await node('mercurius', database.url);
  const held = await node('mercurius', answer);
  const region = '1 region × 1 period × 8';
  const all = `${authorities.length} authorities × 1 period × 8`;
  const over = (name, kind, cells, peer, make) => ({
    name,
    kind,
    cells,
    servers: [peer, database],
    url: peer.found,
    bodies: bodies(make),
  });
  const counting = [
    over(`PostGraphile: ${region}`, 'counted', '8', postgraphile, postgraphileRegion),
    over(`PostGraphile: ${all}`, 'counted', 'wide', postgraphile, postgraphileAll),
    over(`Mercurius JIT + SQL: ${region}`, 'counted', '8', mercurius, mercuriusRegion('region')),
    over(`Mercurius JIT + SQL: ${all}`, 'counted', 'wide', mercurius, mercuriusAll('localAuthorities')),
    over(`Mercurius JIT, table made by hand: ${region}`, 'materialised', '8', mercurius, mercuriusRegion('readRegion')),
    over(
      `Mercurius JIT, table made by hand: ${all}`,
      'materialised',
      'wide',
      mercurius,
      mercuriusAll('readLocalAuthorities'),
    ),
  ];
  const known = new Map();
  for (const { name, cells, url, bodies } of counting) {
    for (const [index, body] of bodies.slice(0, 3).entries()) {
      await checked(url, body, undefined, (data) => {
        const found = counts(data.rows ?? data.allOutcomes.rows);
        const before = known.get(`${cells} ${index}`) ?? found;
        if (found.length !== (cells === '8' ? 8 : 8 * authorities.length))
          throw new Error(`${name}: found ${found.length} rows`);
        if (found.join() !== before.join()) throw new Error(`${name}: expected ${before}, found ${found}`);
        known.set(`${cells} ${index}`, found);
      });
    }
  }
  const question = ask(`{ ${SIX} }`);
  const answered = JSON.stringify(JSON.parse(readFileSync(answer, 'utf8')).data.outcomes.cells);
  await checked(held.found, question, undefined, ({ cells }) => {
    if (JSON.stringify(cells) !== answered) throw new Error('Mercurius answers other cells');
  });
  const memory = {
    name: 'Mercurius JIT, 240 cells in memory',
    kind: 'held',
    cells: '240',
    servers: [held],
    url: held.found,
    bodies: [question],
  };
  return [memory, ...counting];
}
