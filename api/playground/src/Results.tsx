// Beneath the editors: the tables of the answer in the open tab, as a table, as a chart, as a file.
import { useGraphiQL } from '@graphiql/react';
import { useMemo, useState } from 'react';

import { Chart } from './Chart';
import { download } from './csv';
import { explain, findTables, isHidden, margin, measureNames, OVERALL, reasonOf, shown, words } from './outcome';
import type { Estimate, Measure, Table } from './outcome';

export function Results() {
  const answer = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.response);
  const tables = useMemo(() => findTables(answer), [answer]);
  const [path, setPath] = useState('');
  const [view, setView] = useState<'Table' | 'Chart'>('Table');
  const [wanted, setWanted] = useState<Measure>('achievedShare');
  const [benchmark, setBenchmark] = useState('');
  const [tall, setTall] = useState(false);

  const table = tables.find((one) => one.path === path) ?? tables[0];
  if (!table) {
    return (
      <section className="results" aria-label="Results">
        <p className="hint">Run a question for outcomes: its table and its chart appear here.</p>
      </section>
    );
  }
  const measure = table.measures.includes(wanted) ? wanted : table.measures[0];
  const column = Math.max(0, table.columns.findIndex((one) => one.key === benchmark));

  return (
    <section className={tall ? 'results filled tall' : 'results filled'} aria-label="Results">
      <div className="controls">
        <div role="group" aria-label="View" className="views">
          {(['Table', 'Chart'] as const).map((name) => (
            <button key={name} type="button" aria-pressed={view === name} onClick={() => setView(name)}>
              {name}
            </button>
          ))}
        </div>
        {tables.length > 1 ? (
          <Choice label="Of" value={table.path} set={setPath} options={tables.map((one) => [one.path, one.path])} />
        ) : null}
        <Choice
          label="Show"
          value={measure}
          set={(name) => setWanted(name as Measure)}
          options={table.measures.map((name) => [name, measureNames[name]])}
        />
        {view === 'Chart' && table.columns.length > 1 ? (
          <Choice
            label="Benchmark"
            value={table.columns[column].key}
            set={setBenchmark}
            options={table.columns.map(({ key, title }) => [key, title ? `${key} · ${title}` : key])}
          />
        ) : null}
        <span className="space" />
        <button type="button" onClick={() => download(table)}>
          Download CSV
        </button>
        <button type="button" aria-pressed={tall} onClick={() => setTall(!tall)}>
          {tall ? 'Less room' : 'More room'}
        </button>
        <Facts table={table} />
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label={view}>
        {view === 'Table' ? <Grid table={table} measure={measure} /> : <Chart {...{ table, measure, column }} />}
      </div>
      <p className="legend">
        ± one standard error of the protection · ≤ ≥ the edge of a band, drawn dashed · <i className="unreliable">grey italics</i>{' '}
        unreliable · <span className="hidden">hatched</span> hidden: point at it for the reason and the remedy
      </p>
    </section>
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

function Facts({ table: { about, columns } }: { table: Table }) {
  // The summary counts cells by benchmark, not the overall ones.
  const summary = columns[0].key === OVERALL ? undefined : about.summary;
  const hidden = (summary?.hidden ?? []).map(({ reason, count }) => `${count} hidden (${words(reason)})`);
  const published = summary?.published === undefined ? [] : [`${summary.published} published`];
  const release = about.release?.number === undefined ? [] : [`release ${about.release.number}`];
  return (
    <span className="facts">
      {about.release?.synthetic ? <strong className="synthetic">synthetic data</strong> : null}
      {[...release, ...(about.tier ? [`tier ${words(about.tier)}`] : []), ...published, ...hidden].join(' · ')}
    </span>
  );
}

function Grid({ table: { columns, rows }, measure }: { table: Table; measure: Measure }) {
  const hasPeriods = rows.some((row) => row.period);
  const hasCategories = rows.some((row) => row.categories);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Area</th>
          {hasPeriods ? <th scope="col">Period</th> : null}
          {hasCategories ? <th scope="col">Category</th> : null}
          {columns.map(({ key, title }) => (
            <th key={key} scope="col" className="number" title={title}>
              {key}
              <small>{title}</small>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">{row.area}</th>
            {hasPeriods ? <td>{row.period}</td> : null}
            {hasCategories ? <td>{row.categories}</td> : null}
            {columns.map(({ key }, index) => (
              <Value key={key} estimate={row.cells[index]?.[measure]} measure={measure} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ estimate, measure }: { estimate: Estimate | undefined; measure: Measure }) {
  if (!estimate) return <td />;
  if (isHidden(estimate)) {
    return (
      <td className="hidden" title={explain(estimate)} tabIndex={0} aria-label={explain(estimate)}>
        {reasonOf(estimate)}
      </td>
    );
  }
  return (
    <td className={estimate.status === 'UNRELIABLE' ? 'number unreliable' : 'number'} title={explain(estimate)}>
      {shown(measure, estimate)} <small>{margin(measure, estimate)}</small>
    </td>
  );
}
