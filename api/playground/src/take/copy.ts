// A table for the clipboard: one row a line, one number a field, hidden ones as their reason in brackets.
import { isHidden, reasonOf, type Estimate, type Grid, type Measure, type Table } from '../show/tables';
import { t } from '../words';

function fields(table: Table, grid: Grid): string[][] {
  const measures = new Map(table.measures.map((one) => [one.id, one]));
  const heads = [...grid.facets.map(({ label }) => label), ...grid.columns.map(({ title, about }) => (about ? `${title} · ${about}` : title))];
  const value = (measure: Measure, estimate: Estimate | undefined) => {
    if (!estimate) return '';
    if (isHidden(estimate)) return `(${reasonOf(estimate)})`;
    return String(measure.unit === 'share' ? Number(estimate.value!.toFixed(6)) : estimate.value);
  };
  const rows = grid.rows.map(({ places, cells }) => [
    ...places.map((place) => place?.text ?? t('all')),
    ...grid.columns.map((_column, at) => {
      const measure = measures.get(grid.measureOf(at))!;
      return value(measure, cells[at]?.estimates.get(measure.id));
    }),
  ]);
  return [heads, ...rows];
}

const oneLine = (text: string) => text.replace(/[\t\r\n]+/g, ' ');
export const asText = (table: Table, grid: Grid) =>
  fields(table, grid).map((line) => line.map(oneLine).join('\t')).join('\n');

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
export function asHtml(table: Table, grid: Grid): string {
  const [heads, ...rows] = fields(table, grid);
  const line = (tag: string, cells: string[]) => `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${line('th', heads)}</thead><tbody>${rows.map((row) => line('td', row)).join('')}</tbody></table>`;
}

/** Puts a text on the clipboard; false where the browser lets nobody. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Outside a secure context there is the old way alone.
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'unseen';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
