// Relay against a running exchange: node relay/test.mjs BASE TOKEN SCHEMA
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import relay from 'relay-runtime';

import { check, complaints, expect, finish } from '../checks.mjs';
import { Refused, exchangeEnvironment } from './environment.mjs';

const { createOperationDescriptor, fetchQuery, getSingularSelector } = relay;
const [, , base, token, schemaFile] = process.argv;
const here = dirname(fileURLToPath(import.meta.url));
const generated = join(here, 'generated');
const heard = complaints();

rmSync(generated, { recursive: true, force: true });
mkdirSync(join(generated, 'src'), { recursive: true });
copyFileSync(schemaFile, join(generated, 'schema.graphql'));
copyFileSync(join(here, 'relay.config.json'), join(generated, 'relay.config.json'));
copyFileSync(join(here, 'questions.js'), join(generated, 'src/questions.js'));
writeFileSync(join(generated, 'package.json'), '{"type": "commonjs"}');
await check('Relay: the compiler takes the questions', () => {
  const compiler = join(here, '../node_modules/.bin/relay-compiler');
  const { status, stdout, stderr } = spawnSync(compiler, ['relay.config.json'], { cwd: generated, encoding: 'utf8' });
  expect(status === 0, `${stdout}${stderr}`);
});

const require = createRequire(import.meta.url);
const compiled = (name) => require(join(generated, `src/__generated__/${name}.graphql.js`));
const environment = exchangeEnvironment(base, token);
const ask = (query, variables, from = environment) =>
  fetchQuery(from, query, variables, { fetchPolicy: 'network-only' }).toPromise();
const read = (fragment, reference) => environment.lookup(getSingularSelector(fragment, reference)).data;

await check('Relay: pages of a connection are laid one behind the other', async () => {
  const [query, page, fragment] = ['questionsAreasQuery', 'questionsAreasPageQuery', 'questionsAreas_query'].map(compiled);
  const whole = createOperationDescriptor(query, { count: 30 });
  environment.retain(whole);
  const shown = () => read(fragment, environment.lookup(whole.fragment).data).areas;
  await ask(query, { count: 30 });
  const { pageInfo, edges } = shown();
  expect(edges.length === 30 && pageInfo.hasNextPage, `expected 30 and more, found ${edges.length}`);
  await ask(page, { count: 30, cursor: pageInfo.endCursor });
  const codes = shown().edges.map(({ node }) => node.code);
  expect(codes.length === 38 && new Set(codes).size === 38, `expected 38 LEPs, found ${codes.length}`);
});

await check('Relay: a table is answered, and asked again by its id', async () => {
  const [query, again, fragment] = ['questionsOutcomesQuery', 'questionsTableQuery', 'questionsTable_table'].map(compiled);
  const { outcomes } = await ask(query, { input: { framework: 'GATSBY-2014', areas: ['E12000001'] } });
  const table = read(fragment, outcomes);
  expect(table.cells.length === 8 && table.cells.every((cell) => cell.achievedShare.status), 'expected 8 cells');
  const { node } = await ask(again, { id: table.id });
  expect(JSON.stringify(read(fragment, node)) === JSON.stringify(table), 'expected the same table');
});

await check('Relay: an error has its code', async () => {
  const refused = await ask(compiled('questionsOutcomesQuery'), { input: { framework: 'NO-SUCH' } }).catch((error) => error);
  expect(refused instanceof Refused && refused.codes[0] === 'NOT_FOUND', String(refused));
});

await check('Relay: a token that does not hold is a 401', async () => {
  const other = exchangeEnvironment(base, 'e30.e30.e30');
  const refused = await ask(compiled('questionsAreasQuery'), { count: 1 }, other).catch((error) => error);
  expect(refused instanceof Refused && refused.status === 401 && refused.codes[0] === 'UNAUTHENTICATED', String(refused));
});

await check('Relay has no complaint', () => expect(heard.length === 0, heard.join('\n')));
finish();
