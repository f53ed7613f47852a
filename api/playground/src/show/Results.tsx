// What came back: its tables as a table or a chart, and everything to take away.
import { lazy, memo, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';

import type { Text } from '../ask/rewrite';
import type { Answer } from '../endpoint';
import { citationOf } from '../take/citation';
import { codeFor, languages, type Language } from '../take/code';
import { asText, copyText } from '../take/copy';
import { fileName, save, saveCsv } from '../take/csv';
import { addressOf, formats, takeFile, type Ending } from '../take/file';
import type { View } from '../take/link';
import { asPng, asSvg } from '../take/picture';
import { DataGrid } from './DataGrid';
import type { Drawing, Drawn } from './draw';
import { chartChoices, kindNames } from './kinds';
import { selectionOf } from './selection';
import { findTables, layOut, missingFields, spreadable, TOGETHER, usualSpread, words, type Entry, type Row, type Table } from './tables';
import { t } from '../words';

const Chart = lazy(() => import('./Chart'));

type Props = {
  asked: Text;
  answer: Answer;
  view: View;
  onView: (view: View) => void;
  own?: { code: string; name: string };
  dark: boolean;
  onRemedy: (table: Table, remedy: string) => void;
  onFields: (table: Table, fields: string[]) => void;
  link: () => Promise<string>;
  token: () => string;
};

export const Results = memo(function Results({ asked, answer, view, onView, own, dark, onRemedy, onFields, link, token }: Props) {
  const tables = useMemo(() => findTables(answer, selectionOf(asked.query, asked.variables)), [answer, asked]);
  const table = tables.find((one) => one.path === view.path) ?? (asked.query.includes('beside: outcomes(') ? tables.find((one) => one.path === TOGETHER) : undefined) ?? tables[0];
  return (
    <section className="results" aria-label={t('Results')}>
      <Problems answer={answer} query={asked.query} />
      {table ? (
        <Shown key={table.path} {...{ table, tables, view, onView, own, dark, onRemedy, onFields, link, asked, token }} />
      ) : answer.errors?.length ? null : (
        <p className="hint">{t('This answer has no estimates, so there is no table and no chart of it.')}</p>
      )}
    </section>
  );
});

/** Errors with where they are, what was expected and what was found, as the service tells them. */
function Problems({ answer, query }: { answer: Answer; query: string }) {
  if (!answer.errors?.length) return null;
  const lines = query.split('\n');
  return (
    <div role="alert" className="problems">
      {answer.errors.slice(0, 10).map(({ message, locations, path, extensions }, at) => {
        const place = locations?.[0];
        return (
          <div key={at}>
            <p>
              <b>{extensions?.code ? `${words(extensions.code)}: ` : ''}</b>
              {message}
              {path?.length ? <small>{t(' at {path}', { path: path.join('.') })}</small> : null}
              {place ? <small>{t(' line {line}, column {column}', place)}</small> : null}
            </p>
            {place && lines[place.line - 1] ? <pre>{`${lines[place.line - 1]}\n${' '.repeat(Math.max(0, place.column - 1))}^`}</pre> : null}
          </div>
        );
      })}
      {answer.errors.length > 10 ? <p>{t('and {more} more', { more: answer.errors.length - 10 })}</p> : null}
    </div>
  );
}

type ShownProps = Omit<Props, 'answer'> & { table: Table; tables: Table[] };

function Shown({ table, tables, view, onView, own, dark, onRemedy, onFields, link, asked, token }: ShownProps) {
  const [sorting, setSorting] = useState<{ id: string; desc: boolean }[]>([]);
  const [heat, setHeat] = useState(false);
  const [ranked, setRanked] = useState(false);
  const [said, setSaid] = useState('');
  const [code, setCode] = useState<Language | ''>('');
  const [ending, setEnding] = useState<Ending>('csv');
  const drawer = useRef<((drawing: Partial<Drawing>) => Drawn | undefined) | undefined>(undefined);
  const keepDrawer = useCallback((again: (drawing: Partial<Drawing>) => Drawn | undefined) => {
    drawer.current = again;
  }, []);

  const set = (part: View) => onView({ ...view, ...part });
  const isChart = view.view === 'Chart';
  const measure = table.measures.find(({ id }) => id === view.measure) ?? table.measures[0];
  const spreads = spreadable(table);
  const spread = view.spread === undefined ? usualSpread(table) : spreads.some(({ key }) => key === view.spread) ? view.spread : '';
  const grid = useMemo(() => layOut(table, spread, measure.id, table.measures), [table, spread, measure]);
  const choices = useMemo(() => chartChoices(table, measure), [table, measure]);
  const kind = choices.kinds.find((one) => one === view.kind) ?? choices.kinds[0];
  const usualPanel = choices.crowded && kind === 'bars' ? choices.panels[0].code : '';
  const panel = kind === 'dots' || kind === 'stacked' ? '' : view.panel === undefined ? usualPanel : choices.panels.some((one) => one.code === view.panel) ? view.panel : '';

  const ownIn = useCallback((entry: Entry) => Boolean(own) && entry.places.get('area')?.code === own!.code, [own]);
  const isOwn = useCallback((row: Row) => row.cells.some((entry) => entry && ownIn(entry)), [ownIn]);
  const drawing = useMemo(() => ({ kind, measure, panel, dark, isOwn: ownIn }), [kind, measure, panel, dark, ownIn]);

  const say = (text: string) => {
    setSaid('');
    setTimeout(() => setSaid(text));
  };
  const copy = async (what: string, text: string) => say((await copyText(text)) ? t('{what} copied.', { what }) : t('The browser lets nobody copy here: {text}', { text }));
  const citation = citationOf(table);
  const title = [measure.label, ...grid.same.map(({ place }) => place.text), choices.panels.find(({ code: one }) => one === panel)?.text].filter(Boolean).join(' · ');
  const picture = () => {
    const drawn = drawer.current?.({ dark: false, width: 900, most: 400 });
    return drawn && asSvg(drawn, title, citation ?? 'Benchmark Exchange');
  };
  const takePicture = async (png: boolean) => {
    const made = picture();
    if (!made) return say(t('There is no chart to take: open the chart first.'));
    if (png) save(fileName(table, 'png'), 'image/png', await asPng(made));
    else save(fileName(table, 'svg'), 'image/svg+xml', made.text);
  };
  useEffect(() => {
    say(t('{cells} cells came, in {rows} rows.', { cells: table.entries.length, rows: grid.rows.length }));
    // A new answer is announced once.
  }, [table]);

  const { kinds } = choices;
  const address = addressOf(table, asked.query, ending);
  const takeServed = async () => {
    const problem = await takeFile(address!, token());
    say(problem ? t('No file: {why}', { why: problem }) : t('The file is here.'));
  };
  return (
    <>
      <div className="controls">
        <div role="group" aria-label={t('View')} className="views">
          {(['Table', 'Chart'] as const).map((name) => (
            <button key={name} type="button" aria-pressed={isChart === (name === 'Chart')} onClick={() => set({ view: name })}>
              {t(name)}
            </button>
          ))}
        </div>
        {tables.length > 1 ? <Choice label={t('Of')} value={table.path} set={(path) => set({ path })} options={tables.map((one) => [one.path, one.path])} /> : null}
        {isChart || spread ? <Choice label={t('Show')} value={measure.id} set={(id) => set({ measure: id })} options={table.measures.map(({ id, label }) => [id, label])} /> : null}
        {isChart ? (
          <>
            {kinds.length > 1 ? <Choice label={t('As')} value={kind} set={(one) => set({ kind: one })} options={kinds.map((one) => [one, t(kindNames[one])])} /> : null}
            {choices.panels.length > 1 && kind !== 'dots' && kind !== 'stacked' ? (
              <Choice label={choices.label} value={panel} set={(one) => set({ panel: one })} options={[['', t('all')], ...choices.panels.map(({ code: one, text }) => [one, text])]} />
            ) : null}
          </>
        ) : (
          <>
            {spreads.length > 0 ? (
              <Choice label={t('Columns')} value={spread} set={(one) => set({ spread: one })} options={[['', t('every figure')], ...spreads.map(({ key, label }) => [key, label.toLowerCase()])]} />
            ) : null}
            <label>
              <input type="checkbox" checked={heat} onChange={() => setHeat(!heat)} /> {t('heat map')}
            </label>
            <label>
              <input type="checkbox" checked={ranked} onChange={() => setRanked(!ranked)} /> {t('ranks')}
            </label>
          </>
        )}
        <Facts table={table} same={grid.same.map(({ facet, place }) => `${facet.label.toLowerCase()} ${place.text}`)} />
      </div>
      {grid.alike > 0 ? (
        <p className="warning">
          {t('{cells} cells have the same labels as others, so each has a row of its own, in the order of the answer. Ask for this to tell them apart:', { cells: grid.alike })}{' '}
          <code>{missingFields(table).join(' ')}</code>{' '}
          <button type="button" onClick={() => onFields(table, missingFields(table))}>
            {t('Add it to the question')}
          </button>
        </p>
      ) : null}
      {isChart ? (
        <div className="scroll chart" tabIndex={0} role="region" aria-label={t('Chart')}>
          <Suspense fallback={<p className="hint">{t('Drawing …')}</p>}>
            <Chart table={table} drawing={drawing} onDrawn={keepDrawer} />
          </Suspense>
        </div>
      ) : (
        <DataGrid {...{ table, grid, heat, ranked, isOwn, sorting }} onSorting={setSorting} onRemedy={(remedy) => onRemedy(table, remedy)} />
      )}
      <p className="legend">
        {t('± half of the 95 % interval of protection and rounding')} ·{measure.signed ? ` ${t('pp percentage points, clear larger than the noise')} ·` : ''}{' '}
        {t('≤ ≥ the edge of a band, drawn dashed')} · <i className="unreliable">{t('italics')}</i> {t('unreliable')} · <span className="hidden">{t('hatched')}</span>{' '}
        {t('hidden: press for the reason and what to change')}
      </p>
      <div className="take" role="group" aria-label={t('Take away')}>
        <button type="button" onClick={() => saveCsv(table)}>
          {t('Download CSV')}
        </button>
        <button type="button" onClick={() => copy(t('Table'), asText(table, grid))}>
          {t('Copy table')}
        </button>
        {isChart ? (
          <>
            <button type="button" onClick={() => takePicture(false)}>
              {t('Download SVG')}
            </button>
            <button type="button" onClick={() => takePicture(true)}>
              {t('Download PNG')}
            </button>
          </>
        ) : null}
        {address ? (
          <>
            <label>
              {t('File')}{' '}
              <select value={ending} onChange={(event) => setEnding(event.target.value as Ending)}>
                {formats.map(([one, text]) => (
                  <option key={one} value={one}>
                    {t(text)}
                  </option>
                ))}
              </select>
            </label>
            <button type="button" onClick={takeServed}>
              {t('Download file')}
            </button>
            <button type="button" onClick={() => copy(t('Address'), address)}>
              {t('Copy address')}
            </button>
          </>
        ) : null}
        <button type="button" onClick={async () => copy(t('Link'), await link())}>
          {t('Copy link')}
        </button>
        {citation ? (
          <button type="button" onClick={() => copy(t('Citation'), citation)}>
            {t('Copy citation')}
          </button>
        ) : null}
        <label>
          {t('Code')}{' '}
          <select value={code} onChange={(event) => setCode(event.target.value as Language | '')}>
            <option value="">{t('none')}</option>
            {languages.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <output role="status">{said}</output>
      </div>
      {code ? (
        <div className="code">
          <pre tabIndex={0} aria-label={t('The question for {language}', { language: code })}>
            {codeFor(code, asked, table.source ?? table.path)}
          </pre>
          <button type="button" onClick={() => copy(t('Code for {language}', { language: code }), codeFor(code, asked, table.source ?? table.path))}>
            {t('Copy code')}
          </button>
        </div>
      ) : null}
    </>
  );
}

type ChoiceProps = { label: string; value: string; set: (value: string) => void; options: string[][] };

function Choice({ label, value, set, options }: ChoiceProps) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => set(event.target.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Facts({ table: { about, list }, same }: { table: Table; same: string[] }) {
  // The summary counts cells by benchmark, not the overall ones nor totals.
  const summary = list === 'cells' ? about.summary : undefined;
  const hidden = (summary?.hidden ?? []).map(({ reason, count }) => t('{count} hidden ({reason})', { count: count ?? 0, reason: words(reason) }));
  const published = summary?.published === undefined ? [] : [t('{count} published', { count: summary.published })];
  const release = about.release?.number === undefined ? [] : [t('release {number}', { number: about.release.number })];
  return (
    <span className="facts">
      {about.release?.synthetic ? <strong className="synthetic">{t('synthetic data')}</strong> : null}
      {[...same, ...release, ...(about.tier ? [t('tier {tier}', { tier: words(about.tier) })] : []), ...published, ...hidden].join(' · ')}
    </span>
  );
}
