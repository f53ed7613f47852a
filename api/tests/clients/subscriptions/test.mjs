// graphql-ws and graphql-sse against a running exchange: node subscriptions/test.mjs BASE TOKEN
import { createClient as createEvents } from 'graphql-sse';
import { createClient as createSocket } from 'graphql-ws';
import WebSocket from 'ws';

import { check, expect, finish } from '../checks.mjs';

const [, , base, token] = process.argv;
const url = `${base}/graphql`;
const query = 'subscription Releases($after: Int) { releases(after: $after) { number publishedAt } }';

const socket = (more) =>
  createSocket({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: async () => ({ token }), retryAttempts: 0, ...more });
const events = (more) => createEvents({ url, headers: async () => ({ Authorization: `Bearer ${token}` }), retryAttempts: 0, ...more });

/** The first result of an operation; it is left then. */
async function first(client, operation) {
  for await (const result of client.iterate(operation)) return result;
  throw new Error('expected a result, found an end');
}

for (const [name, connect] of [['graphql-ws', socket], ['graphql-sse', events]]) {
  await check(`${name}: a subscription tells the releases that there are`, async () => {
    const client = connect();
    const { data, errors } = await first(client, { query, variables: { after: 0 } });
    expect(!errors && data.releases.number === 1 && data.releases.publishedAt, JSON.stringify({ data, errors }));
    await client.dispose();
  });
  await check(`${name}: an operation that is wrong is told so, by its code`, async () => {
    const client = connect();
    const told = await first(client, { query: 'subscription { nothing { number } }' }).catch((error) => error);
    const errors = Array.isArray(told) ? told : told.errors;
    expect(errors?.[0]?.extensions?.code, `expected errors with a code, found ${JSON.stringify(told)}`);
    await client.dispose();
  });
}

await check('graphql-ws: many operations on one socket, questions and changes among them', async () => {
  let opened = 0;
  const client = socket({ lazy: true, lazyCloseTimeout: 2_000, on: { connected: () => (opened += 1) } });
  const asked = ['{ periods { code } }', '{ viewer { organisation { code } } }', query].map((one) => first(client, { query: one, variables: one === query ? { after: 0 } : undefined }));
  const [periods, viewer, release] = await Promise.all(asked);
  expect(periods.data.periods.length > 0 && viewer.data.viewer.organisation.code && release.data.releases.number === 1, 'expected three answers');
  expect(opened === 1, `expected one socket, found ${opened}`);
  await client.dispose();
});

await check('graphql-ws: who leaves a subscription has room for the next', async () => {
  const client = socket();
  for (let turn = 0; turn < 200; turn += 1) await first(client, { query, variables: { after: 0 } });
  await client.dispose();
});

await check('graphql-ws: it connects again where the connection broke', async () => {
  let broken = false;
  const sockets = [];
  class Seen extends WebSocket {
    constructor(...words) {
      super(...words);
      sockets.push(this);
    }
  }
  const client = socket({ webSocketImpl: Seen, retryAttempts: 3, retryWait: async () => {} });
  const told = [];
  for await (const { data } of client.iterate({ query, variables: { after: 0 } })) {
    told.push(data.releases.number);
    if (broken) break;
    broken = true;
    sockets[0].terminate();
  }
  expect(sockets.length === 2 && told.join() === '1,1', `expected two sockets, found ${sockets.length} and ${told}`);
  await client.dispose();
});

await check('graphql-ws: a token that does not hold closes with 4403', async () => {
  const client = socket({ connectionParams: { token: 'e30.e30.e30' } });
  const told = await first(client, { query, variables: { after: 0 } }).catch((error) => error);
  expect(told.code === 4403, `expected 4403, found ${told.code ?? JSON.stringify(told)}`);
});

await check('graphql-sse: a token that does not hold is a 401', async () => {
  const client = events({ headers: { Authorization: 'Bearer e30.e30.e30' } });
  const told = await first(client, { query, variables: { after: 0 } }).catch((error) => error);
  expect(told.response?.status === 401, `expected 401, found ${told.response?.status ?? JSON.stringify(told)}`);
});

finish();
