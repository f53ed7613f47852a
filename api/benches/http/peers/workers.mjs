// One worker a core, all on one port of 127.0.0.1. Prints the address once all of them answer.

import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';

/** `serve(port)` listens and resolves to nothing; runs in each worker. */
export async function workers(path, serve) {
  if (!cluster.isPrimary) return serve(0);
  const count = availableParallelism();
  let listening = 0;
  cluster.on('listening', (_, { port }) => {
    listening += 1;
    if (listening === count) console.log(`http://127.0.0.1:${port}${path}`);
  });
  cluster.on('exit', () => process.exit(1));
  for (let started = 0; started < count; started += 1) cluster.fork();
  process.on('SIGTERM', () => process.exit(0));
}
