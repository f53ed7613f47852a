// Asking without GraphQL: the form, what its question costs and how exact it would be, and the question as it is written.
import { useEffect, useMemo, useState } from 'react';

import { ask } from '../endpoint';
import { words } from '../show/tables';
import { AreaPicker } from './AreaPicker';
import { Choices } from './Choices';
import { destinations, stages, start, write, writePreview, type Form } from './form';
import { areaKinds, plural, sortOf, type Session, type Viewer } from './session';
import { languageNow, listed, named, t, told } from '../words';

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
  const titled = (code: string) => t('{year} term {term}', { year: `${code.slice(0, 4)}/${code.slice(4, 6)}`, term: code.slice(7) });

  return (
    <form
      className="ask"
      aria-label={t('Ask by form')}
      onSubmit={(event) => {
        event.preventDefault();
        onRun();
      }}
    >
      <div className="fields">
        <fieldset className="dataset">
          <legend>{t('About')}</legend>
          {(['outcomes', 'destinations'] as const).map((one) => (
            <label key={one}>
              <input type="radio" name="dataset" checked={form.dataset === one} onChange={() => set({ dataset: one })} />{' '}
              {one === 'outcomes' ? t('benchmarks achieved') : t('where students went')}
            </label>
          ))}
        </fieldset>
        {languageNow() === 'en' ? null : <p className="hint">{t('What has no name in this language is named in English.')}</p>}
        <AreaPicker areas={areas} chosen={form.areas} onChange={(chosen) => set({ areas: chosen })} />
        <label>
          {t('Broken down to')}{' '}
          <select value={form.areaKind} onChange={(event) => set({ areaKind: event.target.value })}>
            <option value="">{t('the areas themselves')}</option>
            {areaKinds(areas).map((kind) => (
              <option key={kind} value={kind}>
                {t('all {kinds} in them', { kinds: plural(kind) })}
              </option>
            ))}
          </select>
        </label>
        {isOutcomes || form.bands ? (
          <label>
            {t('Framework')}{' '}
            <select value={form.framework} onChange={(event) => set({ framework: event.target.value, benchmarks: [] })}>
              {(catalogue?.frameworks ?? []).map(({ code, title }) => (
                <option key={code} value={code}>
                  {code} · {named('framework', code, title)}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        {isOutcomes ? (
          <>
            <Choices
              legend={t('Periods')}
              none={t('newest')}
              options={[...periods].reverse().map((code) => ({ value: code, label: titled(code) }))}
              chosen={form.periods}
              onChange={(chosen) => set({ periods: [...chosen].sort() })}
              quick={[
                { label: t('last 6 terms'), values: periods.slice(-6) },
                { label: t('summers'), values: periods.filter((code) => code.endsWith('T3')) },
                { label: t('all'), values: periods },
              ]}
            />
            <Choices
              legend={t('Benchmarks')}
              none={t('all')}
              options={(framework?.benchmarks ?? []).map(({ number, title }) => ({ value: String(number), label: `${number} · ${named(`benchmark ${form.framework}`, String(number), title)}` }))}
              chosen={form.benchmarks.map(String)}
              onChange={(chosen) => set({ benchmarks: chosen.map(Number) })}
            />
            <Choices
              legend={t('Broken down by')}
              none={t('nothing')}
              options={dimensions.map(({ dimension }) => ({ value: dimension, label: words(dimension) }))}
              chosen={form.by}
              onChange={(by) => set({ by })}
            />
            <details className="choices">
              <summary>
                <span>{t('Only')}</span>{' '}
                <b>{Object.entries(form.where).filter(([, codes]) => codes.length).map(([name, codes]) => `${words(name)} ${codes.join(', ')}`).join('; ') || t('every institution')}</b>
              </summary>
              {dimensions.map(({ dimension, categories }) => (
                <Choices
                  key={dimension}
                  legend={words(dimension)}
                  none={t('any')}
                  options={categories.map(({ code, label }) => ({ value: code, label: named(dimension, code, label) }))}
                  chosen={form.where[dimension] ?? []}
                  onChange={(codes) => set({ where: { ...form.where, [dimension]: codes } })}
                />
              ))}
            </details>
            <label>
              {t('Official figure beside')}{' '}
              <select value={form.official} onChange={(event) => set({ official: event.target.value })}>
                <option value="">{t('none')}</option>
                {(catalogue?.official ?? []).map(({ column, label }) => (
                  <option key={column} value={column} lang="en">
                    {label}
                  </option>
                ))}
              </select>
            </label>
            <label>
              {t('Change since')}{' '}
              <select value={form.since} onChange={(event) => set({ since: event.target.value })}>
                <option value="">{t('no change asked')}</option>
                {[...periods].reverse().map((code) => (
                  <option key={code} value={code}>
                    {titled(code)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              {t('Beside it')}{' '}
              <select value={form.beside} onChange={(event) => set({ beside: event.target.value })}>
                <option value="">{t('no other area')}</option>
                {areas
                  .filter(({ kind, members }) => members || kind === 'COUNTRY' || kind === 'REGION')
                  .map((one) => (
                    <option key={one.code} value={one.code}>
                      {t('{area}, {kind}', { area: named('area', one.code, one.name), kind: sortOf(one) })}
                    </option>
                  ))}
              </select>
            </label>
            <fieldset className="switches">
              <legend>{t('Also')}</legend>
              <label>
                <input type="checkbox" checked={form.overall} onChange={() => set({ overall: !form.overall })} /> {t('number of benchmarks achieved')}
              </label>
              <label>
                <input type="checkbox" checked={form.totals} disabled={form.by.length === 0} onChange={() => set({ totals: !form.totals })} /> {t('totals')}
              </label>
              <label>
                <input type="checkbox" checked={form.states} onChange={() => set({ states: !form.states })} /> {t('partly achieved and not at all')}
              </label>
              <label>
                <input type="checkbox" checked={form.mapped} onChange={() => set({ mapped: !form.mapped })} /> {t('other frameworks, mapped')}
              </label>
            </fieldset>
          </>
        ) : (
          <>
            <Choices
              legend={t('Cohort years')}
              none={t('newest')}
              options={[...(catalogue?.cohortYears ?? [])].reverse().map((code) => ({ value: code, label: `${code.slice(0, 4)}/${code.slice(4)}` }))}
              chosen={form.cohortYears}
              onChange={(cohortYears) => set({ cohortYears: [...cohortYears].sort() })}
            />
            <Choices legend={t('Stages')} none={t('both')} options={stages.map(([value, label]) => ({ value, label: told(label) }))} chosen={form.stages} onChange={(chosen) => set({ stages: chosen })} />
            <Choices
              legend={t('Destinations')}
              none={t('all')}
              options={destinations.map(([value, label]) => ({ value, label: told(label) }))}
              chosen={form.categories}
              onChange={(categories) => set({ categories })}
            />
            <label className="tick">
              <input type="checkbox" checked={form.bands} onChange={() => set({ bands: !form.bands })} /> {t('by how many benchmarks were achieved')}
            </label>
          </>
        )}
        {purposes.length > 2 || form.purpose ? (
          <label>
            {t('Purpose')}{' '}
            <select value={form.purpose} onChange={(event) => set({ purpose: event.target.value })}>
              <option value="">{t('the only one there is')}</option>
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
            {running ? t('Running …') : t('Run')}
          </button>
          <button type="button" onClick={() => onChange(start(session))}>
            {t('Start afresh')}
          </button>
          <button type="button" onClick={onTakeOver}>
            {t('Take over into GraphiQL')}
          </button>
        </div>
      </div>
      <details className="written">
        <summary>{t('The question as GraphQL')}</summary>
        <pre tabIndex={0} aria-label={t('The question as GraphQL')}>
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
  const [answered, setAnswered] = useState<{ preview?: Preview; problem?: string }>({});
  const { token, viewer } = session;
  useEffect(() => {
    if (!token) return;
    let current = true;
    // What was told of another question is no longer true.
    setAnswered({});
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
        if (current) setAnswered({ problem: errors[0].message });
        return;
      }
      if (current) setAnswered({ preview, problem: preview ? undefined : (errors?.[0]?.message ?? t('no reason was told')) });
    }, 250);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [token, form]);
  const lines = useMemo(() => answered.preview && viewer && expected(answered.preview, viewer, form), [answered, viewer, form]);
  const isOver = answered.preview && viewer && !answered.preview.cost.standard && answered.preview.cost.newTabulations > 0 && left(answered.preview, viewer, form) === 0;
  return (
    <div className={answered.problem || isOver ? 'expected warning' : 'expected'} role="status" aria-label={t('What to expect')}>
      {answered.problem ? <p>{t('This question would be refused: {why}', { why: answered.problem })}</p> : (lines ?? [t('Looking what it would cost …')]).map((line) => <p key={line}>{line}</p>)}
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
  const price = cost.standard
    ? t('Free: a standard table.')
    : cost.newTabulations === 0
      ? t('Free: asked before, by you or by others, or your own results.')
      : limit === Infinity
        ? t('Costs {cost} of your budget, one for each benchmark of a new tabulation, once and for every period; without a limit.', { cost: cost.newTabulations })
        : t(
            'Costs {cost} of your budget, one for each benchmark of a new tabulation, once and for every period; {left} of {limit} new tabulations are left to you for each benchmark.',
            { cost: cost.newTabulations, left: left(preview, viewer, form), limit },
          );
  const hidden = summary.hidden.map(({ reason, count }) => t('{count} hidden ({reason})', { count, reason: words(reason) }));
  const table = t('{cells} cells at tier {tier}: {what}.', { cells: cost.cells, tier: words(tier), what: listed([t('{count} with a value', { count: summary.published }), ...hidden]) });
  const errors = (cells ?? []).flatMap(({ shareError }) => (shareError === null ? [] : [shareError])).sort((a, b) => a - b);
  const points = (error: number) => Number((196 * error).toPrecision(2));
  const precision =
    form.dataset === 'destinations'
      ? t('How exact shares are hangs on where students went, so it comes with the table.')
      : errors.length > 0
        ? t('Expected precision of a share, 95 %: ± {middle} points in the middle, from ± {least} to ± {most}.', {
            middle: points(errors[errors.length >> 1]),
            least: points(errors[0]),
            most: points(errors.at(-1)!),
          })
        : t('No share would be published.');
  return [price, table, precision];
}
