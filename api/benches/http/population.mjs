// Made-up results on real local authorities, in the layout that `exchange import results` reads. Seeded: the same each time.

import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

const reference = new URL('../../reference/', import.meta.url);

/** Rows of a reference file; names of areas may hold commas between quotes. */
function rows(name) {
  const [head, ...lines] = readFileSync(new URL(name, reference), 'utf8').trim().split('\n').map(fields);
  return lines.map((line) => Object.fromEntries(head.map((column, position) => [column, line[position]])));
}

const fields = (line) => [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map((found) => found[1] ?? found[2]);

/** The codes of England that are in use. */
const english = (kind) =>
  rows('areas.csv')
    .filter((area) => area.kind === kind && area.code.startsWith('E') && !area.valid_to)
    .map((area) => area.code);
export const authorities = english('local_authority');
export const leps = english('lep');
export const regionOf = new Map(
  rows('area_membership.csv')
    .filter((row) => row.parent_kind === 'region' && row.child_code.startsWith('E'))
    .map((row) => [row.child_code, row.parent_code]),
);
export const regions = [...new Set(authorities.map((code) => regionOf.get(code)))];

const years = Array.from({ length: 10 }, (_, index) => 2015 + index);
export const periods = years.flatMap((year) => [1, 2, 3].map((term) => `${year}${String(year + 1).slice(2)}T${term}`));
export const benchmarks = [1, 2, 3, 4, 5, 6, 7, 8];

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Writes the results of so many institutions in every period, each with a score for every benchmark; others for another seed. */
export function write(file, institutions, seed = 20_150_901) {
  const draw = random(seed);
  const of = (...choices) => choices[Math.floor(draw() * choices.length)];
  const made = Array.from({ length: institutions }, (_, index) => {
    const id = 100_001 + index;
    const authority = authorities[index % authorities.length];
    const attributes = [
      of('secondary', 'secondary', 'special', '16-plus'),
      of('academy', 'maintained', 'independent'),
      of(1, 2, 3, 4, 5),
      of('small', 'medium', 'large'),
      of('urban', 'rural'),
    ];
    return {
      start: `URN,${id},GATSBY-2014,`,
      middle: `,${authority},,${attributes.join(',')},v1,`,
      likely: 0.15 + 0.6 * draw(),
    };
  });
  const out = openSync(file, 'w');
  writeSync(
    out,
    'institution_scheme,institution_id,framework,period,completed_on,local_authority,hub,phase,type,disadvantage_quintile,size_band,setting,terms_version,b1,b2,b3,b4,b5,b6,b7,b8\n',
  );
  for (const [index, period] of periods.entries()) {
    const year = years[Math.floor(index / 3)];
    const completed = [`${year}-12-10`, `${year + 1}-03-10`, `${year + 1}-07-10`][index % 3];
    let chunk = '';
    for (const { start, middle, likely } of made) {
      const scores = benchmarks.map((number) => (draw() < likely + 0.02 * number ? 100 : 5 * Math.floor(draw() * 20)));
      chunk += `${start}${period},${completed}${middle}${scores.join(',')}\n`;
    }
    writeSync(out, chunk);
  }
  closeSync(out);
}
