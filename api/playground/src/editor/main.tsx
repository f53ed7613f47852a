// GraphiQL, in a frame of its own: its editor writes styles that the policy of the page around it does not allow.
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './editor.css';

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { StrictMode, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

import type { Text } from '../ask/rewrite';
import { named, type Question } from '../endpoint';
import type { Desk, Editing } from './desk';

const desk: Desk | undefined = window.parent === window ? undefined : window.parent.desk;

/** Nothing is kept in the browser. */
const memory = new Map<string, string>();
const storage: Storage = {
  get length() {
    return memory.size;
  },
  clear: () => memory.clear(),
  getItem: (key) => memory.get(key) ?? null,
  key: (at) => [...memory.keys()][at] ?? null,
  removeItem: (key) => void memory.delete(key),
  setItem: (key, value) => void memory.set(key, value),
};
const plugins = [explorerPlugin({ showAttribution: false })];
/** What was sent last: the text of a tab follows its editor a moment later. */
let sent: Text | undefined;
const fetcher = (question: Question) => {
  if (!question.query.includes('__schema')) sent = { query: question.query, variables: question.variables as Text['variables'] };
  return desk!.ask(named(question));
};
const json = (variables: Text['variables']) => (variables ? JSON.stringify(variables, null, 2) : '');

function Frame() {
  const [editing, setEditing] = useState<Editing | undefined>();
  const [first, setFirst] = useState<Text>({ query: '' });
  const [waiting, setWaiting] = useState<Text | undefined>();
  useEffect(() => {
    const given = desk!.onReady({ open: setWaiting, set: setEditing });
    setFirst(given.text);
    setEditing(given);
  }, []);
  if (!editing) return null;
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      plugins={plugins}
      defaultTabs={[{ query: first.query, variables: json(first.variables) || undefined }]}
      isHeadersEditorEnabled={false}
      showPersistHeadersSettings={false}
      forcedTheme={editing.dark ? 'dark' : 'light'}
    >
      <GraphiQL.Logo>
        <Examples examples={editing.examples} />
      </GraphiQL.Logo>
      <Tabs waiting={waiting} />
    </GraphiQL>
  );
}

/** Tells the page which tab is open, and opens what it hands over in a tab of its own. */
function Tabs({ waiting }: { waiting: Text | undefined }) {
  const { addTab } = useGraphiQLActions();
  const editor = useGraphiQL((state) => state.queryEditor);
  const variablesEditor = useGraphiQL((state) => state.variableEditor);
  const tab = useGraphiQL((state) => state.tabs[state.activeTabIndex]);
  const { id = '', query, variables, response } = tab ?? {};
  const open = useRef('');
  const asked = useRef(new Map<string, Text>());

  useEffect(() => {
    let told: Text['variables'];
    try {
      told = variables?.trim() ? JSON.parse(variables) : undefined;
    } catch {
      told = undefined;
    }
    // An answer is told with the question it came to, not with what is typed since.
    if (open.current === id && response && sent) asked.current.set(id, sent);
    open.current = id;
    const text = response ? asked.current.get(id) : undefined;
    desk!.onTab(text ?? { query: query ?? '', variables: told }, response ?? '');
  }, [id, response]);
  useEffect(() => {
    if (!waiting || !editor) return;
    addTab();
    editor.setValue(waiting.query);
    variablesEditor?.setValue(json(waiting.variables));
    // Once for each text handed over.
  }, [waiting, editor]);
  return null;
}

function Examples({ examples }: { examples: Editing['examples'] }) {
  const { addTab } = useGraphiQLActions();
  const editor = useGraphiQL((state) => state.queryEditor);
  const open = (index: string) => {
    addTab();
    editor?.setValue(examples[Number(index)].query);
    editor?.focus();
  };
  return (
    <select aria-label="Open an example" value="" onChange={(event) => open(event.target.value)}>
      <option value="" disabled>
        Examples
      </option>
      {examples.map(({ name }, index) => (
        <option key={name} value={index}>
          {name}
        </option>
      ))}
    </select>
  );
}

const root = createRoot(document.getElementById('root')!);
if (desk) {
  root.render(
    <StrictMode>
      <Frame />
    </StrictMode>,
  );
} else {
  location.replace('../graphiql');
}
