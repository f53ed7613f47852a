// What one client takes of the machine from the others: how fast another organisation's small questions are answered beside each
// of the loads that were tried. `node api/benches/http/beside.mjs [institutions] [load]`; 5,000 institutions have 1.2 million scores,
// and only loads are tried whose name fits the pattern `load`.
//
// A question that is recorded waits for the disk, so what a flush of 4 KB takes there is told first; with TMPDIR=/dev/shm nothing waits
// for a disk, and what is left is the processor's.
//
// Everything is on 127.0.0.1 and bounded: each load lasts ten seconds, or as long as one command does.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { request, Agent } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { clear, cores, end, folder, memory, model, run, sleep } from './machine.mjs';
import { authorities, benchmarks, leps, periods, random, regions, write } from './population.mjs';
import { build, prepare, serve } from './service.mjs';

const institutions = Number(process.argv[2] ?? 5_000);
const wanted = new RegExp(process.argv[3] ?? '');
const SECONDS = 10;
const PER_SECOND = 50;
const DEAR = ['DEAR-1', 'DEAR-2', 'DEAR-3', 'DEAR-4'];

const quiet = { fact() {}, rate() {} };
const draw = random(7);
const one = (list) => list[Math.floor(draw() * list.length)];

/** A small question that nobody has asked yet: eight cells of a standard table, under a name of its own. */
let asked = 0;
function small() {
  const input = { framework: 'GATSBY-2014', areas: [one([...regions, ...leps, ...authorities])], periods: [one(periods)] };
  const query = `query Q${(asked += 1)}($input: OutcomesInput!) { outcomes(input: $input) { cells { area { code } benchmark { number } institutions achievedShare { value standardError status } } } }`;
  return JSON.stringify({ query, variables: { input } });
}

/** The dearest question there is room for: as many cells and fields as one answer holds. */
function dearest() {
  const wide = periods.slice(0, Math.floor(20_000 / (authorities.length * benchmarks.length)));
  const input = { framework: 'GATSBY-2014', areas: authorities, periods: wide };
  const estimate = '{ value standardError bound status reason }';
  const query = `query D${(asked += 1)}($input: OutcomesInput!) { outcomes(input: $input) { cells { area { code name } period { code } benchmark { number } institutions achieved ${estimate} achievedShare ${estimate} meanScore ${estimate} } } }`;
  return JSON.stringify({ query, variables: { input } });
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** The status of one question and how long it took, milliseconds. */
function timed(url, body, token) {
  const began = performance.now();
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume().once('end', () => resolve({ status: answer.statusCode, took: performance.now() - began }));
    });
    sent.once('error', () => resolve({ status: 0, took: performance.now() - began }));
    sent.end(body);
  });
}

/** Asks small questions at an even pace, whether earlier ones are answered or not, until `until` resolves. */
async function pace(url, token, until) {
  const answers = [];
  let over = false;
  until.then(() => (over = true));
  const began = performance.now();
  for (let number = 0; !over; number += 1) {
    answers.push(timed(url, small(), token));
    const due = began + ((number + 1) * 1000) / PER_SECOND;
    await sleep(Math.max(0, due - performance.now()));
  }
  return Promise.all(answers);
}

/** A connection on which bytes are sent; it is closed with the others. */
function socket(port, bytes, sockets) {
  const made = connect(port, '127.0.0.1', () => made.write(bytes));
  made.on('error', () => {});
  sockets.push(made);
  return made;
}

const head = (length, token) =>
  `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${token ? `Authorization: Bearer ${token}\r\n` : ''}Content-Length: ${length}\r\n\r\n`;

/** Each load: `begin(context)` gives how to end it, or a promise of its own end. */
const loads = {
  'nothing else': () => null,
  '600 slow senders': ({ port, sockets }) => {
    const again = () => socket(port, `${head(1_000)}{"query":`, sockets).once('close', () => !sockets.over && again());
    for (let number = 0; number < 600; number += 1) again();
  },
  '500 bodies of 1 MB, without a token': ({ port, sockets }) => {
    const body = Buffer.concat([Buffer.from(head(1 << 20)), Buffer.alloc((1 << 20) - 1, ' ')]);
    for (let number = 0; number < 500; number += 1) socket(port, body, sockets);
  },
  '60 readers that do not read': ({ port, tokens, sockets }) => {
    for (let number = 0; number < 60; number += 1) {
      const body = dearest();
      socket(port, head(Buffer.byteLength(body), tokens[number % 4]) + body, sockets).pause();
    }
  },
  ...Object.fromEntries(
    [2, 4].map((count) => [
      `${count} of the dearest questions at once, of as many organisations`,
      ({ apart, tokens }) => apart(tokens.slice(0, count)),
    ]),
  ),
  '20 of the dearest questions at once, of one organisation': ({ apart, tokens }) => apart(Array(20).fill(tokens[0])),
  '10,000 bad tokens a second': ({ port, tokens, counts, stopped, sockets }) => {
    const [first, second] = tokens[0].split('.');
    const made = Array.from({ length: 8 }, () => socket(port, '', sockets));
    made.forEach((one) => one.resume());
    const tick = setInterval(() => {
      if (stopped()) return clearInterval(tick);
      for (const one of made) {
        let batch = '';
        // 8 connections, 25 at a time, 50 times a second.
        for (let number = 0; number < 25; number += 1) {
          const bad = `${first}.${second}.${randomBytes(64).toString('base64url')}`;
          batch += `GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${bad}\r\n\r\n`;
          counts.push('401');
        }
        one.write(batch);
      }
    }, 20);
  },
  'an import of 150,000 rows': ({ exchange, csv }) => exchange('import', 'results', csv, '--organisation', 'PROVIDER'),
  'a publish': ({ exchange }) => exchange('publish', '--note', 'again', '--revise', periods.join(',')),
  'the load of an older release': async ({ url, tokens }) => {
    const query = '{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], release: 1}) { cells { institutions } } }';
    await timed(url, JSON.stringify({ query }), tokens[0]);
  },
};

