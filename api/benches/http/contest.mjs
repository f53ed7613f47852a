// Rates of many contestants, taken in rounds that go through all of them, so that whatever else the machine does falls on all alike.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load, processorSeconds } from './machine.mjs';
import { take } from './questions.mjs';
import { headers } from './service.mjs';

const DRIVE = fileURLToPath(new URL('drive.lua', import.meta.url));
const ROUNDS = 3;

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** One run of wrk: what its script tells, its rate, and the processor time of the servers in seconds. Bodies are a list to go
 * through again and again, or endless new questions, of which at most `most` are sent, each of them once. */
export async function drive(folder, { servers, url, bodies, token, most }, { seconds, connections = 16, pause = 0 }) {
  const { pathname, host } = new URL(url);
  const again = Array.isArray(bodies);
  const fields = Object.entries({ Host: host, ...headers(token) }).map(([name, value]) => `${name}: ${value}\r\n`);
  const [head, lines] = [join(folder, 'head'), join(folder, 'bodies')];
  writeFileSync(head, `POST ${pathname} HTTP/1.1\r\n${fields.join('')}Content-Length: `, { mode: 0o600 });
  writeFileSync(lines, `${(again ? bodies : take(bodies, most)).join('\n')}\n`);
  const spent = () => servers.reduce((sum, { pid }) => sum + processorSeconds(pid), 0);
  const before = spent();
  const out = await load([
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '10s',
    '-s',
    DRIVE,
    url,
    '--',
    head,
    lines,
    again ? 'again' : 'once',
    `${pause}`,
  ]);
  const told = JSON.parse(out.trim().split('\n').pop());
  return { ...told, rate: told.requests / told.seconds, spent: spent() - before };
}

/** Warms all contestants up and measures them: notes the median of the rates and latencies of the rounds, and the processor time
 * over all of them. A contestant is `{ name, kind, cells, servers, url, bodies, token, most, bytes }`, the last being how long an
 * answer is. */
export async function contest(folder, contestants, results) {
  for (const contestant of contestants) await drive(folder, contestant, { seconds: 1 });
  const found = new Map(contestants.map((contestant) => [contestant, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    console.error(`round ${round} of ${ROUNDS}`);
    for (const contestant of contestants) {
      const told = await drive(folder, contestant, { seconds: 2 });
      // An error of a question has status 200, and is shorter than an answer.
      if (told.refused > 0 || told.broken > 0 || told.bytes / told.requests < 0.7 * (contestant.bytes ?? 0)) {
        throw new Error(`${contestant.name}: not answered: ${JSON.stringify(told)}`);
      }
      found.get(contestant).push(told);
    }
  }
  for (const [contestant, rounds] of found) results.measured(contestant, merged(rounds));
}

function merged(rounds) {
  const of = (name) => rounds.map((told) => told[name]);
  const sum = (name) => of(name).reduce((sum, value) => sum + value, 0);
  return {
    rate: median(of('rate')),
    p50: median(of('p50')),
    p99: median(of('p99')),
    microseconds: (sum('spent') / sum('requests')) * 1e6,
  };
}
