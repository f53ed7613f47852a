// A question written otherwise: what a remedy asks for, done to the text.
import { Kind, parse, parseValue, print, visit } from 'graphql';
import type { DocumentNode, FieldNode, ObjectFieldNode, ObjectValueNode, SelectionSetNode } from 'graphql';

export type Text = { query: string; variables?: Record<string, unknown> };
/** A change of the input of a question, as JSON. */
export type Change = (input: Record<string, any>) => Record<string, any> | undefined;

/** What a remedy would change; undefined for one that only a person can follow. */
export function changeOf(remedy: string): Change | undefined {
  const area = /^ask for the ([A-Z]+(?: [A-Z]+)*|[A-Z_]+) (\S+) \(/.exec(remedy);
  if (area) return ({ areaKind: _kind, ...input }) => ({ ...input, areas: [area[2]] });
  if (remedy === 'drop byBenchmarksAchieved') return ({ byBenchmarksAchieved: _bands, ...input }) => input;
  if (remedy === 'set mapped to true') return (input) => ({ ...input, mapped: true });
  if (remedy.startsWith('ask for a standard table')) {
    return ({ by: _by, where: _where, mapped: _mapped, reconcile: _reconcile, ...input }) => input;
  }
  if (remedy.includes('OWN_RESULTS')) return (input) => ({ ...input, purpose: 'OWN_RESULTS' });
  const dropped = /^drop ([A-Z]+)$/.exec(remedy)?.[1];
  if (!dropped) return undefined;
  return ({ by, where, ...input }) => {
    const kept = [by].flat().filter((one) => one !== undefined && one !== null && one !== dropped);
    const filters = [where].flat().filter((one) => one && one.dimension !== dropped);
    return { ...input, ...(kept.length ? { by: kept } : {}), ...(filters.length ? { where: filters } : {}) };
  };
}

/** The question with the input of one field of the root changed; undefined where it cannot be read or has none. */
export function rewrite({ query, variables }: Text, rootKey: string, change: Change): Text | undefined {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch {
    return undefined;
  }
  let changed: Record<string, unknown> | undefined;
  let done = false;
  const edited = visit(document, {
    Field(node, _key, _parent, _path, ancestors) {
      if (done || (node.alias ?? node.name).value !== rootKey || depth(ancestors) > 1) return undefined;
      const argument = node.arguments?.find(({ name }) => name.value === 'input');
      if (!argument) return undefined;
      if (argument.value.kind === Kind.VARIABLE) {
        const name = argument.value.name.value;
        const input = change({ ...(variables?.[name] as Record<string, unknown>) });
        if (!input) return false;
        done = true;
        changed = { ...variables, [name]: input };
        return false;
      }
      if (argument.value.kind !== Kind.OBJECT) return undefined;
      const value = changeLiteral(argument.value, change);
      if (!value) return undefined;
      done = true;
      return { ...node, arguments: node.arguments!.map((one) => (one === argument ? { ...argument, value } : one)) };
    },
  });
  if (!done) return undefined;
  return changed ? { query, variables: changed } : { query: print(edited), variables };
}

const depth = (ancestors: readonly unknown[]) =>
  ancestors.filter((one) => !Array.isArray(one) && (one as { kind: string }).kind === Kind.SELECTION_SET).length;

/** What is not changed stays as it was written. */
function changeLiteral(node: ObjectValueNode, change: Change): ObjectValueNode | undefined {
  const fields = new Map(node.fields.map((field) => [field.name.value, field]));
  const read = Object.fromEntries([...fields].map(([name, { value }]) => [name, valueOf(value)]));
  const wanted = change(read);
  if (!wanted) return undefined;
  const written = Object.entries(wanted).map(([name, value]): ObjectFieldNode => {
    const before = fields.get(name);
    if (before && JSON.stringify(value) === JSON.stringify(read[name])) return before;
    return { kind: Kind.OBJECT_FIELD, name: { kind: Kind.NAME, value: name }, value: parseValue(literal(value, name)) };
  });
  return { ...node, fields: written };
}

function valueOf(node: any): any {
  if (node.kind === Kind.LIST) return node.values.map(valueOf);
  if (node.kind === Kind.OBJECT) return Object.fromEntries(node.fields.map((field: any) => [field.name.value, valueOf(field.value)]));
  if (node.kind === Kind.VARIABLE) return `$${node.name.value}`;
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) return Number(node.value);
  return node.kind === Kind.NULL ? null : node.value;
}

const enums = new Set(['by', 'areaKind', 'dimension', 'stages', 'categories']);
/** A value of an input as GraphQL writes it. */
export function literal(value: unknown, name = ''): string {
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, name)).join(', ')}]`;
  if (typeof value === 'string') return enums.has(name) || isDimension(value) ? value : JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{ ${fields.map(([key, one]) => `${key}: ${literal(one, key)}`).join(', ')} }`;
}
const isDimension = (text: string) => ['PHASE', 'TYPE', 'DISADVANTAGE', 'SIZE', 'SETTING'].includes(text);

/** The question with further fields beside those of the list at the end of a path. */
export function withFields(text: Text, path: string, fields: string[]): Text | undefined {
  try {
    const added = parse(`{ ${fields.join(' ')} }`).definitions[0] as { selectionSet: SelectionSetNode };
    const wanted = path.split('.');
    let done = false;
    const edited = visit(parse(text.query), {
      Field: {
        enter(node, _key, _parent, _path, ancestors) {
          const keys = ancestors
            .filter((one): one is FieldNode => !Array.isArray(one) && (one as { kind: string }).kind === Kind.FIELD)
            .map((one) => (one.alias ?? one.name).value);
          const here = [...keys, (node.alias ?? node.name).value].join('.');
          if (done || here !== wanted.join('.') || !node.selectionSet) return undefined;
          done = true;
          const named = new Set(added.selectionSet.selections.map((one) => (one as FieldNode).name.value));
          const kept = node.selectionSet.selections.filter(
            (one) => one.kind !== Kind.FIELD || one.alias || !named.has(one.name.value),
          );
          return { ...node, selectionSet: { ...node.selectionSet, selections: [...added.selectionSet.selections, ...kept] } };
        },
      },
    });
    return done ? { ...text, query: print(edited) } : undefined;
  } catch {
    return undefined;
  }
}
