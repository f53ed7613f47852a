// Asking without GraphQL: the form, what its question costs and how exact it would be, and the question as it is written.
import { useEffect, useMemo, useState } from 'react';

import { ask } from '../endpoint';
import { words } from '../show/tables';
import { AreaPicker } from './AreaPicker';
import { Choices } from './Choices';
import { destinations, stages, start, write, writePreview, type Form } from './form';
import { areaKinds, kindWords, plural, type Session, type Viewer } from './session';

type Props = {
  session: Session;
  form: Form;
  onChange: (form: Form) => void;
  onRun: () => void;
  onTakeOver: () => void;
  running: boolean;
};

export function AskForm({ session, form, onChange, onRun, onTakeOver, running }: Props) {
  const { catalogue, areas, viewer } = session;
  const set = (part: Partial<Form>) => onChange({ ...form, ...part });
  const framework = catalogue?.frameworks.find(({ code }) => code === form.framework);
  const periods = catalogue?.periods ?? [];
  const purposes = [...new Set([...(viewer?.agreements.flatMap((one) => one.purposes) ?? []), 'OWN_RESULTS'])];
  const dimensions = (catalogue?.dimensions ?? []).filter(({ allowed }) => allowed);
  const isOutcomes = form.dataset === 'outcomes';
  const titled = (code: string) => `${code.slice(0, 4)}/${code.slice(4, 6)} term ${code.slice(7)}`;

  return (
    <form
      className="ask"
      aria-label="Ask by form"
      onSubmit={(event) => {
        event.preventDefault();
        onRun();
      }}
    >
      <div className="fields">
        <fieldset className="dataset">
          <legend>About</legend>
          {(['outcomes', 'destinations'] as const).map((one) => (
            <label key={one}>
              <input type="radio" name="dataset" checked={form.dataset === one} onChange={() => set({ dataset: one })} />{' '}
              {one === 'outcomes' ? 'benchmarks achieved' : 'where students went'}
            </label>
          ))}
        </fieldset>
        <AreaPicker areas={areas} chosen={form.areas} onChange={(chosen) => set({ areas: chosen })} />
        <label>
          Broken down to{' '}
          <select value={form.areaKind} onChange={(event) => set({ areaKind: event.target.value })}>
            <option value="">the areas themselves</option>
            {areaKinds(areas).map((kind) => (
              <option key={kind} value={kind}>
                all {plural(kind)} in them
              </option>
            ))}
          </select>
        </label>
        {isOutcomes || form.bands ? (
          <label>
            Framework{' '}
            <select value={form.framework} onChange={(event) => set({ framework: event.target.value, benchmarks: [] })}>
              {(catalogue?.frameworks ?? []).map(({ code, title }) => (
                <option key={code} value={code}>
                  {code} · {title}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        {isOutcomes ? (
          <>
            <Choices
              legend="Periods"
              none="newest"
              options={[...periods].reverse().map((code) => ({ value: code, label: titled(code) }))}
              chosen={form.periods}
              onChange={(chosen) => set({ periods: [...chosen].sort() })}
              quick={[
                { label: 'last 6 terms', values: periods.slice(-6) },
                { label: 'summers', values: periods.filter((code) => code.endsWith('T3')) },
                { label: 'all', values: periods },
              ]}
            />
            <Choices
              legend="Benchmarks"
              none="all"
              options={(framework?.benchmarks ?? []).map(({ number, title }) => ({ value: String(number), label: `${number} · ${title}` }))}
              chosen={form.benchmarks.map(String)}
              onChange={(chosen) => set({ benchmarks: chosen.map(Number) })}
            />
            <Choices
              legend="Broken down by"
              none="nothing"
              options={dimensions.map(({ dimension }) => ({ value: dimension, label: words(dimension) }))}
              chosen={form.by}
              onChange={(by) => set({ by })}
            />
            <details className="choices">
              <summary>
                <span>Only</span>{' '}
                <b>{Object.entries(form.where).filter(([, codes]) => codes.length).map(([name, codes]) => `${words(name)} ${codes.join(', ')}`).join('; ') || 'every institution'}</b>
              </summary>
              {dimensions.map(({ dimension, categories }) => (
                <Choices
                  key={dimension}
                  legend={words(dimension)}
                  none="any"
                  options={categories.map(({ code, label }) => ({ value: code, label }))}
                  chosen={form.where[dimension] ?? []}
                  onChange={(codes) => set({ where: { ...form.where, [dimension]: codes } })}
                />
              ))}
            </details>
            <label>
              Change since{' '}
              <select value={form.since} onChange={(event) => set({ since: event.target.value })}>
                <option value="">no change asked</option>
                {[...periods].reverse().map((code) => (
                  <option key={code} value={code}>
                    {titled(code)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Beside it{' '}
              <select value={form.beside} onChange={(event) => set({ beside: event.target.value })}>
                <option value="">no other area</option>
                {areas
                  .filter(({ kind }) => kind === 'COUNTRY' || kind === 'REGION')
                  .map(({ code, name, kind }) => (
                    <option key={code} value={code}>
                      {name}, {kindWords(kind)}
                    </option>
                  ))}
              </select>
            </label>
            <fieldset className="switches">
              <legend>Also</legend>
              <label>
                <input type="checkbox" checked={form.overall} onChange={() => set({ overall: !form.overall })} /> number of benchmarks achieved
              </label>
              <label>
                <input type="checkbox" checked={form.totals} disabled={form.by.length === 0} onChange={() => set({ totals: !form.totals })} /> totals
              </label>
              <label>
                <input type="checkbox" checked={form.mapped} onChange={() => set({ mapped: !form.mapped })} /> other frameworks, mapped
              </label>
            </fieldset>
          </>
        ) : (
          <>
            <Choices
              legend="Cohort years"
              none="newest"
              options={[...(catalogue?.cohortYears ?? [])].reverse().map((code) => ({ value: code, label: `${code.slice(0, 4)}/${code.slice(4)}` }))}
              chosen={form.cohortYears}
              onChange={(cohortYears) => set({ cohortYears: [...cohortYears].sort() })}
            />
            <Choices legend="Stages" none="both" options={stages.map(([value, label]) => ({ value, label }))} chosen={form.stages} onChange={(chosen) => set({ stages: chosen })} />
            <Choices
              legend="Destinations"
              none="all"
              options={destinations.map(([value, label]) => ({ value, label }))}
              chosen={form.categories}
              onChange={(categories) => set({ categories })}
            />
            <label className="tick">
              <input type="checkbox" checked={form.bands} onChange={() => set({ bands: !form.bands })} /> by how many benchmarks were achieved
            </label>
          </>
        )}
        {purposes.length > 2 || form.purpose ? (
          <label>
            Purpose{' '}
            <select value={form.purpose} onChange={(event) => set({ purpose: event.target.value })}>
              <option value="">the only one there is</option>
              {purposes.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
        ) : null}
      </div>
      <div className="foot">
        <Expected session={session} form={form} />
        <div className="actions">
          <button type="submit" className="run" id="run" disabled={running || !session.token}>
            {running ? 'Running …' : 'Run'}
          </button>
          <button type="button" onClick={() => onChange(start(session))}>
            Start afresh
          </button>
          <button type="button" onClick={onTakeOver}>
            Take over into GraphiQL
          </button>
        </div>
      </div>
      <details className="written">
        <summary>The question as GraphQL</summary>
        <pre tabIndex={0} aria-label="The question as GraphQL">
          {write(form)}
        </pre>
      </details>
    </form>
  );
}

type Preview = {
  tier: string;
  cost: { cells: number; newTabulations: number; tabulations: number; standard: boolean };
  summary: { published: number; hidden: { reason: string; count: number }[] };
  cells?: { shareError: number | null }[];
};

/** Cost, what is left, and how exact the answer would be; asked again when the question changes. */
function Expected({ session, form }: { session: Session; form: Form }) {
  const [told, setTold] = useState<{ preview?: Preview; problem?: string }>({});
  const { token, viewer } = session;
  useEffect(() => {
    if (!token) return;
    let current = true;
    // What was told of another question is no longer true.
    setTold({});
    const timer = setTimeout(async () => {
      const { data, errors } = await ask({ query: writePreview(form) }, token);
      const preview: Preview | undefined = data?.preview ?? data?.destinationPreview ?? undefined;
      if (preview && data.beside) {
        const { cost, summary } = data.beside as Preview;
        preview.cost.cells += cost.cells;
        preview.cost.newTabulations += cost.newTabulations;
        preview.cost.standard &&= cost.standard;
        preview.summary.published += summary.published;
      } else if (preview && errors?.length) {
        // The area beside is refused, and with it the question.
        if (current) setTold({ problem: errors[0].message });
        return;
      }
      if (current) setTold({ preview, problem: preview ? undefined : (errors?.[0]?.message ?? 'no reason was told') });
    }, 250);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [token, form]);
  const lines = useMemo(() => told.preview && viewer && expected(told.preview, viewer, form), [told, viewer, form]);
  const isOver = told.preview && viewer && !told.preview.cost.standard && told.preview.cost.newTabulations > 0 && left(told.preview, viewer, form) === 0;
  return (
    <div className={told.problem || isOver ? 'expected warning' : 'expected'} role="status" aria-label="What to expect">
      {told.problem ? <p>This question would be refused: {told.problem}</p> : (lines ?? ['Looking what it would cost …']).map((line) => <p key={line}>{line}</p>)}
    </div>
  );
}

/** How many new tabulations are left, of the benchmark that has the fewest. */
function left({ tier }: Preview, viewer: Viewer, form: Form): number {
  const concerns = (measure: string) => {
    if (form.dataset === 'destinations') return measure.startsWith('destinations/') || (form.bands && measure.startsWith(`${form.framework}/`));
    const number = Number(measure.split('/')[1]);
    return measure.startsWith(`${form.framework}/`) && (form.overall || form.benchmarks.length === 0 || form.benchmarks.includes(number));
  };
  const lines = viewer.budget.filter((line) => line.tier === tier && concerns(line.measure)).map(({ remaining }) => remaining ?? Infinity);
  return Math.min(limitOf(tier, viewer), ...lines);
}
const limitOf = (tier: string, viewer: Viewer) => viewer.limits.allowances.find((one) => one.tier === tier)?.tabulations ?? Infinity;

function expected(preview: Preview, viewer: Viewer, form: Form): string[] {
  const { cost, tier, summary, cells } = preview;
  const limit = limitOf(tier, viewer);
  const rest = limit === Infinity ? 'without a limit' : `${left(preview, viewer, form)} of ${limit} new tabulations are left to you for each benchmark`;
  const price = cost.standard
    ? 'Free: a standard table.'
    : cost.newTabulations === 0
      ? 'Free: asked before, by you or by others, or your own results.'
      : `Costs ${cost.newTabulations} of your budget, one for each benchmark of a new tabulation, once and for every period; ${rest}.`;
  const hidden = summary.hidden.map(({ reason, count }) => `${count} hidden (${words(reason)})`);
  const table = `${cost.cells} cells at tier ${words(tier)}: ${[`${summary.published} with a value`, ...hidden].join(', ')}.`;
  const errors = (cells ?? []).flatMap(({ shareError }) => (shareError === null ? [] : [shareError])).sort((a, b) => a - b);
  const points = (error: number) => Number((196 * error).toPrecision(2));
  const precision =
    form.dataset === 'destinations'
      ? 'How exact shares are hangs on where students went, so it comes with the table.'
      : errors.length > 0
        ? `Expected precision of a share, 95 %: ± ${points(errors[errors.length >> 1])} points in the middle, from ± ${points(errors[0])} to ± ${points(errors.at(-1)!)}.`
        : 'No share would be published.';
  return [price, table, precision];
}
