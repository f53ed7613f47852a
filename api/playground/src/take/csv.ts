// A table as tidy CSV: one line for each entry and figure, numbers in number columns alone, a hidden number with its status, never a hole.
import { interval, isHidden, type Table } from '../show/tables';

const usual = ['area', 'period', 'cohortYear', 'benchmark', 'stage', 'category'];

export function csv({ about, facets, measures, entries }: Table): string {
  // An area has a code and a name, a benchmark a number and a title; the rest have one of both.
  const titled = new Set(['area', 'benchmark']);
  const snake = (key: string) => key.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll(' ', '_').toLowerCase();
  const heads = facets.flatMap(({ key }) =>
    key === 'area' ? ['area_code', 'area'] : key === 'benchmark' ? ['benchmark', 'benchmark_title'] : [snake(key)],
  );
  const head = [
    ...heads, 'measure', 'value', 'standard_error', 'lower_95', 'upper_95', 'bound', 'status', 'reason', 'institutions', 'comparability',
    'distinguishable', 'remedy', 'framework', 'release', 'synthetic', 'tier', 'purpose', 'citation',
  ];
  const lines: unknown[][] = [head];
  for (const { places, estimates, institutions, comparability } of entries) {
    const named = facets.flatMap(({ key }) => {
      const place = places.get(key);
      if (!titled.has(key)) return [place && (usual.includes(key) ? place.code : place.code || place.text)];
      return key === 'area' ? [place?.code, place?.text] : [place && Number(place.code), place?.title];
    });
    for (const measure of measures) {
      const estimate = estimates.get(measure.id);
      if (!estimate || (measure.plain && measure.id === 'institutions')) continue;
      const between = !estimate.limits && (measure.plain || (estimate.standardError ?? null) === null) ? undefined : interval(measure, estimate);
      lines.push([
        ...named, measure.id, isHidden(estimate) ? undefined : estimate.value, estimate.standardError,
        between && tidy(between[0]), between && tidy(between[1]), estimate.bound, estimate.status, estimate.reason,
        institutions, comparability, estimate.distinguishable, estimate.remedy?.join('; '),
        about.framework?.code, about.release?.number, about.release?.synthetic, about.tier, about.purpose,
        // Once: it is as long as everything else.
        lines.length === 1 ? about.citation : undefined,
      ]);
    }
  }
  const used = head.map((name, at) => name === 'value' || lines.some((line, row) => row > 0 && line[at] !== undefined && line[at] !== null));
  return lines.map((line) => `${line.filter((_field, at) => used[at]).map(field).join(',')}\r\n`).join('');
}

const tidy = (value: number) => Number(value.toPrecision(6));

/** Quoted where needed; a text that a spreadsheet would take for a formula gets an apostrophe. */
function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  let text = String(value);
  if (typeof value === 'string' && /^\s*[=+\-@]|^[\t\r\n]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands a file to the browser. */
export function save(name: string, type: string, ...parts: BlobPart[]) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export const fileName = ({ path, about }: Table, end: string) =>
  `${path.replaceAll('.', '-')}${about.release?.number === undefined ? '' : `-release-${about.release.number}`}.${end}`;
export const saveCsv = (table: Table) => save(fileName(table, 'csv'), 'text/csv', '\uFEFF', csv(table));
