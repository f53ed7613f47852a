// The exchange and the baseline: built, filled, started and checked.

import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memory, run, server, sleep } from './machine.mjs';
import { write } from './population.mjs';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The binaries, built unless they are given. */
export function build() {
  const dist = join(root, 'target/dist');
  const given = process.env.EXCHANGE;
  const baseline = join(dist, 'examples/baseline');
  if (!given || !existsSync(baseline)) {
    const wanted = ['--example', 'baseline', ...(given ? [] : ['--bin', 'exchange'])];
    run(process.env.CARGO ?? 'cargo', ['build', '--profile', 'dist', '-p', 'api', ...wanted], { cwd: root });
  }
  return { exchange: given ?? join(dist, 'exchange'), baseline };
}

/** A service, `found` at its address; `seconds` pass from the start of its process until /readyz says yes. */
export async function serve(program, settings) {
  const ready = async (out) => {
    const address = out.match(/playground (http:\S+)\/graphiql/)?.[1];
    return address && (await fetch(`${address}/readyz`)).ok && `${address}/graphql`;
  };
  return booked(await server(program, ['serve', '--listen', '127.0.0.1:0', '--rate-limit', '0', '--anonymous-rate-limit', '0', ...settings], ready));
}

/** A service once its standard tables are made: until then they are counted for each question. One that does not tell is waited for a minute. */
export async function booked(service) {
  for (const end = performance.now() + 60_000; performance.now() < end; ) {
    if (service.child.complaints().includes('the standard tables are ready')) return service;
    if (service.child.exitCode !== null) throw new Error(`it ended: ${service.child.complaints()}`);
    await sleep(20);
  }
  return service;
}

/** Notes how a service started: `{ seconds, resident }`. */
export function started(name, service, results) {
  const { now, highest } = memory(service.pid);
  results.fact(`${name}: ready`, `${service.seconds.toFixed(1)} s`);
  results.fact(`${name}: resident · highest`, `${now.toFixed(0)} MB · ${highest.toFixed(0)} MB`);
  return { seconds: service.seconds, resident: now };
}

/** A database with so many institutions' results, published: `{ settings, token, csv }`. It is a file in the folder, unless the address of
 * another one is given. */
export function prepare(program, folder, name, institutions, results, url) {
  const file = (ending) => join(folder, `${institutions}.${ending}`);
  write(file('csv'), institutions);
  writeFileSync(file('secret'), randomBytes(32), { mode: 0o600 });
  const settings = ['--database-url', url ?? `sqlite://${file('db')}`, '--secret-file', file('secret')];
  const exchange = (...args) => run(program, [...args, ...settings]);
  const timed = (what, ...args) => {
    const began = performance.now();
    exchange(...args);
    results.fact(`${name}: ${what}`, `${((performance.now() - began) / 1000).toFixed(1)} s`);
  };
  exchange('migrate');
  exchange('organisation', 'add', 'PROVIDER', '--kind', 'national', '--name', 'Provider', '--area', 'E92000001');
  exchange('organisation', 'add', 'LEP', '--kind', 'lep', '--name', 'Asker', '--area', 'E37000025');
  exchange(
    'agreement',
    'add',
    '--consumer',
    'LEP',
    '--area',
    'E92000001',
    '--tier',
    'regional',
    '--purpose',
    'benchmarking',
  );
  timed('import', 'import', 'results', file('csv'), '--organisation', 'PROVIDER');
  timed('publish', 'publish', '--note', 'measured');
  return { settings, csv: file('csv'), token: exchange('token', '--organisation', 'LEP', '--ttl', '1h').trim() };
}

export const headers = (token) => ({
  'Content-Type': 'application/json',
  Accept: 'application/json',
  ...(token && { Authorization: `Bearer ${token}` }),
});

export async function ask(url, body, token) {
  const response = await fetch(url, { method: 'POST', headers: headers(token), body });
  return { status: response.status, text: await response.text() };
}

/** The text of an answer. Fails unless it is one, and `check(data)` lets it pass: a rate of error answers is worthless. */
export async function checked(url, body, token, check) {
  const { status, text } = await ask(url, body, token);
  const { data, errors } = JSON.parse(text);
  if (status !== 200 || errors) throw new Error(`status ${status} to ${body}: ${text.slice(0, 600)}`);
  check(data);
  return text;
}

/** A check: so many cells, and a standard table where that was asked for. */
export const holds =
  (count) =>
  ({ outcomes: { cells, cost } }) => {
    if (cells.length !== count) throw new Error(`expected ${count} cells, found ${cells.length}`);
    if (cost && !cost.standard) throw new Error('expected a standard table');
  };
