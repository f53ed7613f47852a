// Tables within an answer: every list whose entries carry estimates, found by their shape, wherever they stand and whatever they are called.
import type { Answer } from '../endpoint';
import type { Asked, Selection } from './selection';
import { named, t, told } from '../words';

export type Estimate = {
  value: number | null;
  standardError?: number | null;
  bound?: 'AT_MOST' | 'AT_LEAST' | null;
  status?: string;
  reason?: string | null;
  remedy?: string[];
  /** Of a change: whether it is larger than the noise. */
  distinguishable?: boolean;
  /** Of an official figure: the 95 % interval that its publisher gives, if any. */
  limits?: [number, number];
};

export type Unit = 'share' | 'score' | 'benchmarks' | 'institutions' | 'students' | 'number';
/** One figure of an entry, such as `achievedShare` or `change.achievedShare`. */
export type Measure = {
  id: string;
  label: string;
  unit: Unit;
  /** A difference, which may be negative. */
  signed: boolean;
  /** A count or an expected error, without an error of its own. */
  plain: boolean;
  /** Of a distribution: which place of it. */
  place?: number;
  /** As others published it: without noise. */
  official?: boolean;
};
/** What an entry is about: its area, its period, its benchmark … */
export type Facet = { key: string; label: string };
export type Place = { text: string; code: string; title?: string };
export type Entry = {
  places: Map<string, Place>;
  estimates: Map<string, Estimate>;
  institutions?: number | null;
  comparability?: string;
  /** Where it stands in the answer, from 1. */
  at: number;
};

/** What a table tells about itself, as far as it was asked for. */
export type About = {
  release?: { number?: number; synthetic?: boolean; publishedAt?: string };
  framework?: { code?: string } | null;
  tier?: string;
  purpose?: string;
  citation?: string;
  summary?: { published?: number; hidden?: { reason?: string; count?: number }[] };
};
export type Table = {
  /** The keys that lead to it, such as `outcomes.cells`. */
  path: string;
  /** Of several tables as one: the keys that lead to the first. */
  source?: string;
  /** The field of the root it comes from, e.g. `outcomes`, and the list, e.g. `cells`. */
  root: string;
  list: string;
  about: About;
  facets: Facet[];
  measures: Measure[];
  entries: Entry[];
};

const ESTIMATE = new Set(['value', 'standardError', 'status', 'reason', 'remedy', 'bound', 'symbol', '__typename']);
const BESIDE = new Set(['official', 'text', 'unit', 'source', 'level', 'label', 'dataSet', 'areaName', 'timeIdentifier', 'status', 'reason', 'remedy', 'comparability', 'total', 'reconciled', '__typename', 'id', 'cursor']);
const units: Record<string, Unit> = {
  achievedShare: 'share', partlyShare: 'share', noneShare: 'share', shareWithAll: 'share', share: 'share', distribution: 'share', shareError: 'share',
  meanScore: 'score', meanError: 'score', meanAchieved: 'benchmarks', lower: 'benchmarks', median: 'benchmarks', upper: 'benchmarks',
  achieved: 'institutions', institutions: 'institutions', achievedError: 'institutions',
  students: 'students', cohort: 'students', cohortError: 'students',
};
const labels: Record<string, string> = {
  achievedShare: 'Share that achieved it', partlyShare: 'Share that partly achieved it', noneShare: 'Share that scored nothing', shareWithAll: 'Share with every benchmark', share: 'Share of the cohort',
  meanScore: 'Mean score', meanAchieved: 'Mean number of benchmarks', achieved: 'Institutions that achieved it',
  institutions: 'Institutions', students: 'Students', cohort: 'Students in the cohort', distribution: 'Share that achieved exactly',
  shareError: 'Expected standard error of the share', meanError: 'Expected standard error of the mean score',
  achievedError: 'Expected standard error of the number', cohortError: 'Expected standard error of the cohort',
  lower: 'lower', median: 'median', upper: 'upper', quartiles: 'Quartile', change: 'Change',
  area: 'Area', period: 'Period', benchmark: 'Benchmark', category: 'Destination', stage: 'Stage', cohortYear: 'Cohort year',
  benchmarksAchieved: 'Benchmarks achieved', PHASE: 'Phase', TYPE: 'Type', DISADVANTAGE: 'Disadvantage', SIZE: 'Size', SETTING: 'Setting',
};
const order = ['area', 'period', 'cohortYear', 'benchmark', 'stage', 'category', 'benchmarksAchieved'];