/** Asks the dearest questions one after the other, by as many askers as there are tokens, and tells what each got. */
function askDearest({ url, tokens }) {
  const again = async (token) => {
    for (;;) parentPort.postMessage(await timed(url, dearest(), token));
  };
  tokens.forEach(again);
}

/** What flushes of 4 KB take, one each 20 ms, milliseconds. */
async function flushes(work) {
  const file = openSync(join(work, 'flushed'), 'w');
  const took = [];
  for (let number = 0; number < SECONDS * PER_SECOND; number += 1) {
    writeSync(file, Buffer.alloc(4_096), 0, 4_096, (number % 1_000) * 4_096);
    const began = performance.now();
    fsyncSync(file);
    took.push(performance.now() - began);
    await sleep(1000 / PER_SECOND);
  }
  closeSync(file);
  return took;
}

/** Median, 99th of 100 and the longest, as they are told. */
const told = (took) => {
  const sorted = took.sort((a, b) => a - b);
  return [percentile(sorted, 0.5), percentile(sorted, 0.99), sorted.at(-1)].map((figure) => figure.toFixed(1)).join(' | ');
};

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

async function measure() {
  const program = process.env.EXCHANGE ?? build().exchange;
  const work = folder();
  const { settings, csv, token } = prepare(program, work, 'beside', institutions, quiet);
  for (const code of DEAR) {
    run(program, ['organisation', 'add', code, '--kind', 'partner', '--name', code, '--area', 'E92000001', ...settings]);
    run(program, ['agreement', 'add', '--consumer', code, '--area', 'E92000001', '--tier', 'regional', '--purpose', 'benchmarking', ...settings]);
  }
  const tokens = DEAR.map((code) => run(program, ['token', '--organisation', code, '--ttl', '1h', ...settings]).trim());
  const other = join(work, 'other.csv');
  write(other, institutions, 2);
  const service = await serve(program, settings);
  const url = service.found;
  const port = Number(new URL(url).port);
  // A command beside the server, without blocking the pace of the questions.
  const exchange = (...args) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, [...args, ...settings], { stdio: 'ignore' });
      child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(' ')}: ${code}`))));
    });
  console.log(`${cores} × ${model}, ${institutions} institutions in ${periods.length} periods`);
  console.log(`| beside | small questions | not answered | p50, ms | p99, ms | longest, ms | resident, MB | what the load got |`);
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  const flushed = await flushes(work);
  console.log(`| a flush of the disk, by itself | ${flushed.length} | | ${told(flushed)} | | |`);
  for (const [name, begin] of Object.entries(loads).filter(([name]) => wanted.test(name))) {
    const sockets = [];
    const counts = [];
    let over = false;
    // On a thread of its own: reading half a gigabyte a second would keep the answers to small questions waiting here.
    let worker;
    const apart = (tokens) => {
      worker = new Worker(fileURLToPath(import.meta.url), { workerData: { url, tokens } });
      worker.on('message', ({ status, took }) => {
        counts.push(`${status}`);
        counts.longest = Math.max(counts.longest ?? 0, took);
      });
    };
    const context = { url, port, tokens, sockets, counts, csv: other, exchange, apart, stopped: () => over };
    let highest = 0;
    const watch = setInterval(() => (highest = Math.max(highest, memory(service.pid).now)), 50);
    const own = begin(context);
    // What ends by itself is looked at for a second at least.
    const until = own?.then ? Promise.all([own, sleep(1_000)]) : sleep(SECONDS * 1000);
    const answers = await pace(url, token, until);
    over = sockets.over = true;
    clearInterval(watch);
    sockets.forEach((one) => one.destroy());
    await worker?.terminate();
    const wrong = answers.filter(({ status }) => status !== 200).length;
    const statuses = [...new Set(counts)];
    const got = statuses.map((status) => `${counts.filter((other) => other === status).length} × ${status}`);
    if (counts.longest) got.push(`longest ${(counts.longest / 1000).toFixed(1)} s`);
    const figures = told(answers.map((answer) => answer.took));
    console.log(`| ${name} | ${answers.length} | ${wrong} | ${figures} | ${highest.toFixed(0)} | ${got.join(', ')} |`);
    await sleep(1_000);
  }
  await end(service);
}

if (isMainThread) {
  try {
    await measure();
  } finally {
    agent.destroy();
    await clear();
  }
} else {
  askDearest(workerData);
}
