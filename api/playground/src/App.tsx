// The page and what it holds: session, question, answer.
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { AskForm } from './ask/AskForm';
import { examplesFor, type Example } from './ask/examples';
import { blank, changed, inputOf, start, write, type Form } from './ask/form';
import { changeOf, rewrite, withFields, type Text } from './ask/rewrite';
import { budgetOf, type Session } from './ask/session';
import { TokenBox } from './ask/TokenBox';
import type { Editor } from './editor/desk';
import { ask, type Answer, type Question } from './endpoint';
import { Results } from './show/Results';
import type { Table } from './show/tables';
import * as links from './take/link';
import { useTheme } from './theme';
import { Welcome } from './Welcome';
import { languageNow, remedyTold, speak, t } from './words';

const catalogueQuestion = `# The catalogue is open to everyone, token or not.
query Catalogue {
  viewer {
    organisation { code name }
    agreements { area { code name } tier purposes }
  }
  frameworks { code title benchmarks { number title } }
  periods { code endsOn }
  dimensions { dimension allowed categories { code label } }
  areas(kind: LEP, first: 50) { totalCount nodes { code name } }
}
`;

const Method = lazy(() => import('./method/Method'));
/** The address of the page about protection. */
const METHOD = '#method';

type Mode = 'form' | 'editor';
type Answered = { asked: Text; answer: Answer; form?: Form };

