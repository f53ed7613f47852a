// Measures the service over HTTP, against the limit of the machine and against peers, in one run:
//   node api/benches/http/run.mjs [--large]
// `--large` also starts the service with 12 million scores. EXCHANGE=path measures another binary, CARGO=path builds with another
// cargo. Needs wrk, and for the peers PostgreSQL's server binaries and their packages (`npm ci` in both folders of peers/).
// Everything stays on 127.0.0.1 and in temporary folders; only processes started here are ended.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clear, cores, end, folder, load, memory, model, processorSeconds, run, server } from './machine.mjs';
import { missing, peers } from './peers.mjs';
import { write } from './population.mjs';
import { fresh, mixed, repeated, standard, take } from './questions.mjs';
import { Results } from './results.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const drive = fileURLToPath(new URL('drive.lua', import.meta.url));
const large = process.argv.includes('--large');
const scratch = folder();
const results = new Results();

/** The binaries, built unless they are given. */
function build() {
  const release = join(root, 'target/release');
  const exchange = process.env.EXCHANGE;
  const baseline = join(release, 'examples/baseline');
  if (!exchange || !existsSync(baseline)) {
    const wanted = ['--example', 'baseline', ...(exchange ? [] : ['--bin', 'exchange'])];
    run(process.env.CARGO ?? 'cargo', ['build', '--release', '-p', 'api', ...wanted], { cwd: root });
  }
  const fieldByField = join(release, 'examples/field_by_field');
  return { exchange: exchange ?? join(release, 'exchange'), baseline, fieldByField: existsSync(fieldByField) && fieldByField };
}

const binary = build();

/** A started service: from the start of its process until /readyz says yes. */
function serve(program, settings) {
  const ready = async (out) => {
    const address = out.match(/playground (http:\S+)\/graphiql/)?.[1];
    return address && (await fetch(`${address}/readyz`)).ok && `${address}/graphql`;
  };
  return server(program, ['serve', '--listen', '127.0.0.1:0', ...settings], ready);
}

function started(name, service) {
  const { now, highest } = memory(service.pid);
  results.fact(`${name}: ready`, `${service.seconds.toFixed(1)} s`);
  results.fact(`${name}: resident · highest`, `${now.toFixed(0)} MB · ${highest.toFixed(0)} MB`);
  return { seconds: service.seconds, resident: now };
}

/** A database with so many institutions' results, published: `{ settings, token, csv }`. */
function prepare(name, institutions) {
  const file = (ending) => join(scratch, `${institutions}.${ending}`);
  write(file('csv'), institutions);
  writeFileSync(file('secret'), randomBytes(32), { mode: 0o600 });
  const settings = ['--database-url', `sqlite://${file('db')}`, '--secret-file', file('secret')];
  const exchange = (...args) => run(binary.exchange, [...args, ...settings]);
  const timed = (what, ...args) => {
    const began = performance.now();
    exchange(...args);
    results.fact(`${name}: ${what}`, `${((performance.now() - began) / 1000).toFixed(1)} s`);
  };
  exchange('migrate');
  exchange('organisation', 'add', 'PROVIDER', '--kind', 'national', '--name', 'Provider', '--area', 'E92000001');
  exchange('organisation', 'add', 'LEP', '--kind', 'lep', '--name', 'Asker', '--area', 'E37000025');
  exchange('agreement', 'add', '--consumer', 'LEP', '--area', 'E92000001', '--tier', 'regional', '--purpose', 'benchmarking');
  timed('import', 'import', 'results', file('csv'), '--organisation', 'PROVIDER');
  timed('publish', 'publish', '--note', 'measured');
  return { settings, csv: file('csv'), token: exchange('token', '--organisation', 'LEP', '--ttl', '1h').trim() };
}

const headers = (token) => ({ 'Content-Type': 'application/json', Accept: 'application/json', ...(token && { Authorization: `Bearer ${token}` }) });

async function ask(url, body, token) {
  const response = await fetch(url, { method: 'POST', headers: headers(token), body });
  return { status: response.status, text: await response.text() };
}

/** Fails unless an answer is one: a benchmark of error answers is worthless. `cells` is how many it must hold. */
async function checked(url, body, token, check) {
  const { status, text } = await ask(url, body, token);
  const { data, errors } = JSON.parse(text);
  if (status !== 200 || errors) throw new Error(`status ${status} to ${body}: ${text.slice(0, 600)}`);
  check(data);
  return text;
}

const holds = (count) => ({ outcomes }) => {
  const { cells, cost } = outcomes;
  if (cells.length !== count) throw new Error(`expected ${count} cells, found ${cells.length}`);
  if (cost && !cost.standard) throw new Error('not a standard table');
};

