// PostGraphile with aggregates: `server.mjs postgresql://…`.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { workers } from '../workers.mjs';

const require = createRequire(import.meta.url);
const { postgraphile } = require('postgraphile');
const aggregates = require('@graphile/pg-aggregates').default;
const pg = require('pg');

const [source] = process.argv.slice(2);

await workers('/graphql', async (port) => {
  const pool = new pg.Pool({ connectionString: source, max: 10 });
  const options = {
    appendPlugins: [aggregates],
    disableQueryLog: true,
    dynamicJson: true,
    graphiql: false,
    retryOnInitFail: false,
  };
  const handle = postgraphile(pool, 'public', options);
  await new Promise((listening) => createServer(handle).listen(port, '127.0.0.1', listening));
});
