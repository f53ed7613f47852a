// urql with Graphcache against a running exchange: node urql/test.mjs BASE TOKEN SCHEMA
import { readFileSync } from 'node:fs';

import { gql } from '@urql/core';
import { buildSchema, isObjectType } from 'graphql';

import { check, complaints, expect, finish } from '../checks.mjs';

const [, , base, token, schemaFile] = process.argv;
// Before the library is read, which tells what it misses only where it is not built for production.
const heard = complaints();
const { exchangeClient } = await import('./client.mjs');
const { keys } = await import('./keys.mjs');
const client = exchangeClient(base, token);

await check('urql: the keys name every type without an identity, and no other', () => {
  const schema = buildSchema(readFileSync(schemaFile, 'utf8'));
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__') && !['Query', 'Mutation', 'Subscription'].includes(type.name));
  const parts = types.filter((type) => !type.getFields().id).map((type) => type.name);
  expect(JSON.stringify(parts.sort()) === JSON.stringify(Object.keys(keys).sort()), `expected ${parts.filter((part) => !(part in keys))} more, ${Object.keys(keys).filter((key) => !parts.includes(key))} less`);
});

const shares = gql`
  query Shares($input: OutcomesInput!) {
    viewer { id organisation { id code area { id code } } agreements { tier area { id code } } limits { cellsPerTable allowances { tier tabulations } } }
    outcomes(input: $input) {
      id
      citation
      release { id number editions { edition period { id code } } }
      framework { id code }
      cost { standard tabulations }
      summary { published hidden { reason count } }
      cells {
        area { id code }
        period { id code }
        benchmark { id number }
        categories { code }
        achievedShare { value standardError status reason }
        change(since: "202223T3") { achievedShare { value } since { id code } }
      }
      overall { meanAchieved { value } quartiles { median { value } } }
      rows { schema { name type } data }
    }
  }
`;
const input = { framework: 'GATSBY-2014', areas: ['E12000001'] };
let first;

await check('urql: a question is answered', async () => {
  const { data, error } = await client.query(shares, { input }).toPromise();
  expect(!error, String(error));
  first = data;
  expect(data.outcomes.cells.length === 8 && data.outcomes.rows.data.length === 8, 'expected 8 benchmarks');
});

await check('urql: the cache answers again', async () => {
  const { data, stale } = await client.query(shares, { input }, { requestPolicy: 'cache-only' }).toPromise();
  expect(data && !stale && JSON.stringify(data.outcomes.cells) === JSON.stringify(first.outcomes.cells), 'expected the answer from the cache');
});

await check('urql: pages are laid one behind the other', async () => {
  const areas = gql`
    query Areas($after: String) {
      areas(kind: LEP, first: 30, after: $after) { totalCount edges { cursor node { id code } } pageInfo { hasNextPage endCursor hasPreviousPage startCursor } }
    }
  `;
  const page = await client.query(areas, {}).toPromise();
  const more = await client.query(areas, { after: page.data.areas.pageInfo.endCursor }).toPromise();
  expect(more.data.areas.edges.length === 38, `expected 38 LEPs, found ${more.data.areas.edges.length}`);
});

await check('urql: a table is asked again by its id', async () => {
  const again = gql`query Again($id: ID!) { node(id: $id) { __typename id ... on OutcomeTable { citation } } }`;
  const { data } = await client.query(again, { id: first.outcomes.id }).toPromise();
  expect(data.node.citation === first.outcomes.citation, 'expected the citation');
});

await check('urql: an error has its code', async () => {
  const { error } = await client.query(shares, { input: { framework: 'NO-SUCH' } }).toPromise();
  expect(error?.graphQLErrors[0]?.extensions.code === 'NOT_FOUND', String(error));
});

await check('urql: a token that does not hold is a 401', async () => {
  const { error } = await exchangeClient(base, 'e30.e30.e30').query(shares, { input }).toPromise();
  expect(error?.response?.status === 401, String(error));
});

await check('Graphcache has no complaint', () => expect(heard.length === 0, heard.join('\n')));
finish();