let files = 0;

/** One run of wrk: what its script tells, with the processor time of the servers. */
async function drove(servers, url, bodies, { token, seconds = 5, connections = 16, once = false, pause = 0 }) {
  const { pathname, host } = new URL(url);
  const head = join(scratch, `head-${(files += 1)}`);
  const lines = join(scratch, `bodies-${files}`);
  const fields = Object.entries({ Host: host, ...headers(token) }).map(([name, value]) => `${name}: ${value}\r\n`);
  writeFileSync(head, `POST ${pathname} HTTP/1.1\r\n${fields.join('')}Content-Length: `, { mode: 0o600 });
  writeFileSync(lines, `${bodies.join('\n')}\n`);
  const spent = () => servers.reduce((sum, { pid }) => sum + processorSeconds(pid), 0);
  const before = spent();
  const wrk = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', drive, url, '--', head, lines, once ? 'once' : 'again', `${pause}`];
  const told = JSON.parse((await load(wrk)).trim().split('\n').pop());
  const rate = told.requests / told.seconds;
  return { ...told, rate, microseconds: ((spent() - before) / told.requests) * 1e6 };
}

/** Warms up, measures, and notes it. `bodies` is a list to go through again and again, or endless new questions; `beside` what
 * the exchange did with as many cells. */
async function measure(name, servers, url, bodies, settings = {}) {
  const endless = !Array.isArray(bodies);
  const drawn = (count) => (endless ? take(bodies, count) : bodies);
  await drove(servers, url, drawn(20_000), { ...settings, seconds: 1, once: endless });
  const told = await drove(servers, url, drawn(settings.most ?? 150_000), { ...settings, once: endless });
  if (told.refused > 0 || told.broken > 0) throw new Error(`${name}: ${told.refused} refused, ${told.broken} broken`);
  // Errors come with status 200, and are shorter than what was checked.
  if (settings.bytes && told.bytes / told.requests < 0.7 * settings.bytes) throw new Error(`${name}: answers too short`);
  results.measured(name, told, settings.beside);
  return told;
}

/** Everything that is asked of the service, and the limit of the machine for the same bodies. */
async function exchange(service, token) {
  const bodies = {};
  for (const [cells, body] of Object.entries(repeated)) {
    await checked(service.found, standard(body), token, holds(Number(cells)));
    bodies[cells] = await checked(service.found, body, token, holds(Number(cells)));
    writeFileSync(join(scratch, `answer-${cells}.json`), bodies[cells]);
  }
  const published = JSON.parse(bodies[240]).data.outcomes.cells.filter(({ institutions }) => institutions !== null).length;
  results.fact('answers of 8 · 240 cells', `${bodies[8].length} · ${bodies[240].length} bytes, ${published} of 240 published`);

  const files = Object.keys(repeated).map((cells) => `${cells}=${join(scratch, `answer-${cells}.json`)}`);
  const baseline = await server(binary.baseline, files, (out) => out.match(/http:\S+/)?.[0]);
  const echo = await measure('echo of 6 KB', [baseline], `${baseline.found}/echo`, ['x'.repeat(6_000)]);
  const limit = {};
  for (const cells of Object.keys(repeated)) {
    limit[cells] = await measure(`bytes of the answer of ${cells} cells`, [baseline], `${baseline.found}/preserialised/${cells}`, [repeated[cells]]);
  }
  await end(baseline);

  for (const [cells, body] of Object.entries(repeated)) {
    const told = await measure(`exchange: ${cells} cells, repeated`, [service], service.found, [body], { token, bytes: bodies[cells].length });
    results.wanted(`repeated question of ${cells} cells, of pre-serialised`, told.rate / limit[cells].rate, '≥', 0.85);
  }
  const told = {};
  for (const [cells, questions] of Object.entries(fresh)) {
    let bytes = 0;
    for (const body of take(questions, 20)) bytes += (await checked(service.found, body, token, holds(Number(cells)))).length / 20;
    for (const body of take(questions, 5)) await checked(service.found, standard(body), token, holds(Number(cells)));
    const most = cells > 240 ? 20_000 : 150_000;
    told[cells] = await measure(`exchange: ${cells} cells, new each time`, [service], service.found, questions, { token, bytes, most });
  }
  results.wanted('new question of 240 cells, µs of processor', told[240].microseconds, '≤', 130);
  results.wanted('new question of 240 cells, of echo', told[240].rate / echo.rate, '≥', 0.25);
  results.wanted('new question of 8 cells, of echo', told[8].rate / echo.rate, '≥', 0.45);

  // wrk knows no rate, but pauses: with many connections that mostly pause, requests come at random, at about half of the peak.
  const connections = 64;
  const pause = (connections / (told[8].rate / 2)) * 1_000;
  const half = await drove([service], service.found, take(fresh[8], 150_000), { token, once: true, connections, pause });
  results.measured(`exchange: 8 cells, new, at ${((100 * half.rate) / told[8].rate).toFixed(0)} % of peak`, half);
  results.wanted('p99 of new 8 cells at half of peak, ms', half.p99, '≤', 3);
  return told;
}