/** A code of the service in words. */
export const words = (code: string | null | undefined) => told((code ?? '').toLowerCase().replaceAll('_', ' '));
const spaced = (name: string) => {
  const text = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
};
const labelOf = (name: string) => (name in labels ? told(labels[name]) : spaced(name));

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const asked = (names: Selection | undefined, key: string): Asked | undefined => names?.get(key);
const fieldOf = (names: Selection | undefined, key: string) => asked(names, key)?.field ?? key;

/** An object with its fields under the names that the contract gives them. */
function plain(value: unknown, names: Selection | undefined): any {
  if (Array.isArray(value)) return value.map((one) => plain(one, names));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [fieldOf(names, key), plain(inner, asked(names, key)?.inner)]));
}

function isEstimate(value: unknown, names: Selection | undefined): value is Fields {
  if (!isFields(value)) return false;
  const fields = Object.keys(value).map((key) => fieldOf(names, key));
  return fields.includes('value') && fields.every((field) => ESTIMATE.has(field));
}

/** An official figure: a value beside the text as which it was published. */
function isOfficial(value: unknown, names: Selection | undefined): value is Fields {
  if (!isFields(value)) return false;
  const fields = Object.keys(value).map((key) => fieldOf(names, key));
  return fields.includes('value') && fields.includes('text');
}

/** Such a figure as an estimate without an error of its own, and what to call it. */
function official(told: any, name: string): { label: string; estimate: Estimate } {
  const { value, status, lower95, upper95, label, unit } = told ?? {};
  const limits: Estimate['limits'] = typeof lower95 === 'number' && typeof upper95 === 'number' ? [lower95, upper95] : undefined;
  return {
    label: `${label ?? name}${unit ? ` (${unit})` : ''}, ${t('official')}`,
    estimate: { value: value ?? null, status: value === null || value === undefined ? (status ?? 'NOT_AVAILABLE') : 'OK', limits },
  };
}

/** Whether a figure stands in it, not counting those of lists of further entries. */
function hasFigures(value: unknown, names: Selection | undefined): boolean {
  if (!isFields(value)) return false;
  if (isOfficial(value, names)) return true;
  return Object.entries(value).some(([key, inner]) => {
    const { field, inner: within } = asked(names, key) ?? { field: key, inner: undefined };
    if (isEstimate(inner, within)) return true;
    if (Array.isArray(inner)) return inner.length > 0 && inner.every((one) => isEstimate(one, within));
    if (isFields(inner)) return hasFigures(inner, within);
    return field.endsWith('Error') && (typeof inner === 'number' || inner === null);
  });
}

/** Every table of an answer, in its order. */
export function findTables(answer: Answer | undefined, selection?: Selection): Table[] {
  const found = new Map<string, Table>();
  const look = (value: unknown, names: Selection | undefined, path: string[], root: string, list: string, about: About, places: Entry['places']) => {
    if (Array.isArray(value)) {
      if (value.some((one) => hasFigures(one, names))) {
        gather(value, names, path, root, list, about, places);
        return;
      }
      for (const one of value) look(one, names, path, root, list, about, places);
      return;
    }
    if (!isFields(value)) return;
    if (hasFigures(value, names)) {
      gather([value], names, path, root, list, about, places);
      return;
    }
    const told = path.length === 0 ? about : { ...about, ...pickAbout(value, names) };
    const around = path.length === 0 ? places : new Map([...places, ...placesOf(value, names)]);
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner !== 'object' || inner === null) continue;
      const field = fieldOf(names, key);
      if (path.length > 0 && aboutFields.has(field)) continue;
      look(inner, asked(names, key)?.inner, [...path, key], path.length === 0 ? field : root, field, told, around);
    }
  };
  const gather = (values: unknown[], names: Selection | undefined, path: string[], root: string, list: string, about: About, around: Entry['places']) => {
    const name = path.join('.');
    const table: Table = found.get(name) ?? { path: name, root, list, about, facets: [], measures: [], entries: [] };
    found.set(name, table);
    for (const value of values) {
      if (!isFields(value)) continue;
      table.entries.push(entryOf(value, names, around, table));
    }
  };
  look(answer?.data, selection, [], '', '', {}, new Map());
  const tables = [...found.values()].filter(({ measures }) => measures.length > 0);
  for (const table of tables) finish(table);
  return [...tables, ...together(tables)];
}