export function App() {
  const [dark, toggleTheme] = useTheme();
  const [language, setLanguage] = useState(languageNow());
  const [session, setSession] = useState<Session | undefined>();
  const [mode, setMode] = useState<Mode>('form');
  const [explaining, setExplaining] = useState(location.hash === METHOD);
  const [form, setForm] = useState<Form>(blank);
  const [touched, setTouched] = useState(false);
  const [answered, setAnswered] = useState<Partial<Record<Mode, Answered>>>({});
  const [running, setRunning] = useState(false);
  const [view, setView] = useState<links.View>({});
  const [note, setNote] = useState('');
  const [opened, setOpened] = useState<Text | undefined>();

  const token = useRef('');
  const tokenNow = useCallback(() => token.current, []);
  const editor = useRef<Editor | undefined>(undefined);
  const asking = useRef('');
  const [frames, setFrames] = useState(0);

  const keep = useCallback((next: Session) => {
    const other = token.current !== next.token;
    const organisation = next.viewer?.organisation?.code ?? '';
    token.current = next.refused ? '' : next.token;
    setSession(next);
    // What one organisation was told stays with it, in the editor too.
    if (other) setAnswered({});
    if (asking.current && asking.current !== organisation) {
      editor.current = undefined;
      setOpened(undefined);
      setFrames((count) => count + 1);
    }
    asking.current = organisation;
  }, []);
  useEffect(() => {
    if (session?.viewer && !touched) setForm(start(session));
    // A fresh form for a fresh session.
  }, [session?.token, session?.viewer?.organisation?.code]);

  const examples = useMemo(() => (session ? examplesFor(session) : []), [session, language]);
  const editing = useMemo(
    () => ({
      text: opened,
      examples: [...examples.map((one) => ({ name: `${one.name} (${t(one.cost)})`, query: write(one.form) })), { name: t('The catalogue'), query: catalogueQuestion }],
      dark,
    }),
    [examples, dark, opened, language],
  );
  const formNow = useRef<Text>({ query: catalogueQuestion });
  formNow.current = { query: session?.token && form.framework ? write(form) : catalogueQuestion };
  const editingNow = useRef(editing);
  editingNow.current = editing;
  useEffect(() => editor.current?.set(editing), [editing]);

  const spent = useCallback(async () => {
    const budget = await budgetOf(token.current);
    if (budget) setSession((now) => (now?.viewer ? { ...now, viewer: { ...now.viewer, budget } } : now));
  }, []);
  const run = useCallback(
    async (asked: Form) => {
      setRunning(true);
      setNote('');
      const text = { query: write(asked) };
      const answer = await ask(text, token.current);
      setAnswered((now) => ({ ...now, form: { asked: text, answer, form: asked } }));
      setRunning(false);
      // Where they stand one below the other, what came back is looked at next.
      if (innerWidth < 1000) requestAnimationFrame(() => document.querySelector('.results')?.scrollIntoView({ block: 'start' }));
      history.replaceState(null, '', await links.write({ form: asked }));
      void spent();
    },
    [spent],
  );

  const openInEditor = useCallback((text: Text) => {
    setExplaining(false);
    setMode('editor');
    if (editor.current) editor.current.open(text);
    else setOpened(text);
  }, []);
  window.desk ??= {
    ask: async (question: Question) => {
      const answer = await ask(question, token.current);
      if (!question.query.includes('__schema')) void spent();
      return answer;
    },
    onTab: (text, response) => {
      setAnswered((now) => {
        if (!response) return { ...now, editor: undefined };
        try {
          return { ...now, editor: { asked: text, answer: JSON.parse(response) } };
        } catch {
          return { ...now, editor: { asked: text, answer: { errors: [{ message: response }] } } };
        }
      });
    },
    onReady: (ready) => {
      editor.current = ready;
      const { text, ...rest } = editingNow.current;
      return { ...rest, text: text ?? formNow.current };
    },
  };

  // A question in the address: shown, and not run, since it may cost something.
  useEffect(() => {
    const follow = () => {
      setExplaining(location.hash === METHOD);
      return links.read(location.hash).then(
        (link) => {
          if (!link) return;
          if (link.view) setView(link.view);
          if (link.form) {
            setForm(link.form);
            setMode('form');
          } else if (link.query) openInEditor({ query: link.query, variables: link.variables });
          else return;
          setTouched(true);
          setNote(t('This link holds a question. With a token, see what it costs, then press Run.'));
        },
        (error: Error) => setNote(t('The question in this address cannot be read: {why}.', { why: error.message })),
      );
    };
    void follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [openInEditor]);

  const shown = answered[mode];
  const shownNow = useRef<{ shown: Answered | undefined; view: links.View }>({ shown, view });
  shownNow.current = { shown, view };
  const link = useCallback(async () => {
    const { shown: what, view: how } = shownNow.current;
    const hash = await links.write(what?.form ? { form: what.form, view: how } : { query: what?.asked.query, variables: what?.asked.variables, view: how });
    history.replaceState(null, '', hash);
    return location.href;
  }, []);

  const areas = session?.areas;
  const takeRemedy = useCallback(
    (table: Table, remedy: string) => {
      const what = shownNow.current.shown;
      const change = changeOf(remedy);
      if (!what || !change) {
        setNote(t('Change the question by hand: {remedy}.', { remedy: remedyTold(remedy) }));
        return;
      }
      if (what.form) {
        const input = change(JSON.parse(JSON.stringify(inputOf(what.form))));
        if (!input) return;
        setForm(changed(what.form, input, areas ?? []));
        setTouched(true);
        setNote(t('The question is changed: {remedy}. See what it costs, then press Run.', { remedy: remedyTold(remedy) }));
        requestAnimationFrame(() => document.getElementById('run')?.focus());
        return;
      }
      const text = rewrite(what.asked, (table.source ?? table.path).split('.')[0], change);
      if (!text) return setNote(t('Change the question by hand: {remedy}.', { remedy: remedyTold(remedy) }));
      openInEditor(text);
      setNote(t('The question is changed in a new tab: {remedy}. Run it there.', { remedy: remedyTold(remedy) }));
    },
    [areas, openInEditor],
  );
  const addFields = useCallback(
    (table: Table, fields: string[]) => {
      const what = shownNow.current.shown;
      const text = what && withFields(what.asked, table.source ?? table.path, fields);
      if (!text) return setNote(t('Add it by hand: {fields}.', { fields: fields.join(' ') }));
      openInEditor(text);
      setNote(t('The question has the fields now, in a new tab. Run it there.'));
    },
    [openInEditor],
  );
  const change = (next: Form) => {
    setForm(next);
    setTouched(true);
  };
  const runForm = () => {
    const before = answered.form?.form;
    // How another kind of answer was looked at says nothing of this one.
    if (before && (before.dataset !== form.dataset || before.overall !== form.overall || before.since !== form.since)) setView({ view: view.view });
    void run(form);
  };
  const take = (example: Example) => {
    change(example.form);
    setView({ ...example.view, view: example.view?.view ?? view.view });
    if (example.cost === 'free') void run(example.form);
    else {
      setNote(t('This example needs budget: see what it costs, then press Run.'));
      requestAnimationFrame(() => document.getElementById('run')?.focus());
    }
  };

  const show = (next: Mode) => {
    setExplaining(false);
    setMode(next);
    if (location.hash === METHOD) history.replaceState(null, '', location.pathname + location.search);
  };
  const explain = () => {
    setExplaining(true);
    history.replaceState(null, '', METHOD);
    scrollTo(0, 0);
  };

  // The editor stays as it is while the form is used.
  const [wasOpen, setWasOpen] = useState(false);
  useEffect(() => {
    if (mode === 'editor') setWasOpen(true);
  }, [mode]);
  const own = session?.viewer?.organisation?.area ?? undefined;
  const isOpen = Boolean(session?.token && session.viewer?.organisation);

  return (
    <>
      <header>
        <h1>Benchmark Exchange</h1>
        <TokenBox session={session} onSession={keep} language={language} />
        <nav aria-label={t('Ways to ask')} className="views">
          {(['form', 'editor'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={mode === one && !explaining} onClick={() => show(one)}>
              {one === 'form' ? t('Ask by form') : 'GraphiQL'}
            </button>
          ))}
        </nav>
        <button type="button" className="theme" aria-pressed={explaining} onClick={explaining ? () => show(mode) : explain}>
          {t('What protection does')}
        </button>
        <button
          type="button"
          className="theme"
          lang={language === 'en' ? 'zh-Hant' : 'en'}
          onClick={() => {
            const other = language === 'en' ? 'zh-Hant' : 'en';
            speak(other);
            setLanguage(other);
          }}
        >
          {language === 'en' ? '中文' : 'English'}
        </button>
        <button type="button" className="theme" onClick={toggleTheme}>
          {dark ? t('Light') : t('Dark')}
        </button>
      </header>
      {note ? (
        <p className="note" role="status">
          {note}
        </p>
      ) : null}
      <main className={explaining ? 'explaining' : mode}>
        {explaining ? (
          <Suspense fallback={<p className="hint">{t('Asking the service …')}</p>}>
            <Method key={language} token={tokenNow} tier={session?.viewer?.agreements?.[0]?.tier} />
          </Suspense>
        ) : null}
        {mode === 'form' && session && !explaining ? (
          <div className="left">
            {isOpen && examples.length > 0 ? (
              <details className="examples" open={!shown}>
                <summary>{t('Examples that you may ask')}</summary>
                <ul>
                  {examples.map((one) => (
                    <li key={one.name}>
                      <button type="button" onClick={() => take(one)} disabled={running}>
                        {one.name}
                      </button>{' '}
                      <small>{t(one.cost)}</small>
                    </li>
                  ))}
                </ul>
              </details>
            ) : null}
            {isOpen ? (
              <AskForm session={session} form={form} onChange={change} onRun={runForm} onTakeOver={() => openInEditor({ query: write(form) })} running={running} />
            ) : (
              <Welcome session={session} />
            )}
          </div>
        ) : null}
        {wasOpen || mode === 'editor' ? (
          <iframe key={frames} title="GraphiQL" src={new URL('graphiql/editor', location.href).href} hidden={mode !== 'editor' || explaining} />
        ) : null}
        {explaining ? null : shown ? (
          <Results
            key={language}
            asked={shown.asked}
            answer={shown.answer}
            view={view}
            onView={setView}
            own={own}
            dark={dark}
            onRemedy={takeRemedy}
            onFields={addFields}
            link={link}
            token={tokenNow}
          />
        ) : isOpen || mode === 'editor' ? (
          <section className="results" aria-label={t('Results')}>
            <p className="hint">{running ? t('Running …') : t('Choose an example or press Run: the table and the chart of the answer appear here.')}</p>
          </section>
        ) : null}
      </main>
    </>
  );
}
