// The contract as tools read it: node contract.mjs SCHEMA PREVIOUS
// A linter, a compiler of clients, the questions that are published, and the changes since PREVIOUS, the contract of the last
// release. Each is first shown something wrong, which it must find.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildSchema, parse, specifiedRules, validate } from 'graphql';

const here = dirname(fileURLToPath(import.meta.url));
const [, , contractFile, previousFile] = process.argv;
if (!contractFile || !previousFile) {
  console.error('usage: node contract.mjs SCHEMA PREVIOUS');
  process.exit(2);
}
const [contract, previous] = [resolve(contractFile), resolve(previousFile)];
const root = resolve(here, '../../..');
const scratch = mkdtempSync(join(tmpdir(), 'contract-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const sdl = readFileSync(contract, 'utf8');
const put = (name, text) => {
  const file = join(scratch, name);
  writeFileSync(file, text);
  return file;
};
// The same contract without one field, with its name spelled wrong, and with a field that says nothing.
const [field] = sdl.match(/^\ttotalCount: Int!$/m) ?? [];
if (!field) throw new Error('expected a field `totalCount: Int!` to take away');
const smaller = put('smaller.graphql', sdl.replaceAll(/^\t"""\n(?:(?!\t""").*\n)*\t"""\n\ttotalCount: Int!\n/gm, ''));
const careless = put('careless.graphql', sdl.replace('type Query {\n', 'type Query {\n\tno_words: Int\n'));

function run(cwd, command, ...parameters) {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { cwd, encoding: 'utf8', timeout: 60_000 });
  if (error) throw error;
  return { status, text: `${stdout}${stderr}`.trim() };
}
const lint = (file) => run(here, join(here, 'node_modules/.bin/graphql-schema-linter'), file);
const compile = (file) => {
  const folder = mkdtempSync(join(scratch, 'relay-'));
  cpSync(join(here, 'relay'), folder, { recursive: true });
  cpSync(file, join(folder, 'schema.graphql'));
  return run(folder, join(here, 'node_modules/.bin/relay-compiler'), 'relay.config.json');
};
const compare = (older, newer, ...rest) => run(here, process.execPath, join(here, 'breaking.mjs'), older, newer, ...rest);

/** The questions that are published: partners have them, so they go on being answered. */
function questions() {
  const found = [];
  for (const folder of ['api/docs/src', 'api/examples', 'api/tests/clients', 'api/tests/conformance/relay/src', '.']) {
    for (const name of readdirSync(join(root, folder), { recursive: folder !== '.' })) {
      if (/node_modules|generated/.test(name)) continue;
      const read = () => readFileSync(join(root, folder, name), 'utf8');
      if (name.endsWith('.graphql') && folder !== '.') found.push({ name, text: read() });
      if (name.endsWith('.js') && name.includes('questions')) {
        found.push({ name, text: [...read().matchAll(/graphql`([^`]*)`/g)].map((match) => match[1]).join('\n') });
      }
      if (name.endsWith('.md')) {
        // Those behind whose fence an error stands are wrong on purpose.
        for (const [, words, text] of read().matchAll(/^```graphql([^\n]*)\n(.*?)^```$/gms)) {
          if (!/skip-run|[A-Z]/.test(words)) found.push({ name, text });
        }
      }
    }
  }
  return found;
}
function published(file) {
  const schema = buildSchema(readFileSync(file, 'utf8'));
  // Relay's directives are its compiler's.
  const rules = specifiedRules.filter((rule) => !['KnownDirectivesRule', 'NoUndefinedVariablesRule', 'NoUnusedVariablesRule'].includes(rule.name));
  const all = questions();
  const faults = all.flatMap(({ name, text }) =>
    validate(schema, parse(text), name.endsWith('.js') ? rules : specifiedRules).map((error) => `${name}: ${error.message}`),
  );
  return { status: faults.length > 0 || all.length < 20 ? 1 : 0, text: faults.join('\n') || `${all.length} questions` };
}

let [passed, failed] = [0, 0];
// `expected` is true where nothing may be found, and otherwise what must be.
function check(name, { status, text }, expected) {
  const right = expected === true ? status === 0 : status !== 0 && expected.test(text);
  if (right) passed += 1;
  else failed += 1;
  console.log(`${right ? 'ok  ' : 'FAIL'} ${name}`);
  if (!right) console.log(text.slice(0, 4_000));
  return text;
}
check('the linter finds a field without a description', lint(careless), /no_words.*description/);
check('the linter has nothing to say about the contract', lint(contract), true);
const other = put('other.graphql', sdl.replaceAll('\tcode: String!', '\tkode: String!'));
check('the compiler of clients misses a field that is gone', compile(other), /has no field `code`/);
check('the compiler of clients takes the contract', compile(contract), true);
check('a field that is gone is a breaking change', compare(contract, smaller), /FIELD_REMOVED: .*totalCount/);
check('a field that is new is none', compare(smaller, contract), true);
check('a question about a field that is gone is found', published(other), /Cannot query field "code"/);
const kept = check('every question of the book, of the clients and of the examples holds', published(contract), true);
console.log(`     ${kept}`);
const changes = check('nothing breaks since the last release', compare(previous, contract), true);
console.log(changes.split('\n').slice(-20).map((line) => `     ${line}`).join('\n'));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