export const TOGETHER = 'together';

/** Tables of one question that tell the same figures, such as each LEP and England beside them, as one. */
function together(tables: Table[]): Table[] {
  const [first] = tables;
  const alike = tables.filter(({ list, measures }) => list === first?.list && measures.map(({ id }) => id).join() === first.measures.map(({ id }) => id).join());
  if (alike.length < 2) return [];
  const keys = new Map(alike.flatMap(({ facets }) => facets).map((facet) => [facet.key, facet]));
  // Where areas and the rest tell them apart, what each was called says nothing more.
  const facets = [...keys.values()].sort((a, b) => rankOf(a.key) - rankOf(b.key));
  const entries = alike.flatMap((table) => table.entries);
  const apart = new Set(entries.map((entry) => keyOf(entry, facets))).size === entries.length;
  const named = alike.flatMap((table) => {
    const key = table.path.split('.')[0];
    return table.entries.map((entry) => (apart ? entry : { ...entry, places: new Map([...entry.places, ['asked as', { text: key, code: key }]]) }));
  });
  const citations = alike.flatMap(({ about }) => about.citation ?? []);
  const tiers = new Set(alike.map(({ about }) => about.tier));
  return [{
    ...first,
    path: TOGETHER,
    source: first.path,
    about: { ...first.about, summary: undefined, tier: tiers.size === 1 ? first.about.tier : [...tiers].join(' and '), citation: citations.join(' and ') || undefined },
    facets: apart ? facets : [...facets, { key: 'asked as', label: t('Asked as') }],
    entries: named.map((entry, at) => ({ ...entry, at: at + 1 })),
  }];
}

const aboutFields = new Set(['release', 'framework', 'tier', 'purpose', 'citation', 'summary', 'cost']);

function pickAbout(value: Fields, names: Selection | undefined): About {
  const told: Fields = {};
  for (const [key, inner] of Object.entries(value)) {
    const field = fieldOf(names, key);
    if (aboutFields.has(field)) told[field] = plain(inner, asked(names, key)?.inner);
  }
  return told as About;
}

/** The facets of an object: what it holds beside figures. */
function placesOf(value: Fields, names: Selection | undefined): Entry['places'] {
  const places: Entry['places'] = new Map();
  for (const [key, inner] of Object.entries(value)) {
    const { field, inner: within } = asked(names, key) ?? { field: key, inner: undefined };
    if (BESIDE.has(field) || aboutFields.has(field)) continue;
    if (typeof inner === 'string') places.set(field, { text: looksCoded(inner) ? words(inner) : inner, code: inner });
    else if (Array.isArray(inner) && inner.every(isFields) && field === 'categories') {
      inner.forEach((one, at) => {
        const { dimension, code, label } = plain(one, within);
        places.set(dimension ?? `category ${at + 1}`, { text: named(dimension ?? '', code ?? '', label ?? code ?? ''), code: code ?? label ?? '' });
      });
    } else if (isFields(inner) && !isEstimate(inner, within) && !hasFigures(inner, within)) {
      const place = placeOf(plain(inner, within));
      if (place) places.set(field, field === 'area' ? { ...place, text: named('area', place.code, place.text) } : place);
    }
  }
  return places;
}

const looksCoded = (text: string) => /^[A-Z][A-Z_]+$/.test(text) && text.length > 4;

function placeOf(told: any): Place | undefined {
  if ('lowest' in told || 'highest' in told) {
    const text = `${told.lowest ?? ''}–${told.highest ?? ''}${told.of === undefined ? '' : ` of ${told.of}`}`;
    return { text, code: text };
  }
  if (told.number !== undefined) {
    return { text: told.title === undefined ? String(told.number) : `${told.number} · ${told.title}`, code: String(told.number), title: told.title };
  }
  const text = told.name ?? told.label ?? told.code ?? told.title ?? Object.values(told).find((one) => typeof one === 'string');
  return text === undefined ? undefined : { text: String(text), code: String(told.code ?? text) };
}

