// Measures the service over HTTP, against the limit of the machine and against peers, in one run:
//   node api/benches/http/run.mjs [--large]
// `--large` also starts the service with 12 million scores. EXCHANGE=path measures another binary, CARGO=path builds with another
// cargo. Needs wrk, and for the peers PostgreSQL's server binaries and their packages (`npm ci` in both folders of peers/).
// Everything stays on 127.0.0.1 and in temporary folders; only processes started here are ended.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contest, drive } from './contest.mjs';
import { clear, cores, end, folder, memory, model, run, server } from './machine.mjs';
import { missing, peers } from './peers.mjs';
import { cellsOf, fresh, mixed, repeated, standard, take } from './questions.mjs';
import { Results } from './results.mjs';
import { ask, build, checked, holds, prepare, root, serve, started } from './service.mjs';

const large = process.argv.includes('--large');
const scratch = folder();
const results = new Results();

async function main() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => clear().then(() => process.exit(1)));
  run('which', ['wrk']);
  const commit =
    run('git', ['describe', '--always', '--dirty'], { cwd: root }).trim() +
    (process.env.EXCHANGE ? ', another binary' : '');
  results.head(`${cores} cores, ${model} · ${commit} · node ${process.version}`);
  const binary = build();
  await demonstration(binary);

  const { settings, token, csv } = prepare(binary.exchange, scratch, '1.2 million scores', 5_000, results);
  const service = await serve(binary.exchange, settings);
  const { seconds, resident } = started('1.2 million scores', service, results);
  const silent = await serve(binary.exchange, [...settings, '--no-audit']);
  const answers = await answersOf(service, token);
  const contestants = [
    ...(await limits(binary, answers)),
    ...(await again(service, token, answers)),
    ...(await anew(service, token, { kind: 'new', name: 'new each time' })),
    ...(await anew(silent, token, { kind: 'unrecorded', name: 'new, not recorded' })),
    ...(await beside(csv, answers)),
  ];
  await contest(scratch, contestants, results);
  const peak = results.rate('new', '8');
  const half = await atHalf(service, token, peak);
  results.fact('resident after that', `${memory(service.pid).now.toFixed(0)} MB`);
  for (const used of new Set(contestants.flatMap(({ servers }) => servers))) await end(used);

  const held = await growth(binary, settings, token);
  const many = large && (await twelveMillion(binary));

  const ratio = (kind, cells, other) =>
    results.rate(kind, cells) / results.rate(other, other === 'echo' ? undefined : cells);
  results.wanted('start with 1.2 million scores, s', seconds, '≤', 2);
  results.wanted('resident then, MB', resident, '≤', 150);
  results.wanted('start with 12 million scores, s', many?.seconds, '≤', 15);
  results.wanted('resident then, MB', many?.resident, '≤', 400);
  results.wanted('8 cells repeated, of the bytes alone', ratio('repeated', '8', 'bytes'), '≥', 0.85);
  results.wanted('240 cells repeated, of the bytes alone', ratio('repeated', '240', 'bytes'), '≥', 0.85);
  // A question that is recorded waits for the disk: what its answer takes by itself is told without.
  results.wanted('8 cells new, of echo', ratio('unrecorded', '8', 'echo'), '≥', 0.55);
  results.wanted('240 cells new, of echo', ratio('unrecorded', '240', 'echo'), '≥', 0.4);
  results.wanted('240 cells new, of Mercurius JIT in memory', ratio('unrecorded', '240', 'held'), '≥', 4);
  results.wanted('p99 of 8 cells new at half of peak, ms', half.p99, '≤', 3);
  results.wanted('memory after 200,000 requests, of that after 100,000', held[9] / held[4], '≤', 1.05);
  results.print();
}

async function demonstration(binary) {
  const settings = ['--demo', '--database-url', `sqlite://${join(scratch, 'demo.db')}`];
  for (const name of ['demonstration, first start', 'demonstration, later start']) {
    const service = await serve(binary.exchange, settings);
    started(name, service, results);
    await end(service);
  }
}

/** Files with what the service answers to the repeated questions, by cells. */
async function answersOf(service, token) {
  const answers = {};
  for (const [cells, body] of Object.entries(repeated)) {
    await checked(service.found, standard(body), token, holds(cellsOf(cells)));
    const text = await checked(service.found, body, token, holds(cellsOf(cells)));
    const published = JSON.parse(text).data.outcomes.cells.filter(({ institutions }) => institutions !== null).length;
    results.fact(`answer of ${cells} cells`, `${Buffer.byteLength(text)} bytes, ${published} cells published`);
    answers[cells] = { file: join(scratch, `answer-${cells}.json`), text };
    writeFileSync(answers[cells].file, text);
  }
  return answers;
}

