// Counts what one request takes in instructions of the processor, which do not depend on what else the machine does:
//   node api/benches/http/instructions.mjs [--profile NAME]
// NAME (such as `new-240`) also prints the functions that take most of that kind of request, with what they call. EXCHANGE=path counts another binary.
// Needs valgrind. Its model of a processor has no instructions for SHA-256, so hashes weigh more here than on a real one.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { clear, end, folder, run, server } from './machine.mjs';
import { fresh, repeated, take } from './questions.mjs';
import { Results } from './results.mjs';
import { booked, build, headers, prepare, root } from './service.mjs';

const COUNTED = 200;
const WARM = 60;
/** So many ask at once where what is recorded together is counted. */
const MANY = 64;
const profiled = process.argv.includes('--profile') ? process.argv[process.argv.indexOf('--profile') + 1] : undefined;
const scratch = folder();

/** A server in valgrind's hands, whose instructions are counted only while it is told to. */
async function valgrind(name, program, args, ready) {
  const out = join(scratch, `${name}.%p`);
  const options = ['--tool=callgrind', '--instr-atstart=no', `--callgrind-out-file=${out}`];
  const service = await server('valgrind', [...options, program, ...args], ready);
  return { ...service, name };
}

const control = (service, ...args) => run('callgrind_control', [...args, String(service.pid)]);

/** Sends bodies over so many connections, over each one after the other. */
async function send(url, bodies, token, connections) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const left = bodies.values();
  const one = (body) =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', agent, headers: headers(token) }, (response) => {
        let text = '';
        response.on('data', (data) => (text += data));
        response.on('end', () =>
          response.statusCode === 200 && !text.includes('"errors"') ? resolve() : reject(new Error(text.slice(0, 400))),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const all = async () => {
    for (const body of left) await one(body);
  };
  await Promise.all(Array.from({ length: connections }, all));
  agent.destroy();
}

/** Instructions a request, over so many of them after some that warm up. */
async function count(service, name, path, bodies, token, connections = 1) {
  await send(service.found + path, take(bodies, WARM * connections), token, connections);
  control(service, '--instr=on');
  // Once more: code is translated when it is first counted.
  await send(service.found + path, take(bodies, WARM), token, connections);
  control(service, '--zero');
  const counted = take(bodies, COUNTED * Math.ceil(connections / 8));
  await send(service.found + path, counted, token, connections);
  control(service, `--dump=${name}`);
  control(service, '--instr=off');
  const dumps = readdirSync(scratch).filter((file) => file.startsWith(`${service.name}.`) && !file.endsWith('.db'));
  const dump = dumps.find((file) => readFileSync(join(scratch, file), 'utf8').includes(`Trigger: dump ${name}`));
  const total = Number(readFileSync(join(scratch, dump), 'utf8').match(/^(?:totals|summary): (\d+)/m)[1]);
  if (profiled === name) {
    const options = ['--threshold=99.7', '--auto=no', '--inclusive=yes'];
    console.log(execFileSync('callgrind_annotate', [...options, join(scratch, dump)], { encoding: 'utf8' }));
  }
  return total / counted.length;
}

function* always(body) {
  for (;;) yield body;
}

async function main() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => clear().then(() => process.exit(1)));
  const { exchange, baseline } = build();
  const results = new Results();
  const { settings, token } = prepare(exchange, scratch, '1.2 million scores', 5_000, results);
  const ready = async (out) => out.match(/playground (http:\S+)\/graphiql/)?.[1];
  const service = await booked(await valgrind('service', exchange, ['serve', '--listen', '127.0.0.1:0', '--log', 'info', ...settings], ready));
  const rows = [];
  const note = (what, instructions) => rows.push([what, Math.round(instructions)]);
  note('8 cells, repeated', await count(service, 'repeated-8', '/graphql', always(repeated[8]), token));
  note('240 cells, repeated', await count(service, 'repeated-240', '/graphql', always(repeated[240]), token));
  note('8 cells, new', await count(service, 'new-8', '/graphql', fresh[8], token));
  note('240 cells, new', await count(service, 'new-240', '/graphql', fresh[240], token));
  note(`8 cells, new, ${MANY} at once`, await count(service, 'new-8-many', '/graphql', fresh[8], token, MANY));
  await end(service, 'SIGKILL');
  const off = await booked(await valgrind('off', exchange, ['serve', '--listen', '127.0.0.1:0', '--log', 'info', '--no-audit', ...settings], ready));
  note(`8 cells, new, ${MANY} at once, not recorded`, await count(off, 'off-8-many', '/graphql', fresh[8], token, MANY));
  await end(off, 'SIGKILL');
  const answer = join(scratch, 'answer');
  writeFileSync(answer, 'x'.repeat(20_000));
  const bare = await valgrind('bare', baseline, [`answer=${answer}`], (out) => out.match(/http:\S+/)?.[0]);
  note('echo of 6 KB', await count(bare, 'echo', '/echo', always('x'.repeat(6_000))));
  note('20 KB of bytes alone', await count(bare, 'bytes', '/preserialised/answer', always(repeated[240])));
  await end(bare, 'SIGKILL');
  console.log('| request | instructions |\n| --- | --- |');
  for (const [what, instructions] of rows) console.log(`| ${what} | ${instructions.toLocaleString('en')} |`);
}

main()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(clear);