function entryOf(value: Fields, names: Selection | undefined, around: Entry['places'], table: Table): Entry {
  const entry: Entry = { places: new Map([...around, ...placesOf(value, names)]), estimates: new Map(), at: table.entries.length + 1 };
  const own = plain(value, names);
  if (typeof own.comparability === 'string') entry.comparability = own.comparability;
  if ('institutions' in own) entry.institutions = own.institutions;
  const put = (measure: Measure, estimate: Estimate) => {
    const known = table.measures.find(({ id }) => id === measure.id);
    if (!known) table.measures.push(measure);
    // What an official figure is called is told where there is one.
    else if (measure.official && estimate.value !== null && measure.label.length > known.label.length) known.label = measure.label;
    entry.estimates.set(measure.id, estimate);
  };
  const figures = (fields: Fields, selection: Selection | undefined, prefix: string, before: string, signed: boolean) => {
    const flags = plain(fields, selection);
    for (const [key, inner] of Object.entries(fields)) {
      const { field, args, inner: within }: Partial<Asked> & { field: string } = asked(selection, key) ?? { field: key };
      const id = prefix + key;
      // An alias is the asker's own name for a figure: it tells two of them apart.
      const name = key === field ? labelOf(field) : `${spaced(key)} (${labelOf(field).toLowerCase()})`;
      const label = before ? `${before}: ${name.toLowerCase()}` : name;
      const unit = units[field] ?? 'number';
      if (field === 'official' && prefix === '') {
        const { label: name, estimate } = official(plain(inner, within), String(args?.indicator ?? key));
        put({ id, label: name, unit: 'number', signed: false, plain: true, official: true }, estimate);
      } else if (isEstimate(inner, within)) {
        const estimate: Estimate = plain(inner, within);
        const distinguishable = field === 'meanScore' ? flags.meanDistinguishable : flags.distinguishable;
        if (typeof distinguishable === 'boolean') estimate.distinguishable = distinguishable;
        put({ id, label, unit, signed, plain: false }, estimate);
      } else if (Array.isArray(inner) && inner.length > 0 && inner.every((one) => isEstimate(one, within))) {
        inner.forEach((one, place) => put({ id: `${id}.${place}`, label: `${label} ${place}`, unit, signed, plain: false, place }, plain(one, within)));
      } else if (isFields(inner) && hasFigures(inner, within)) {
        const since = typeof args?.since === 'string' ? ` since ${args.since}` : '';
        figures(inner, within, `${id}.`, `${name}${since}`, signed || field === 'change');
      } else if (field === 'institutions' || field.endsWith('Error') || (field === 'value' && prefix === '')) {
        if (typeof inner !== 'number' && inner !== null) continue;
        const estimate: Estimate = { value: inner, status: inner === null ? (own.status ?? 'CONFIDENTIAL') : (own.status ?? 'OK') };
        if (inner === null || field === 'value') Object.assign(estimate, { reason: own.reason, remedy: own.remedy });
        if (field === 'value') Object.assign(estimate, { standardError: own.standardError, bound: own.bound });
        put({ id, label, unit, signed, plain: field !== 'value' }, estimate);
      }
    }
  };
  if (isOfficial(value, names)) {
    const { label, estimate } = official(own, 'Value');
    put({ id: 'value', label, unit: 'number', signed: false, plain: true, official: true }, estimate);
    return entry;
  }
  figures(value, names, '', '', false);
  return entry;
}

const rankOf = (key: string) => (order.includes(key) ? order.indexOf(key) : order.indexOf('benchmark') - 0.5);

/** Facets in a fixed order; figures before counts; the reason of a hidden count from the figure beside it. */
function finish(table: Table) {
  const keys = new Set(table.entries.flatMap(({ places }) => [...places.keys()]));
  table.facets = [...keys].sort((a, b) => rankOf(a) - rankOf(b)).map((key) => ({ key, label: labelOf(key) }));
  table.measures.sort((a, b) => Number(a.plain) - Number(b.plain));
  // What stands beside is seen beside the first figure.
  const beside = table.measures.filter(({ official }) => official);
  if (beside.length > 0 && beside.length < table.measures.length) {
    const own = table.measures.filter(({ official }) => !official);
    table.measures = [own[0], ...beside, ...own.slice(1)];
  }
  for (const { estimates } of table.entries) {
    const hidden = [...estimates.values()].find((one) => isHidden(one) && one.reason);
    if (!hidden) continue;
    for (const [id, one] of estimates) {
      if (isHidden(one) && !one.reason && one.status === 'CONFIDENTIAL') estimates.set(id, { ...hidden, value: null });
    }
  }
}