async function fieldByField(settings, token, told) {
  if (!binary.fieldByField) {
    results.fact('field by field', 'left out: no target/release/examples/field_by_field');
    return;
  }
  const service = await serve(binary.fieldByField, settings);
  for (const cells of [8, 240]) {
    await checked(service.found, repeated[cells], token, holds(cells));
    const other = await measure(`async-graphql field by field: ${cells} cells, new`, [service], service.found, fresh[cells], { token, beside: told[cells] });
    if (cells === 240) results.wanted('new question of 240 cells, of field by field', told[240].rate / other.rate, '≥', 4);
  }
  await end(service);
}

async function besidePeers(csv, told) {
  const reason = missing();
  if (reason) {
    results.fact('peers', `left out: ${reason}`);
    return;
  }
  const wide = told[Math.max(...Object.keys(told))];
  const measured = async (name, servers, url, bodies, cells, check) => {
    for (const [index, body] of bodies.slice(0, 3).entries()) await checked(url, body, undefined, (data) => check(data, index));
    const peer = await measure(name, servers, url, bodies, { beside: told[cells] ?? wide });
    if (cells === 240) results.wanted('new question of 240 cells, of Mercurius JIT in memory', told[240].rate / peer.rate, '≥', 2);
  };
  await peers(measured, (filling) => results.fact('PostgreSQL filled', filling), csv, join(scratch, 'answer-240.json'));
}

/** 200,000 requests of every kind against one server: what it holds must not grow for ever. */
async function growth(service, token) {
  const requests = mixed();
  const held = [];
  const answers = await Promise.all(take(requests, 10).map((body) => ask(service.found, body, token)));
  const refused = answers.filter(({ text }) => 'errors' in JSON.parse(text)).length;
  results.fact('of 10 mixed requests refused or in error', `${refused}`);
  if (refused !== 3) throw new Error(`growth: ${refused} of 10 in error instead of 3`);
  for (let step = 0; step < 10; step += 1) {
    const told = await drove([service], service.found, take(requests, 20_000), { token, seconds: 60, once: true });
    if (told.broken > 0) throw new Error(`growth: ${told.broken} broken`);
    held.push(memory(service.pid).now);
  }
  results.fact('resident after each 20,000 of 200,000 mixed requests', `${held.map((mb) => mb.toFixed(0)).join(' ')} MB`);
  results.wanted('memory after 200,000 requests, of that after 100,000', held[9] / held[4], '≤', 1.05);
}

async function main() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => clear().then(() => process.exit(1)));
  results.head(`${cores} cores, ${model} · ${run('git', ['describe', '--always', '--dirty'], { cwd: root }).trim()} · node ${process.version}`);

  const demo = ['--demo', '--database-url', `sqlite://${join(scratch, 'demo.db')}`];
  for (const name of ['demonstration, first', 'demonstration, later']) {
    const service = await serve(binary.exchange, demo);
    started(name, service);
    await end(service);
  }

  const { settings, token, csv } = prepare('1.2 million scores', 5_000);
  const service = await serve(binary.exchange, settings);
  const start = started('1.2 million scores', service);
  results.wanted('start with 1.2 million scores, s', start.seconds, '≤', 2);
  results.wanted('resident then, MB', start.resident, '≤', 150);
  const told = await exchange(service, token);
  results.fact('resident after the measures', `${memory(service.pid).now.toFixed(0)} MB`);
  await end(service);
  await fieldByField(settings, token, told);
  await besidePeers(csv, told);

  const lasting = await serve(binary.exchange, settings);
  await growth(lasting, token);
  await end(lasting);

  if (large) {
    const { settings } = prepare('12 million scores', 50_000);
    const service = await serve(binary.exchange, settings);
    const start = started('12 million scores', service);
    results.wanted('start with 12 million scores, s', start.seconds, '≤', 15);
    results.wanted('resident then, MB', start.resident, '≤', 400);
    await end(service);
  }
  results.print();
}

try {
  await main();
} finally {
  await clear();
}
