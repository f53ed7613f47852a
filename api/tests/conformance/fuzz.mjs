// Questions made from the contract at random: node fuzz.mjs BASE_URL TOKEN [EXAMPLES] [SEED]
// Each is asked as it is and once more with something wrong in it. No answer may be a fault of the server, what graphql-js
// holds valid must be executed and what it does not must not, and what comes back must have the types of the contract.
import {
  buildClientSchema, execute, getIntrospectionQuery, getNamedType, isAbstractType, isCompositeType, isEnumType,
  isInputObjectType, isListType, isNonNullType, parse, print, validate,
} from 'graphql';

import { chooser } from './random.mjs';

const [, , base, token, examples = '200', seed = '1'] = process.argv;
if (!base || !token) {
  console.error('usage: node fuzz.mjs BASE_URL TOKEN [EXAMPLES] [SEED]');
  process.exit(2);
}

const { random, below, pick, chance } = chooser(seed);

const CODES = new Set([
  'UNAUTHENTICATED', 'FORBIDDEN', 'BAD_REQUEST', 'NOT_FOUND', 'CONFLICT', 'LIMIT_EXCEEDED', 'UNAVAILABLE',
]);
// Some that exist, so that questions come through, and some that are strange.
const TEXTS = [
  'GATSBY-2014', 'GATSBY-2014', 'HKBM-2019', 'E92000001', 'E12000001', 'HK', '202324T3', 'academy', '4', 'LEP', '', ' ',
  '\u0000', '\u{1f9ee}', 'é'.repeat(300), '"', '\\', '${x}', "'; --", '../..', '%s', '-1', 'null',
];
const INTS = [0, 1, 2, 3, 8, 50, 200, -1, 2 ** 31 - 1, -(2 ** 31)];
const DAYS = ['2024-02-29', '2025-09-01', '2026-11-27', '1970-01-01', '9999-12-31'];

async function ask(body, authorized = true) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' };
  if (authorized) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(`${base}/graphql`, {
    method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, text: await response.text() };
}

const told = await ask({ query: getIntrospectionQuery() });
const schema = buildClientSchema(JSON.parse(told.text).data);

// A value for an input type, as JSON.
function value(type, depth = 0) {
  if (isNonNullType(type)) return value(type.ofType, depth) ?? value(type, depth);
  if (chance(0.08)) return null;
  if (isListType(type)) {
    const inner = type.ofType;
    return Array.from({ length: below(4) }, () => value(inner, depth + 1));
  }
  if (isEnumType(type)) return pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const made = {};
    for (const field of Object.values(type.getFields())) {
      const needed = isNonNullType(field.type) && field.defaultValue === undefined;
      if (needed || (depth < 4 && chance(0.4))) made[field.name] = value(field.type, depth + 1);
    }
    return made;
  }
  if (type.name === 'Boolean') return chance(0.5);
  if (type.name === 'Int') return pick(INTS);
  if (type.name === 'Float') return random() * 10;
  // What is no day is refused before anything is executed, as it should be.
  if (type.name === 'Date') return pick(DAYS);
  return pick(TEXTS);
}

// The same value as it is written in a document.
function literal(type, json) {
  if (json === null) return 'null';
  if (isNonNullType(type)) return literal(type.ofType, json);
  if (isListType(type)) return `[${json.map((item) => literal(type.ofType, item)).join(', ')}]`;
  if (isEnumType(type)) return json;
  if (isInputObjectType(type)) {
    const fields = type.getFields();
    return `{${Object.entries(json).map(([key, item]) => `${key}: ${literal(fields[key].type, item)}`).join(', ')}}`;
  }
  return JSON.stringify(json);
}