/** Which facet spreads over the columns, if nobody chooses: few categories that belong side by side. */
export function spreadable(table: Table): Facet[] {
  return table.facets.filter(({ key }) => {
    const codes = new Set(table.entries.map(({ places }) => places.get(key)?.code));
    return codes.size > 1 && codes.size <= 40;
  });
}

export function usualSpread(table: Table): string {
  const able = spreadable(table).map(({ key }) => key);
  const [area] = table.facets;
  return ['benchmark', 'category'].find((key) => able.includes(key)) ?? able.filter((key) => key !== area?.key).at(-1) ?? '';
}

export type Column = { key: string; title: string; about: string };
export type Row = { key: string; places: (Place | undefined)[]; cells: (Entry | undefined)[] };
export type Grid = {
  /** The facets that have a column of their own at the left. */
  facets: Facet[];
  /** Those that are the same in every row, told above. */
  same: { facet: Facet; place: Place }[];
  columns: Column[];
  rows: Row[];
  /** Of each column the figure to show; with a spread always the one asked for. */
  measureOf: (column: number) => string;
  /** Entries that nothing tells apart. */
  alike: number;
};

const keyOf = (entry: Entry, facets: Facet[]) => JSON.stringify(facets.map(({ key }) => entry.places.get(key)?.code ?? null));

/** Rows and columns. Entries that would share a place get a row each: none is ever overwritten. */
export function layOut(table: Table, spread: string, measure: string, shown: Measure[]): Grid {
  const seen = new Set<string>();
  let alike = 0;
  for (const entry of table.entries) {
    const key = keyOf(entry, table.facets);
    if (seen.has(key)) alike += 1;
    seen.add(key);
  }
  const across = alike === 0 && spread ? table.facets.find(({ key }) => key === spread) : undefined;
  const down = table.facets.filter((facet) => facet !== across);
  const isSame = (facet: Facet) => new Set(table.entries.map(({ places }) => places.get(facet.key)?.code)).size <= 1;
  const varied = down.filter((facet) => !isSame(facet));
  // Something must name the row.
  const facets = varied.length > 0 ? varied : down.slice(0, 1);
  const same = down.flatMap((facet) => {
    const place = facets.includes(facet) ? undefined : table.entries[0]?.places.get(facet.key);
    return place ? [{ facet, place }] : [];
  });
  const placesOf = (entry: Entry) => facets.map(({ key }) => entry.places.get(key));
  if (!across) {
    const columns = shown.map(({ id, label }) => ({ key: id, title: label, about: '' }));
    const rows = table.entries.map((entry) => ({ key: String(entry.at), places: placesOf(entry), cells: shown.map(() => entry) }));
    return { facets, same, columns, rows, measureOf: (column) => shown[column].id, alike };
  }
  const columns = new Map<string, Column & { at: number }>();
  const rows = new Map<string, Row>();
  for (const entry of table.entries) {
    const place = entry.places.get(across.key) ?? { text: t('all'), code: '' };
    const title = place.title === undefined ? place.text : place.code;
    if (!columns.has(place.code)) columns.set(place.code, { key: `c${place.code}`, title, about: place.title ?? '', at: columns.size });
    const key = keyOf(entry, down);
    if (!rows.has(key)) rows.set(key, { key, places: placesOf(entry), cells: [] });
    rows.get(key)!.cells[columns.get(place.code)!.at] = entry;
  }
  return { facets, same, columns: [...columns.values()], rows: [...rows.values()], measureOf: () => measure, alike };
}

/** The fields that would tell entries of a table apart, as GraphQL, where they were not asked for. */
export function missingFields({ root, list, facets }: Table): string[] {
  const has = new Set(facets.map(({ key }) => key));
  const isDestinations = root.startsWith('destination');
  const wanted: [string, string][] = isDestinations
    ? [['area', 'area { code name }'], ['cohortYear', 'cohortYear'], ['stage', 'stage'], ['category', 'category'], ['benchmarksAchieved', 'benchmarksAchieved { lowest highest of }']]
    : [['area', 'area { code name }'], ['period', 'period { code }'], ['benchmark', 'benchmark { number title }'], ['categories', 'categories { dimension code label }']];
  const dimensions = ['PHASE', 'TYPE', 'DISADVANTAGE', 'SIZE', 'SETTING', 'category 1'];
  const lacking = wanted.filter(([key]) => !(has.has(key) || (key === 'categories' && dimensions.some((one) => has.has(one)))));
  const told = lacking.map(([, field]) => field).filter((field) => !(list === 'overall' && field.startsWith('benchmark ')));
  return told.length > 0 ? told : ['area { code name }'];
}

