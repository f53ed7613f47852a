// A PostgreSQL server of the run's own, from the binaries of this machine.

import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { folder, run, server, unprivileged } from './machine.mjs';

const debian = '/usr/lib/postgresql';

/** The folder of the newest server binaries, or nothing. */
export function binaries() {
  if (!existsSync(debian)) return undefined;
  const versions = readdirSync(debian).sort((a, b) => b - a);
  return versions.map((version) => join(debian, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Starts it with an empty database: `{ url, psql(script) }` beside what every server has. */
export async function start(bin) {
  const user = unprivileged();
  const data = folder(user);
  const as = { ...user, cwd: data };
  run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'], as);
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '1GB',
    work_mem: '64MB',
    random_page_cost: 1.1,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  const psql = (script) => run(join(bin, 'psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-At', url], { input: script });
  const ready = async () => {
    try {
      return psql('select 1;');
    } catch {
      return false;
    }
  };
  return { ...(await server(join(bin, 'postgres'), ['-D', data, ...args], ready, as)), url, psql };
}
