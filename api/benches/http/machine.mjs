// Processes of this run: started, waited for, measured and ended by their own ids, also when something fails.

import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK']));
const running = new Set();
const folders = [];
let logs;
let begun = 0;
let over = false;

/** A folder that goes when the run ends; `owner` is who may write to it, when not oneself. */
export function folder(owner) {
  const path = mkdtempSync(join(tmpdir(), 'exchange-bench-'));
  if (owner?.uid !== undefined) chownSync(path, owner.uid, owner.gid);
  chmodSync(path, 0o700);
  folders.push(path);
  return path;
}

/** Runs a command to its end and gives what it printed; fails with what it complained of. */
export function run(command, args, options = {}) {
  return execFileSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...options,
  });
}

/** Runs wrk to its end, or until its script has sent everything, without blocking the run itself; gives what it printed. */
export function load(args) {
  const child = begin('wrk', args);
  child.stdout.on('data', () => child.out.includes('\nsent\n') && child.kill('SIGINT'));
  return new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve(child.out) : reject(new Error(`wrk: ${child.out}${child.complaints()}`)),
    );
  });
}

/** Starts a process. What it logs goes to a file: reading it here would take time away from who is measured. */
function begin(command, args, options) {
  if (over) throw new Error('the run is over');
  logs ??= folder();
  const log = join(logs, `${(begun += 1)}.log`);
  const opened = openSync(log, 'w');
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', opened], ...options });
  closeSync(opened);
  child.out = '';
  child.complaints = () => (existsSync(log) ? readFileSync(log, 'utf8').slice(-4000) : '');
  child.stdout.on('data', (data) => (child.out += data));
  child.once('error', (error) => (child.out += error));
  if (child.pid !== undefined) running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** A server, once `ready(out)` gives something true for what it has printed so far: `{ pid, found, out, seconds }`. */
export async function server(command, args, ready, options) {
  const start = performance.now();
  const child = begin(command, args, options);
  for (;;) {
    const found = await ready(child.out);
    if (found) return { pid: child.pid, child, found, out: child.out, seconds: (performance.now() - start) / 1000 };
    if (child.exitCode !== null || child.pid === undefined || performance.now() - start > 600_000) {
      throw new Error(`${command} ${args.join(' ')} did not come up: ${child.out}${child.complaints()}`);
    }
    await sleep(5);
  }
}

/** Ends a server of this run and waits until it is gone. */
export async function end({ child }, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const hard = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await gone;
  clearTimeout(hard);
}

/** Ends whatever still runs and removes the folders. */
export async function clear() {
  over = true;
  // To PostgreSQL, SIGINT is the fast end, and SIGTERM one that waits for its clients.
  await Promise.all(
    [...running].map((child) => end({ child }, child.spawnfile.endsWith('/postgres') ? 'SIGINT' : 'SIGTERM')),
  );
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
}

/** Processor time so far of a process and its children, seconds. */
export function processorSeconds(pid) {
  const spent = new Map();
  const parent = new Map();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // After the name in brackets: state, parent, …; utime, stime, cutime, cstime are fields 14 to 17 of the line.
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').pop().split(' ');
      parent.set(Number(name), Number(fields[1]));
      spent.set(
        Number(name),
        fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0),
      );
    } catch {
      // It ended meanwhile.
    }
  }
  const within = (id) => id === pid || (parent.has(id) && within(parent.get(id)));
  return [...spent].reduce((sum, [id, ticks]) => sum + (within(id) ? ticks : 0), 0) / TICKS_PER_SECOND;
}

/** Resident memory of a process now and at its highest, MB. */
export function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [now, highest] = ['VmRSS', 'VmHWM'].map(
    (name) => Number(status.match(new RegExp(`${name}:\\s+(\\d+) kB`))[1]) / 1024,
  );
  return { now, highest };
}

/** Who PostgreSQL runs as: it refuses root. */
export function unprivileged() {
  if (process.getuid() !== 0) return {};
  return { uid: Number(run('id', ['-u', 'postgres'])), gid: Number(run('id', ['-g', 'postgres'])) };
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export const cores = cpus().length;
export const model = cpus()[0].model;
