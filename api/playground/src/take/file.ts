// A table as a file of the service: protected, charged and recorded as the question was, with the numbers that it had.
import type { Table } from '../show/tables';
import { t } from '../words';
import { save } from './csv';

export const formats = [
  ['csv', 'CSV'], ['html', 'page to print'], ['parquet', 'Parquet'], ['jsonstat', 'JSON-stat'], ['sdmx.csv', 'SDMX-CSV'],
  ['ees.csv', 'EES data'], ['ees.meta.csv', 'EES metadata'], ['json', 'JSON'],
] as const;
export type Ending = (typeof formats)[number][0];

const parts = new Set(['cells', 'totals', 'overall']);

/** Where the service has it, from this page; undefined where the answer tells no citation, or it is no table of the service. */
export function addressOf({ about, list, source }: Table, query: string, ending: Ending): string | undefined {
  if (!about.citation || source !== undefined || !parts.has(list)) return undefined;
  const wanted = new URLSearchParams();
  if (list !== 'cells') wanted.set('part', list);
  const since = [...query.matchAll(/\bchange\s*\(\s*since:\s*"(\w+)"/g)].map(([, period]) => period);
  if (since.length && list !== 'overall') wanted.set('since', [...new Set(since)].join(','));
  if (/\b(partlyShare|noneShare)\b/.test(query) && list !== 'overall') wanted.set('states', 'true');
  beside(query, wanted);
  if (about.purpose) wanted.set('purpose', about.purpose);
  if (ending === 'csv') wanted.set('bom', 'true');
  const rest = wanted.size ? `?${wanted}` : '';
  return new URL(`tables/${about.citation}.${ending}${rest}`, location.href).href;
}

/** The official figure that the question puts beside each row: the first, as a file has room for one. */
function beside(query: string, wanted: URLSearchParams) {
  const asked = /\bofficial\s*\(((?:[^()"]|"[^"]*")*)\)/.exec(query)?.[1];
  const named = (name: string, text = asked) => new RegExp(`\\b${name}:\\s*"([^"]*)"`).exec(text ?? '')?.[1];
  const indicator = named('indicator');
  if (!asked || !indicator) return;
  wanted.set('official', indicator);
  const set = named('dataSet');
  if (set) wanted.set('official_data_set', set);
  for (const [filter] of asked.matchAll(/\{[^{}]*\}/g)) {
    const items = /\bin:\s*\[([^\]]*)\]/.exec(filter)?.[1] ?? '';
    for (const [, item] of items.matchAll(/"([^"]*)"/g)) wanted.append('official_filter', `${named('column', filter)}:${item}`);
  }
}

/** Fetches it and hands it to the browser. What went wrong, in words. */
export async function takeFile(address: string, token: string): Promise<string | undefined> {
  try {
    // Without what the browser may remember: it would ask for a password of its own.
    const response = await fetch(address, { headers: { authorization: `Bearer ${token}` }, credentials: 'omit' });
    if (!response.ok) {
      const told = await response.json().catch(() => undefined);
      return told?.errors?.[0]?.message ?? t('no file came: {why}', { why: `${response.status} ${response.statusText}`.trim() });
    }
    const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'table';
    save(name, response.headers.get('content-type') ?? '', await response.blob());
    return undefined;
  } catch {
    return t('no file came: {why}', { why: t('the service cannot be reached') });
  }
}
