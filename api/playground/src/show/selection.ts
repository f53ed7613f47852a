// What each key of an answer was asked as: aliases, fragments and variables read from the document.
import { Kind, parse, valueFromASTUntyped } from 'graphql';
import type { FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';

export type Asked = { field: string; args: Record<string, unknown>; inner: Selection };
/** By the key in the answer. */
export type Selection = Map<string, Asked>;

/** The selection of the operation that was run; undefined where the document cannot be read. */
export function selectionOf(query: string, variables?: unknown, operationName?: string | null): Selection | undefined {
  try {
    const { definitions } = parse(query);
    const operations = definitions.filter((one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION);
    const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
    if (!operation) return undefined;
    const fragments = new Map(
      definitions
        .filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
        .map((fragment) => [fragment.name.value, fragment]),
    );
    const given = { ...(variables as Record<string, unknown> | undefined) };
    for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
      if (!(variable.name.value in given) && defaultValue) given[variable.name.value] = valueFromASTUntyped(defaultValue);
    }
    const selection: Selection = new Map();
    collect(operation.selectionSet, fragments, given, selection, new Set());
    return selection;
  } catch {
    return undefined;
  }
}

function collect(
  set: SelectionSetNode,
  fragments: Map<string, FragmentDefinitionNode>,
  variables: Record<string, unknown>,
  into: Selection,
  within: Set<string>,
) {
  for (const node of set.selections) {
    if (node.kind === Kind.FIELD) {
      const key = (node.alias ?? node.name).value;
      const entries = (node.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]);
      const asked: Asked = into.get(key) ?? { field: node.name.value, args: Object.fromEntries(entries), inner: new Map() };
      into.set(key, asked);
      if (node.selectionSet) collect(node.selectionSet, fragments, variables, asked.inner, within);
    } else if (node.kind === Kind.INLINE_FRAGMENT) {
      collect(node.selectionSet, fragments, variables, into, within);
    } else {
      const name = node.name.value;
      const fragment = fragments.get(name);
      if (fragment && !within.has(name)) collect(fragment.selectionSet, fragments, variables, into, new Set([...within, name]));
    }
  }
}
