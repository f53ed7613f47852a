// Apollo Client against a running exchange: node apollo/test.mjs BASE TOKEN
// A document that an earlier run registered is known by its hash already, so each run asks under a name of its own.
import { CombinedGraphQLErrors, ServerError, gql } from '@apollo/client/core';

import { check, complaints, expect, finish } from '../checks.mjs';
import { exchangeClient } from './client.mjs';

const [, , base, token] = process.argv;
const heard = complaints();
const sent = [];
const spy = (url, options) => {
  sent.push({ method: options.method ?? 'GET', url: String(url), body: options.body });
  return fetch(url, options);
};
const client = exchangeClient(base, token, spy);

const shares = gql`
  query Shares${Date.now()}($input: OutcomesInput!) {
    outcomes(input: $input) {
      id
      citation
      framework { id code }
      cells { area { id code } period { id code } benchmark { id number } achievedShare { value standardError status reason } }
    }
  }
`;
const input = { framework: 'GATSBY-2014', areas: ['E12000001'], newest: 2 };

await check('Apollo: a question is answered, every cell with its area, period and benchmark', async () => {
  const { data } = await client.query({ query: shares, variables: { input } });
  expect(data.outcomes.cells.length === 16, `expected 8 benchmarks in 2 periods, found ${data.outcomes.cells.length}`);
  expect(data.outcomes.cells.every((cell) => cell.area.code === 'E12000001' && cell.achievedShare.status), 'expected whole cells');
});

await check('Apollo: the first request has the hash alone, and the text follows once', async () => {
  const [first, second] = sent;
  expect(first.method === 'GET' && first.url.includes('sha256Hash') && !first.url.includes('query='), JSON.stringify(first));
  expect(second.method === 'POST' && second.body.includes('query Shares'), JSON.stringify(second));
  const before = sent.length;
  await client.query({ query: shares, variables: { input: { ...input, newest: 1 } } });
  expect(sent.length === before + 1 && sent[before].method === 'GET', 'expected one GET with the hash');
});

await check('Apollo: the cache answers again, and knows the table by its id', async () => {
  const before = sent.length;
  const { data } = await client.query({ query: shares, variables: { input } });
  expect(sent.length === before, 'expected no request');
  const kept = client.readFragment({ id: `OutcomeTable:${data.outcomes.id}`, fragment: gql`fragment Cited on OutcomeTable { citation }` });
  expect(kept?.citation === data.outcomes.citation, 'expected the table in the cache');
});

await check('Apollo: pages are laid one behind the other', async () => {
  const areas = gql`
    query Areas($after: String) {
      areas(kind: LEP, first: 30, after: $after) {
        totalCount
        edges { cursor node { id code name } }
        pageInfo { hasNextPage endCursor }
      }
    }
  `;
  const watched = client.watchQuery({ query: areas });
  let subscription;
  const data = await new Promise((resolve) => {
    subscription = watched.subscribe(({ data, loading }) => loading || resolve(data));
  });
  await watched.fetchMore({ variables: { after: data.areas.pageInfo.endCursor } });
  const { areas: all } = client.readQuery({ query: areas });
  subscription.unsubscribe();
  expect(all.totalCount === 38 && all.edges.length === 38, `expected 38 LEPs, found ${all.edges.length}`);
  expect(new Set(all.edges.map(({ node }) => node.code)).size === 38, 'expected each once');
});

await check('Apollo: a table is asked again by its id', async () => {
  const { data } = await client.query({ query: shares, variables: { input } });
  const again = gql`query Again($id: ID!) { node(id: $id) { id ... on OutcomeTable { citation cells { achievedShare { value } } } } }`;
  const { data: found } = await client.query({ query: again, variables: { id: data.outcomes.id }, fetchPolicy: 'network-only' });
  const values = (cells) => JSON.stringify(cells.map((cell) => cell.achievedShare.value));
  expect(found.node.citation === data.outcomes.citation && values(found.node.cells) === values(data.outcomes.cells), 'expected the same numbers');
});

await check('Apollo: an error has its code', async () => {
  const error = await client.query({ query: shares, variables: { input: { framework: 'NO-SUCH' } } }).then(() => null, (error) => error);
  expect(CombinedGraphQLErrors.is(error) && error.errors[0].extensions.code === 'NOT_FOUND', String(error));
});

await check('Apollo: a token that does not hold is a 401', async () => {
  const error = await exchangeClient(base, 'e30.e30.e30').query({ query: shares, variables: { input } }).then(() => null, (error) => error);
  expect(ServerError.is(error) && error.statusCode === 401, String(error));
  expect(JSON.parse(error.bodyText).errors[0].extensions.code === 'UNAUTHENTICATED', error.bodyText);
});

await check('Apollo has no complaint', () => expect(heard.length === 0, heard.join('\n')));
finish();
