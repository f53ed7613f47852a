// The service against an oracle: node oracle.mjs BASE_URL TOKEN [DOCUMENTS] [SEED]
// What the root answers is fetched once, whole; then graphql-js executes documents made at random over it as plain objects, and
// the service must answer the same: fields and their order, values, nulls, and errors with their paths.
import {
  GraphQLError, buildClientSchema, executeSync, getIntrospectionQuery, getNamedType, isAbstractType, isCompositeType,
  isNonNullType, parse, print, validate,
} from 'graphql';

import { chooser } from './random.mjs';

const [, , base, token, documents = '2000', seed = '1'] = process.argv;
if (!base || !token) {
  console.error('usage: node oracle.mjs BASE_URL TOKEN [DOCUMENTS] [SEED]');
  process.exit(2);
}

const { below, pick, chance } = chooser(seed);

async function ask(body) {
  const response = await fetch(`${base}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json',
      Authorization: `Bearer ${token}`,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, json: JSON.parse(await response.text()) };
}

const schema = buildClientSchema((await ask({ query: getIntrospectionQuery() })).json.data);
const root = schema.getQueryType();

// Lists that are long, or lead from area to area: fetched only near the root.
const NEAR = new Set(['parents', 'children', 'predecessors', 'successors', 'comparators', 'members']);

// What is selected of these decides what the table around them costs, so an answer with them is no part of one without.
const CHARGED = new Set(['partlyShare', 'noneShare']);

/** The fields of a type that are asked for: those without arguments, some levels deep. Each with its type and what is below. */
function fieldsOf(type, depth) {
  const fields = Object.values(type.getFields()).filter((field) => field.args.length === 0 && !CHARGED.has(field.name));
  return fields.flatMap((field) => {
    const named = getNamedType(field.type);
    if (!isCompositeType(named)) return [{ name: field.name }];
    if (depth === 0 || isAbstractType(named) || (NEAR.has(field.name) && depth < 3)) return [];
    const below = fieldsOf(named, depth - (NEAR.has(field.name) ? 3 : 1));
    return below.length > 0 ? [{ name: field.name, type: named, below }] : [];
  });
}

const whole = (fields) =>
  `{ __typename ${fields.map(({ name, below }) => (below ? `${name} ${whole(below)}` : name)).join(' ')} }`;

const standard = (rest) => ({ framework: 'GATSBY-2014', ...rest });
// Questions of the root. Most are answered, some with null, some with an error; none is charged.
const QUESTIONS = [
  ['frameworks', {}],
  ['framework', { code: 'GATSBY-2014' }],
  ['framework', { code: 'no such' }],
  ['area', { code: 'E12000001' }],
  ['area', { code: 'HK' }],
  ['area', { code: '' }],
  ['areas', { kind: 'REGION' }],
  ['areas', { kind: 'LEP', first: 3 }],
  ['areas', { within: 'E12000001', first: 2, ended: true }],
  ['areas', { first: 1000 }],
  ['comparator', { code: 'HUBS-FIRST-WAVE' }],
  ['comparator', { code: 'no such' }],
  ['comparators', { about: 'E12000001' }],
  ['officialDataSets', {}],
  ['release', {}],
  ['release', { number: 1 }],
  ['release', { number: 4000 }],
  ['releases', {}],
  ['releases', { first: 1 }],
  ['periods', {}],
  ['dimensions', {}],
  ['viewer', {}],
  ['outcomes', { input: standard({ areas: ['E37000025'] }) }],
  ['outcomes', { input: standard({ areas: ['E92000001'], areaKind: 'REGION', benchmarks: [1, 2], mapped: false }) }],
  ['outcomes', { input: standard({ areas: ['E12000001'], periods: ['202324T2'], by: [] }) }],
  ['outcomes', { input: standard({ areas: ['E12000001'], periods: ['never'] }) }],
  ['outcomes', { input: { framework: 'no such' } }],
  ['outcomes', { input: standard({ areas: ['S92000003'] }) }],
  ['outcomes', { input: standard({ areas: ['E92000001'], release: 4000 }) }],
  ['preview', { input: standard({ areas: ['E12000001'], by: ['PHASE'], benchmarks: [3] }) }],
  ['preview', { input: standard({ areas: ['E37000025'], by: ['SIZE', 'SIZE', 'TYPE', 'SETTING'] }) }],
  ['destinations', { input: { areas: ['E12000001'] } }],
  ['destinations', { input: { areas: ['no such'] } }],
].filter(([field]) => root.getFields()[field] !== undefined);

function literal(value, type) {
  if (value === null) return 'null';
  if (isNonNullType(type)) return literal(value, type.ofType);
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, type.ofType)).join(', ')}]`;
  const named = getNamedType(type);
  if (typeof value === 'object') {
    const fields = Object.entries(value).map(([key, item]) => `${key}: ${literal(item, named.getFields()[key].type)}`);
    return `{${fields.join(', ')}}`;
  }
  return typeof value === 'string' && named.getValues ? value : JSON.stringify(value);
}

const written = (field, args) => {
  const given = Object.entries(args);
  const type = (name) => root.getFields()[field].args.find((arg) => arg.name === name).type;
  return given.length > 0 ? `(${given.map(([name, value]) => `${name}: ${literal(value, type(name))}`).join(', ')})` : '';
};

/** Arguments as they are coerced, whatever the order of their fields. */
function sorted(_, value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

const keyOf = (field, args) => `${field} ${JSON.stringify(args, sorted)}`;

const answers = new Map();
const resolvers = Object.fromEntries(
  Object.keys(root.getFields()).map((field) => [field, (args) => {
    const known = answers.get(keyOf(field, args));
    if (known === undefined) throw new Error(`the oracle has no answer to ${keyOf(field, args)}`);
    if (known.error) throw new GraphQLError(known.error.message, { extensions: known.error.extensions });
    return known.value;
  }]),
);

const trees = new Map();
for (const [field, args] of QUESTIONS) {
  const named = getNamedType(root.getFields()[field].type);
  const tree = fieldsOf(named, 3);
  trees.set(field, tree);
  const query = `{ ${field}${written(field, args)} ${whole(tree)} }`;
  const { json } = await ask({ query });
  if (!json.data) throw new Error(`${JSON.stringify(json).slice(0, 300)} to ${query}`);
  let key;
  executeSync({
    schema,
    document: parse(query),
    rootValue: { [field]: (coerced) => ((key = keyOf(field, coerced)), null) },
  });
  answers.set(key, json.errors ? { error: json.errors[0] } : { value: json.data[field] });
}

/** A document over the questions: aliases, fragments, conditions, variables with and without defaults, fields again. */
function made() {
  const [definitions, variables, fragments] = [[], {}, []];
  let left = 60;
  const variable = (type, value, needed) => {
    const name = `v${definitions.length}`;
    const defaulted = !needed && chance(0.3);
    definitions.push(`$${name}: ${defaulted ? `${type} = ${literal(value, schemaType(type))}` : type}`);
    if (!defaulted || chance(0.5)) variables[name] = value;
    return `$${name}`;
  };
  const schemaType = (text) => {
    const list = text.startsWith('[');
    const name = text.replace(/[[\]!]/g, '');
    return list ? { ofType: { ofType: schema.getType(name) } } : schema.getType(name);
  };
  const condition = () => {
    if (!chance(0.15)) return '';
    const directive = pick(['skip', 'include']);
    if (chance(0.4)) return ` @${directive}(if: ${chance(0.5)})`;
    return ` @${directive}(if: ${variable('Boolean!', chance(0.5), true)})`;
  };
  const wrap = (type, text) => {
    switch (below(8)) {
      case 0:
        fragments.push(`fragment F${fragments.length} on ${type} { ${text} }`);
        return `...F${fragments.length - 1}${condition()}`;
      case 1:
        return `...${chance(0.5) ? ` on ${type}` : ''}${condition()} { ${text} }`;
      default:
        return text;
    }
  };
  const select = (type, tree, depth) => {
    const parts = chance(0.3) ? ['__typename'] : [];
    const chosen = tree.filter(() => left > 0 && chance(Math.max(0.25, 2 / tree.length)));
    if (chosen.length === 0) chosen.push(pick(tree));
    if (chance(0.2)) chosen.push(pick(chosen));
    for (const field of chosen) {
      left -= 1;
      const alias = chance(0.2) ? `a${below(3)}: ` : '';
      const inner = field.below ? ` ${select(field.type, field.below, depth + 1)}` : '';
      parts.push(wrap(type, `${alias}${field.name}${condition()}${inner}`));
    }
    return `{ ${parts.join(' ')} }`;
  };
  const argument = (field, name, value) => {
    const type = root.getFields()[field].args.find((arg) => arg.name === name).type;
    if (value !== null && typeof value === 'object' && !Array.isArray(value) && chance(0.5)) {
      // An object whose fields are variables; one that is not given is as if it were not there.
      const known = getNamedType(type).getFields();
      const fields = Object.entries(value).map(([key, item]) => {
        const one = known[key];
        const given = chance(0.5) ? variable(String(one.type), item, isNonNullType(one.type)) : literal(item, one.type);
        return `${key}: ${given}`;
      });
      const absent = Object.values(known).find((one) => !(one.name in value) && !isNonNullType(one.type));
      if (absent && chance(0.4)) {
        definitions.push(`$v${definitions.length}: ${absent.type}`);
        fields.push(`${absent.name}: $v${definitions.length - 1}`);
      }
      return `{${fields.join(', ')}}`;
    }
    return chance(0.4) ? variable(String(type), value, true) : literal(value, type);
  };
  const parts = Array.from({ length: 1 + below(4) }, (_, index) => {
    const [field, args] = pick(QUESTIONS);
    const given = Object.entries(args).map(([name, value]) => `${name}: ${argument(field, name, value)}`);
    const named = getNamedType(root.getFields()[field].type);
    const alias = chance(0.6) ? `r${index}: ` : '';
    const inner = select(named, trees.get(field), 0);
    return wrap('Query', `${alias}${field}${given.length > 0 ? `(${given.join(', ')})` : ''}${condition()} ${inner}`);
  });
  if (chance(0.2)) parts.push('__typename');
  const query = `query Q${definitions.length > 0 ? `(${definitions.join(', ')})` : ''} { ${parts.join(' ')} } ${fragments.join(' ')}`;
  return { query, variables };
}

const told = (errors) =>
  (errors ?? []).map(({ path, message }) => `${JSON.stringify(path)} ${message}`).sort();

let [passed, failed, invalid, withErrors] = [0, 0, 0, 0];
for (let number = 0; number < Number(documents); ) {
  const one = made();
  const document = parse(one.query);
  if (validate(schema, document).length > 0) {
    invalid += 1;
    if (invalid > 20 * (number + 50)) throw new Error(`hardly any document is valid: ${one.query}`);
    continue;
  }
  number += 1;
  const expected = executeSync({ schema, document, rootValue: resolvers, variableValues: one.variables });
  const { status, json } = await ask({ query: print(document), variables: one.variables });
  const same =
    JSON.stringify(json.data) === JSON.stringify(expected.data) &&
    JSON.stringify(told(json.errors)) === JSON.stringify(told(expected.errors));
  withErrors += Number(Boolean(expected.errors));
  if (same) {
    passed += 1;
  } else {
    failed += 1;
    console.log(`FAIL document ${number}, status ${status}\n${JSON.stringify(one)}`);
    console.log(`  expected ${JSON.stringify(expected).slice(0, 700)}\n  found    ${JSON.stringify(json).slice(0, 700)}`);
    if (failed > 10) break;
  }
}
console.log(`${withErrors} with errors, ${invalid} more were not valid, seed ${seed}`);
// A generator that makes no errors shows little of them.
if (withErrors < Number(documents) / 50) failed += 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
