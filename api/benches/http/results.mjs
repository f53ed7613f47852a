// What the run found, told as it comes and as one table at the end.

const right = (text, width) => ' '.repeat(width - [...text].length) + text;
const left = (text, width) => text + ' '.repeat(width - [...text].length);

/** Lines up rows of text; the first column to the left, the others to the right. */
function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => [...row[column]].length)));
  return rows
    .map((row) =>
      row
        .map((text, column) => (column === 0 ? left : right)(text, widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const shown = (value) => (Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 0) : '');

/** The kinds that answer the very cells whose bytes alone were measured. */
const SAME_CELLS = ['repeated', 'new', 'unrecorded', 'half', 'held'];

/** The kinds that the service's new questions are held against. */
const PEERS = ['held', 'counted', 'materialised'];

export class Results {
  #head = '';
  #facts = [];
  #measures = [];
  #targets = [];

  head(text) {
    this.#head = text;
    console.error(text);
  }

  /** Something that was found once. */
  fact(name, value) {
    this.#facts.push([name, value]);
    console.error(`${name}: ${value}`);
  }

  /** Requests a second of a contestant, with what one cost its servers. */
  measured({ name, kind, cells }, told) {
    this.#measures.push({ name, kind, cells, ...told });
    console.error(`${name}: ${told.rate.toFixed(0)}/s, ${told.microseconds.toFixed(1)} µs`);
  }

  #find(kind, cells) {
    return this.#measures.find((measure) => measure.kind === kind && measure.cells === cells);
  }

  rate(kind, cells) {
    return this.#find(kind, cells)?.rate;
  }

  microseconds(kind, cells) {
    return this.#find(kind, cells)?.microseconds;
  }

  /** A figure beside what was wanted; one that was not taken says so. */
  wanted(name, value, relation, target) {
    const met = relation === '≥' ? value >= target : value <= target;
    this.#targets.push([
      name,
      shown(value),
      `${relation} ${target}`,
      Number.isFinite(value) ? (met ? 'met' : 'missed') : 'not measured',
    ]);
  }

  print() {
    const rows = this.#measures.map(({ name, kind, cells, rate, microseconds, p50, p99 }) => [
      name,
      rate.toFixed(0),
      microseconds.toFixed(1),
      p50.toFixed(2),
      p99.toFixed(2),
      (rate / this.rate('echo')).toFixed(3),
      SAME_CELLS.includes(kind) ? shown(rate / this.rate('bytes', cells)) : '',
      PEERS.includes(kind) ? shown(this.rate('new', cells) / rate) : '',
    ]);
    const heads = [
      'measure',
      'requests/s',
      'processor µs',
      'p50 ms',
      'p99 ms',
      'of echo',
      'of bytes alone',
      'exchange, new, over it',
    ];
    console.log(`\n${this.#head}\n\n${aligned([heads, ...rows])}\n`);
    console.log(`${this.#facts.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`);
    console.log(aligned([['target', 'found', 'wanted', ''], ...this.#targets]));
  }
}