function question() {
  const [definitions, variables, fragments] = [[], {}, []];
  let left = 40;
  const written = (args) => {
    const made = [];
    for (const arg of args) {
      const needed = isNonNullType(arg.type) && arg.defaultValue === undefined;
      if (!needed && chance(0.5)) continue;
      const json = value(arg.type);
      if (chance(0.5)) {
        const name = `v${definitions.length}`;
        definitions.push(`$${name}: ${arg.type}`);
        // One that is not given leaves the default.
        if (isNonNullType(arg.type) || chance(0.8)) variables[name] = json;
        made.push(`${arg.name}: $${name}`);
      } else {
        made.push(`${arg.name}: ${literal(arg.type, json)}`);
      }
    }
    return made.length > 0 ? `(${made.join(', ')})` : '';
  };
  const condition = () => {
    if (!chance(0.2)) return '';
    const directive = pick(['skip', 'include']);
    if (chance(0.5)) return ` @${directive}(if: ${chance(0.5)})`;
    const name = `v${definitions.length}`;
    const defaulted = chance(0.4);
    definitions.push(`$${name}: Boolean${defaulted ? ` = ${chance(0.5)}` : '!'}`);
    if (!defaulted || chance(0.5)) variables[name] = chance(0.5);
    return ` @${directive}(if: $${name})`;
  };
  const select = (type, depth) => {
    const fields = Object.values(type.getFields?.() ?? {});
    const chosen = fields.filter(() => left > 0 && chance(depth === 0 ? 2 / fields.length : 0.4));
    // A value of an interface tells its type, which graphql-js is given by it.
    const parts = isAbstractType(type) || chance(0.5) ? ['__typename'] : [`__typename${condition()}`];
    for (const [index, field] of chosen.entries()) {
      const named = getNamedType(field.type);
      if (isCompositeType(named) && depth >= 5) continue;
      left -= 1;
      const alias = chance(0.3) ? `a${depth}x${index}: ` : '';
      const inner = isCompositeType(named) ? ` ${select(named, depth + 1)}` : '';
      const made = `${alias}${field.name}${written(field.args)}${condition()}${inner}`;
      const wrapped = below(8);
      if (wrapped === 0) {
        fragments.push(`fragment F${fragments.length} on ${type} { ${made} }`);
        parts.push(`...F${fragments.length - 1}${condition()}`);
      } else if (wrapped === 1) {
        parts.push(`...${chance(0.5) ? ` on ${type}` : ''}${condition()} { ${made} }`);
      } else {
        parts.push(made);
      }
    }
    if (isAbstractType(type)) {
      const one = pick(schema.getPossibleTypes(type));
      parts.push(`... on ${one}${condition()} ${select(one, depth + 1)}`);
    }
    return `{ ${parts.join(' ')} }`;
  };
  const body = select(schema.getQueryType(), 0);
  const query = `query Q${definitions.length > 0 ? `(${definitions.join(', ')})` : ''} ${body} ${fragments.join(' ')}`;
  return { query: print(parse(query)), variables };
}

// Something wrong in the text: a piece gone, doubled, or replaced.
function spoiled({ query, variables }) {
  const at = below(query.length);
  const length = 1 + below(6);
  const piece = pick(['', query.slice(at, at + length).repeat(2), '{', '}', '(', '"', '$', '@', '#', '...', 'nothing', '\u0000', '[[[[']);
  return { query: query.slice(0, at) + piece + query.slice(at + length), variables };
}

function valid(query) {
  try {
    return validate(schema, parse(query)).length === 0;
  } catch {
    return false;
  }
}

// Reads the answer as the contract has it: graphql-js executes the same question over it and must come to the same.
function fits({ query, variables }, data) {
  const again = execute({
    schema,
    document: parse(query),
    rootValue: data,
    variableValues: variables,
    fieldResolver: (source, _args, _context, info) => source[info.path.key],
    typeResolver: (source) => source.__typename,
  });
  if (again.errors) return again.errors[0].message;
  return JSON.stringify(again.data) === JSON.stringify(data) ? null : 'other fields, or in another order';
}

function problem(question, { status, text }) {
  if (status >= 500) return `status ${status}`;
  if (![200, 400, 429].includes(status)) return `unexpected status ${status}`;
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  const codes = (body.errors ?? []).map((error) => error.extensions?.code);
  const strange = codes.find((code) => !CODES.has(code));
  if (strange !== undefined) return `the code ${strange}`;
  if ((status === 200) !== 'data' in body) return `status ${status} ${'data' in body ? 'with' : 'without'} data`;
  const limited = codes.includes('LIMIT_EXCEEDED');
  if (status === 400 && !limited && valid(question.query)) return `refused, though valid: ${text.slice(0, 300)}`;
  if (status === 200 && !valid(question.query)) return 'executed, though not valid';
  if (status === 200 && !body.errors) {
    const misfit = fits(question, body.data);
    if (misfit) return `the answer does not fit the contract: ${misfit}`;
  }
  return null;
}

let [passed, failed, executed, complete] = [0, 0, 0, 0];
for (let number = 0; number < Number(examples); number += 1) {
  const right = question();
  for (const one of [right, spoiled(right)]) {
    const answer = await ask(one, chance(0.9));
    const wrong = problem(one, answer);
    executed += Number(answer.status === 200);
    complete += Number(answer.status === 200 && !answer.text.includes('"errors"'));
    if (wrong === null) {
      passed += 1;
    } else {
      failed += 1;
      console.log(`FAIL example ${number}: ${wrong}\n${JSON.stringify(one)}\n${answer.text.slice(0, 600)}`);
    }
  }
}
const alive = await ask({ query: '{ __typename }' });
if (alive.status !== 200) failed += 1;
console.log(`${executed} executed, ${complete} without any error, seed ${seed}`);
// A generator that gets nothing executed shows nothing.
if (complete < Number(examples) / 10) failed += 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
