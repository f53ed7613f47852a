// The page: GraphiQL, a box for the token, and the answers as tables and charts.
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './style.css';

import { GraphiQL } from 'graphiql';
import { StrictMode, useCallback, useRef } from 'react';
import { createRoot } from 'react-dom/client';

import { ask, named, type Question } from './endpoint';
import { ExampleMenu } from './ExampleMenu';
import { examples } from './examples';
import { Results } from './Results';
import { TokenBox } from './TokenBox';

function App() {
  // A reference, not state: another token must not make GraphiQL load the schema again.
  const token = useRef('');
  const keep = useCallback((text: string) => {
    token.current = text;
  }, []);
  const fetcher = useCallback((question: Question) => ask(named(question), token.current), []);

  return (
    <>
      <header>
        <h1>Benchmark Exchange</h1>
        <TokenBox onToken={keep} />
      </header>
      <main>
        <GraphiQL
          fetcher={fetcher}
          defaultTabs={examples.map(({ query }) => ({ query }))}
          isHeadersEditorEnabled={false}
          showPersistHeadersSettings={false}
          forcedTheme="light"
        >
          <GraphiQL.Logo>
            <ExampleMenu />
          </GraphiQL.Logo>
          <Results />
        </GraphiQL>
      </main>
    </>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
