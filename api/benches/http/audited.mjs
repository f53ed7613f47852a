// What the record of questions costs: new questions of a service that records them, and of one over the same results that records
// nothing, in alternating rounds. `EXCHANGE=target/release/exchange node api/benches/http/audited.mjs [rounds] [institutions]`
//
// Free questions are standard tables; charged ones have a bill, which is settled the first time and looked up after that. Everything
// is on 127.0.0.1 and bounded. Needs wrk, and PostgreSQL's server binaries for its half.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { drive } from './contest.mjs';
import { clear, cores, end, folder, model } from './machine.mjs';
import { benchmarks, leps, periods, random } from './population.mjs';
import { binaries, start } from './postgres.mjs';
import { SIX, fresh } from './questions.mjs';
import { build, checked, prepare, serve } from './service.mjs';

const rounds = Number(process.argv[2] ?? 7);
const institutions = Number(process.argv[3] ?? 2_000);
const SECONDS = 2;
/** Enough that the machine is busy while some wait for the disk, and within what one organisation may have under way at once, 192. */
const CONNECTIONS = 160;

const quiet = { fact() {}, rate() {} };
const draw = random(25);
const one = (list) => list[Math.floor(draw() * list.length)];
const some = (list, count) => [...new Set(Array.from({ length: count }, () => one(list)))];

/** Questions with a bill, of which no two are alike: one LEP by phase, over some terms, about one benchmark. */
function* charged() {
  const asked = new Set();
  for (;;) {
    const input = { framework: 'GATSBY-2014', areas: [one(leps)], by: ['PHASE'], periods: some(periods, 3), benchmarks: [one(benchmarks)] };
    const body = JSON.stringify({ query: `query Outcomes($input: OutcomesInput!) { outcomes(input: $input) { ${SIX} } }`, variables: { input } });
    if (!asked.has(body)) yield body;
    asked.add(body);
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function measure() {
  const program = process.env.EXCHANGE ?? build().exchange;
  const scratch = folder();
  const databases = [['SQLite']];
  if (binaries()) databases.push(['PostgreSQL', await start(binaries())]);
  console.log(`${cores} × ${model}, ${rounds} rounds of ${SECONDS} s, ${institutions} institutions in ${periods.length} periods`);
  console.log('| database | questions | recorded/s | not recorded/s | costs, of the rate | by round | processor, µs |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const [name, server] of databases) {
    const sides = [];
    for (const options of [[], ['--no-audit']]) {
      const own = `${name}${options.length}`.toLowerCase();
      mkdirSync(join(scratch, own));
      let url;
      if (server) {
        server.psql(`create database ${own};`);
        url = server.url.replace(/\/postgres$/, `/${own}?sslmode=disable`);
      }
      const { settings, token } = prepare(program, join(scratch, own), name, institutions, quiet, url);
      const service = await serve(program, [...settings, ...options]);
      sides.push({ servers: [service], url: service.found, token });
    }
    for (const [kind, bodies] of [['free', fresh[8]], ['charged', charged()]]) {
      const rates = [[], []];
      const spent = [0, 0];
      const requests = [0, 0];
      for (let round = 0; round <= rounds; round += 1) {
        for (const [side, service] of sides.entries()) {
          // What they have open is opened first, so that each question after it is looked up.
          if (round === 0)
            for (const benchmark of benchmarks) {
              const body = charged().next().value.replace(/"benchmarks":\[\d\]/, `"benchmarks":[${benchmark}]`);
              await checked(service.url, body, service.token, ({ outcomes }) => outcomes.cells.length > 0);
            }
          const told = await drive(scratch, { ...service, bodies, most: 40_000 }, { seconds: round === 0 ? 1 : SECONDS, connections: CONNECTIONS });
          if (told.refused > 0 || told.broken > 0) throw new Error(`${name}, ${kind}: ${JSON.stringify(told)}`);
          if (round === 0) continue;
          rates[side].push(told.rate);
          spent[side] += told.spent;
          requests[side] += told.requests;
        }
      }
      const cost = rates[0].map((rate, round) => 100 * (1 - rate / rates[1][round]));
      const micro = spent.map((seconds, side) => ((seconds / requests[side]) * 1e6).toFixed(0));
      const [recorded, not] = rates.map((values) => median(values).toFixed(0));
      console.log(
        `| ${name} | ${kind} | ${recorded} | ${not} | ${median(cost).toFixed(0)} % | ${cost.map((value) => value.toFixed(0)).join(', ')} | ${micro.join(' · ')} |`,
      );
    }
    for (const { servers } of sides) await end(servers[0]);
  }
}

try {
  await measure();
} finally {
  await clear();
}