/** HTTP alone. */
async function limits(binary, answers) {
  const files = Object.entries(answers).map(([cells, { file }]) => `${cells}=${file}`);
  const baseline = await server(binary.baseline, files, (out) => out.match(/http:\S+/)?.[0]);
  const one = (name, kind, cells, path, body, bytes) => ({
    name,
    kind,
    cells,
    servers: [baseline],
    url: baseline.found + path,
    bodies: [body],
    bytes,
  });
  return [
    one('echo of 6 KB', 'echo', undefined, '/echo', 'x'.repeat(6_000), 6_000),
    ...Object.entries(answers).map(([cells, { text }]) =>
      one(
        `bytes of the answer of ${cells} cells`,
        'bytes',
        cells,
        `/preserialised/${cells}`,
        repeated[cells],
        text.length,
      ),
    ),
  ];
}

/** The service: the same question again and again. */
async function again(service, token, answers) {
  const one = { servers: [service], url: service.found, token };
  return Object.entries(repeated).map(([cells, body]) => ({
    ...one,
    name: `exchange: ${cells} cells, repeated`,
    kind: 'repeated',
    cells,
    bodies: [body],
    bytes: answers[cells].text.length,
  }));
}

/** The service: another question each time. */
async function anew(service, token, { kind, name }) {
  const contestants = [];
  for (const [cells, bodies] of Object.entries(fresh)) {
    let bytes = 0;
    for (const body of take(bodies, 20))
      bytes += (await checked(service.found, body, token, holds(cellsOf(cells)))).length / 20;
    for (const body of take(bodies, 5)) await checked(service.found, standard(body), token, holds(cellsOf(cells)));
    const most = cells === 'wide' ? 10_000 : 80_000;
    contestants.push({
      servers: [service],
      url: service.found,
      token,
      name: `exchange: ${cellsOf(cells)} cells, ${name}`,
      kind,
      cells,
      bodies,
      bytes,
      most,
    });
  }
  return contestants;
}

async function beside(csv, answers) {
  const reason = missing();
  if (!reason) return peers(csv, answers[240].file, (filling) => results.fact('PostgreSQL filled', filling));
  results.fact('peers', `left out: ${reason}`);
  return [];
}

/** New questions at about half of the peak. wrk knows no rate, but pauses: many connections that mostly pause ask at random. */
async function atHalf(service, token, peak) {
  const connections = 64;
  const questions = { servers: [service], url: service.found, token, bodies: fresh[8], most: 100_000 };
  const told = await drive(scratch, questions, { seconds: 5, connections, pause: (connections / (peak / 2)) * 1_000 });
  const name = `exchange: 8 cells, new each time, at ${((100 * told.rate) / peak).toFixed(0)} % of peak`;
  results.measured({ name, kind: 'half', cells: '8' }, { ...told, microseconds: (told.spent / told.requests) * 1e6 });
  return told;
}

/** 200,000 requests of every kind against one server: what it holds must not grow for ever. */
async function growth(binary, settings, token) {
  const service = await serve(binary.exchange, settings);
  const bodies = mixed();
  let refused = 0;
  for (const body of take(bodies, 10))
    refused += 'errors' in JSON.parse((await ask(service.found, body, token)).text) ? 1 : 0;
  if (refused !== 3) throw new Error(`expected 3 of 10 mixed requests to fail, found ${refused}`);
  const held = [];
  for (let step = 0; step < 10; step += 1) {
    const told = await drive(
      scratch,
      { servers: [service], url: service.found, token, bodies, most: 20_000 },
      { seconds: 60 },
    );
    if (told.broken > 0 || told.requests < 19_000) throw new Error(`mixed requests: ${JSON.stringify(told)}`);
    held.push(memory(service.pid).now);
  }
  results.fact(
    'resident after each 20,000 of 200,000 mixed requests',
    `${held.map((mb) => mb.toFixed(0)).join(' ')} MB`,
  );
  await end(service);
  return held;
}

async function twelveMillion(binary) {
  const { settings } = prepare(binary.exchange, scratch, '12 million scores', 50_000, results);
  const service = await serve(binary.exchange, settings);
  const start = started('12 million scores', service, results);
  await end(service);
  return start;
}

try {
  await main();
} finally {
  await clear();
}
