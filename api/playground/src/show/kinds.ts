// The ways in which a table can be drawn. Apart from the drawing itself, which is loaded when it is looked at.
import type { Measure, Table } from './tables';

export type Kind = 'bars' | 'dots' | 'lines' | 'stacked' | 'scatter';
export const kindNames = { bars: 'bars', dots: 'dots beside each other', lines: 'lines over time', stacked: 'stacked', scatter: 'scatter beside an official figure' } as const;

export const timeOf = (table: Table) => table.facets.find(({ key }) => ['period', 'cohortYear', 'timePeriod', 'year'].includes(key));
export const panelOf = (table: Table) =>
  table.facets.find(({ key }) => key === 'benchmark' || key === 'category');
export const codesOf = (table: Table, key: string | undefined) => [...new Set(table.entries.map(({ places }) => places.get(key ?? '')?.code ?? ''))];

/** The three shares of one bar: who achieved a benchmark, partly did, and scored nothing. Empty where one of them is missing. */
export function statesOf(table: Table): Measure[] {
  const found = ['achievedShare', 'partlyShare', 'noneShare'].map((id) => table.measures.find((one) => one.id === id));
  return found.every((one) => one !== undefined) ? (found as Measure[]) : [];
}

/** The kinds, the usual one first, and what one drawing can be limited to. */
export function chartChoices(table: Table, measure: Measure) {
  const time = timeOf(table);
  const panel = panelOf(table);
  const overTime = time !== undefined && codesOf(table, time.key).length > 1;
  const several = panel !== undefined && codesOf(table, panel.key).length > 1;
  const isState = statesOf(table).some(({ id }) => id === measure.id);
  const stackable = isState || measure.place !== undefined || (panel?.key === 'category' && several && measure.unit === 'share' && !measure.signed);
  const officialAt = table.measures.find(({ official }) => official);
  const kinds: Kind[] = [
    ...(overTime && measure.place === undefined ? (['lines'] as const) : []),
    ...(stackable ? (['stacked'] as const) : []),
    'bars',
    ...(several && !overTime ? (['dots'] as const) : []),
    ...(officialAt && !measure.official ? (['scatter'] as const) : []),
  ];
  const panels = several
    ? [...new Map(table.entries.map(({ places }) => [places.get(panel.key)?.code ?? '', places.get(panel.key)?.text ?? ''])).entries()].map(([code, text]) => ({ code, text }))
    : [];
  // One entry for each category is looked at together; many, one category at a time.
  return { kinds, panels, label: panel?.label ?? '', crowded: panels.length > 0 && table.entries.length > panels.length };
}
