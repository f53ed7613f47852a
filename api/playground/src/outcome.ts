// Tables of outcomes within an answer, as rows and columns.

export type Estimate = {
  value: number | null;
  standardError?: number | null;
  bound?: 'AT_MOST' | 'AT_LEAST' | null;
  status?: string;
  reason?: string | null;
  remedy?: string[];
};

export type Cell = {
  area?: { code?: string; name?: string } | null;
  period?: { code?: string };
  benchmark?: { number?: number; code?: string; title?: string };
  categories?: { dimension?: string; code?: string; label?: string }[];
  institutions?: number | null;
  comparability?: string;
} & Partial<Record<Measure, Estimate>>;

/** What a table tells about itself, as far as it was asked for. */
export type About = {
  release?: { number?: number; synthetic?: boolean };
  framework?: { code?: string } | null;
  tier?: string;
  purpose?: string;
  citation?: string;
  summary?: { published?: number; hidden?: { reason?: string; count?: number }[] };
};

export type Row = { key: string; area: string; period: string; categories: string; cells: (Cell | undefined)[] };
export type Column = { key: string; title: string };
export type Table = { path: string; about: About; cells: Cell[]; measures: Measure[]; columns: Column[]; rows: Row[] };

export const measureNames = {
  achievedShare: 'Share that achieved it',
  meanScore: 'Mean score',
  achieved: 'Institutions that achieved it',
  shareWithAll: 'Share with every benchmark',
  meanAchieved: 'Mean number of benchmarks',
};
export type Measure = keyof typeof measureNames;
const measures = Object.keys(measureNames) as Measure[];
const isShare = (measure: Measure) => measure === 'achievedShare' || measure === 'shareWithAll';

/** The one column of a table that is not by benchmark. */
export const OVERALL = 'Overall';

/** Every list of cells with an estimate in the text of an answer, wherever it stands. */
export function findTables(answer: string | null | undefined): Table[] {
  let data: unknown;
  try {
    data = JSON.parse(answer || 'null')?.data;
  } catch {
    return [];
  }
  const found: Table[] = [];
  const look = (value: unknown, path: string) => {
    if (value === null || typeof value !== 'object') return;
    for (const [name, inner] of Object.entries(value)) {
      const here = path ? `${path}.${name}` : name;
      const table = Array.isArray(inner) ? asTable(inner, value as About, here) : undefined;
      if (table) found.push(table);
      else look(inner, here);
    }
  };
  look(data, '');
  return found;
}

/** One row for each area, period and breakdown; one column for each benchmark. */
function asTable(cells: Cell[], about: About, path: string): Table | undefined {
  const present = measures.filter((measure) => cells.some((cell) => typeof cell?.[measure] === 'object'));
  if (present.length === 0) return undefined;
  const columns = new Map<string, Column & { at: number }>();
  const rows = new Map<string, Row>();
  for (const cell of cells) {
    const number = cell.benchmark?.number ?? cell.benchmark?.code ?? cell.benchmark?.title;
    const column = number === undefined ? OVERALL : String(number);
    if (!columns.has(column)) columns.set(column, { key: column, title: cell.benchmark?.title ?? '', at: columns.size });
    const area = cell.area?.name ?? cell.area?.code ?? '';
    const period = cell.period?.code ?? '';
    const categories = (cell.categories ?? []).map((category) => category.label ?? category.code ?? '').join(', ');
    const key = JSON.stringify([cell.area?.code ?? area, period, categories]);
    if (!rows.has(key)) rows.set(key, { key, area, period, categories, cells: [] });
    rows.get(key)!.cells[columns.get(column)!.at] = cell;
  }
  return { path, about, cells, measures: present, columns: [...columns.values()], rows: [...rows.values()] };
}

/** A number as it is shown: shares as percentages. */
export const figure = (measure: Measure, value: number) =>
  isShare(measure) ? `${Number((value * 100).toFixed(2))} %` : String(Number(value.toFixed(2)));

/** A value as it is shown: the edge of a band with its sign. */
export function shown(measure: Measure, { value, bound }: Estimate): string {
  const sign = bound === 'AT_MOST' ? '≤ ' : bound === 'AT_LEAST' ? '≥ ' : '';
  return value === null ? '' : sign + figure(measure, value);
}

export function margin(measure: Measure, { standardError }: Estimate): string {
  if (standardError === null || standardError === undefined) return '';
  return `± ${Number((isShare(measure) ? standardError * 100 : standardError).toPrecision(2))}`;
}

export const isHidden = (estimate: Estimate) => estimate.value === null || estimate.value === undefined;

export const words = (code: string | null | undefined) => (code ?? '').toLowerCase().replaceAll('_', ' ');

/** Why an estimate is hidden, in two words. */
export const reasonOf = (estimate: Estimate) => words(estimate.reason ?? estimate.status) || 'hidden';

/** What there is to say about an estimate beside its number. */
export function explain(estimate: Estimate): string {
  if (isHidden(estimate)) {
    const remedy = estimate.remedy?.length ? ` To get a number: ${estimate.remedy.join('; or ')}.` : '';
    return `Hidden: ${reasonOf(estimate)}.${remedy}`;
  }
  if (estimate.bound) return 'The edge of a band: the truth is not told more closely.';
  return estimate.status === 'UNRELIABLE' ? 'Unreliable: the standard error is large, use with care.' : words(estimate.status);
}

/** Where the axis of a measure ends. */
export function scaleOf(measure: Measure, estimates: Estimate[]): number {
  if (isShare(measure)) return 1;
  if (measure === 'meanScore') return 100;
  const most = Math.max(1, ...estimates.map((estimate) => (estimate.value ?? 0) + (estimate.standardError ?? 0)));
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 4, 5, 10].map((step) => step * power).find((end) => end >= most) ?? most;
}
