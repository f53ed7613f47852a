// A table as tidy CSV: one line for each cell and measure, with its status, so that a hidden number is never a hole.
import type { Cell, Table } from './outcome';

const columns = [
  'framework', 'release', 'synthetic', 'tier', 'purpose', 'area_code', 'area', 'period', 'benchmark', 'benchmark_title',
];
const estimates = [
  'comparability', 'institutions', 'measure', 'value', 'standard_error', 'bound', 'status', 'reason', 'remedy', 'citation',
];

export function csv({ about, cells, measures }: Table): string {
  const dimensions = [...new Set(cells.flatMap((cell) => breakdown(cell).map(([dimension]) => dimension)))];
  const lines: unknown[][] = [[...columns, ...dimensions.map((dimension) => dimension.toLowerCase()), ...estimates]];
  for (const cell of cells) {
    const categories = new Map(breakdown(cell));
    for (const measure of measures) {
      const estimate = cell[measure];
      if (!estimate) continue;
      lines.push([
        about.framework?.code, about.release?.number, about.release?.synthetic, about.tier, about.purpose,
        cell.area?.code, cell.area?.name, cell.period?.code, cell.benchmark?.number, cell.benchmark?.title,
        ...dimensions.map((dimension) => categories.get(dimension)),
        cell.comparability, cell.institutions, measure, estimate.value, estimate.standardError, estimate.bound,
        estimate.status, estimate.reason, estimate.remedy?.join('; '), about.citation,
      ]);
    }
  }
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

/** The categories of a cell, each under the name of its dimension; under its place where that was not asked for. */
function breakdown(cell: Cell): [string, string | undefined][] {
  return (cell.categories ?? []).map((category, place) => [
    category.dimension ?? `category_${place + 1}`,
    category.code ?? category.label,
  ]);
}

/** Quoted where needed; a text that a spreadsheet would take for a formula gets an apostrophe. */
function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  let text = String(value);
  if (typeof value === 'string' && /^\s*[=+\-@]|^[\t\r\n]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands the table to the browser as a file. */
export function download(table: Table) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(['\uFEFF', csv(table)], { type: 'text/csv' }));
  link.download = `${table.path.replaceAll('.', '-')}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