export const isHidden = (estimate: Estimate) => estimate.value === null || estimate.value === undefined;

const round = (value: number, digits: number) => String(Number(value.toFixed(digits)));

/** A number as it is shown: shares in per cent. */
export const figure = ({ unit, signed }: Measure, value: number) => {
  const sign = signed && value > 0 ? '+' : '';
  const text = unit === 'share' ? `${round(value * 100, 1)} ${signed ? 'pp' : '%'}` : round(value, unit === 'students' || unit === 'institutions' ? 0 : 2);
  return (sign + text).replace('-', '−');
};

/** A value as it is shown: the edge of a band with its sign. */
export function shown(measure: Measure, { value, bound }: Estimate): string {
  const sign = bound === 'AT_MOST' ? '≤ ' : bound === 'AT_LEAST' ? '≥ ' : '';
  return value === null || value === undefined ? '' : sign + figure(measure, value);
}

const Z = 1.96;

/** Half of the 95 % interval, in the unit shown. */
export function margin({ unit }: Measure, { standardError, limits }: Estimate): string {
  if (limits) return `(${limits.join('–')})`;
  if (standardError === null || standardError === undefined || standardError === 0) return '';
  const half = Z * standardError * (unit === 'share' ? 100 : 1);
  return `± ${half >= 100 ? half.toFixed(0) : Number(half.toPrecision(2))}`;
}

/** Where the truth lies in 95 of 100 cases; undefined where hidden. Without an error of its own a value is its own interval. */
export function interval(measure: Measure, estimate: Estimate): [number, number] | undefined {
  if (isHidden(estimate)) return undefined;
  if (estimate.limits) return estimate.limits;
  const value = estimate.value!;
  const [least, most] = limitsOf(measure);
  if (estimate.bound === 'AT_MOST') return [Math.min(least, value), value];
  if (estimate.bound === 'AT_LEAST') return [value, Number.isFinite(most) ? Math.max(most, value) : value];
  const half = Z * (estimate.standardError ?? 0);
  return [Math.max(least, value - half), Math.min(most, value + half)];
}

/** Between which a figure can lie. */
export function limitsOf({ unit, signed }: Measure): [number, number] {
  const most = unit === 'share' ? 1 : unit === 'score' ? 100 : Infinity;
  return signed ? [-most, most] : [0, most];
}

/** Ranks within a column as far as the intervals tell: the best and the worst that it may have. */
export function ranks(intervals: ([number, number] | undefined)[]): ([number, number] | undefined)[] {
  const known = intervals.filter((one) => one !== undefined);
  const lows = known.map(([low]) => low).sort((a, b) => a - b);
  const highs = known.map(([, high]) => high).sort((a, b) => a - b);
  const below = (sorted: number[], value: number) => {
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (sorted[middle] < value) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  const upTo = (sorted: number[], value: number) => {
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (sorted[middle] <= value) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  // Better for certain: the whole interval is above. Worse for certain: the whole interval is below.
  return intervals.map((one) => one && [1 + known.length - upTo(lows, one[1]), known.length - below(highs, one[0])]);
}

/** Why an estimate is hidden, in two words. */
export const reasonOf = (estimate: Estimate) => words(estimate.reason ?? estimate.status) || t('hidden');

/** What there is to say about an estimate beside its number. */
export function explain(estimate: Estimate): string {
  if (isHidden(estimate)) return t('Hidden: {reason}.', { reason: reasonOf(estimate) });
  if (estimate.bound) return t('The edge of a band: the truth is not told more closely.');
  if (estimate.status === 'UNRELIABLE') return t('Unreliable: the standard error is large. Use it with care.');
  if (estimate.status === 'ROUNDS_TO_ZERO') return t('Rounds to zero: below half the rounding step, and not known to be zero.');
  return '';
}

/** Of a change. */
export const verdict = ({ distinguishable }: Estimate) =>
  distinguishable === undefined ? '' : distinguishable ? t('larger than the noise') : t('may be noise alone');
