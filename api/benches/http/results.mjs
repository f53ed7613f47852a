// What the run found, told as it comes and as one table at the end.

const right = (text, width) => ' '.repeat(Math.max(0, width - [...text].length)) + text;
const left = (text, width) => text + ' '.repeat(Math.max(0, width - [...text].length));

/** Lines up rows of text; the first column to the left, the others to the right. */
function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => [...row[column]].length)));
  return rows.map((row) => row.map((text, column) => (column === 0 ? left : right)(text, widths[column])).join('  ').trimEnd()).join('\n');
}

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

  /** A rate, with what it cost the servers, and beside it what the exchange did with as much. */
  measured(name, { rate, microseconds, p50, p99 }, beside) {
    this.#measures.push({ name, rate, microseconds, p50, p99, times: beside ? (beside.rate / rate).toFixed(2) : '' });
    console.error(`${name}: ${rate.toFixed(0)}/s, ${microseconds.toFixed(1)} µs`);
  }

  /** A figure beside the target of the design. */
  wanted(name, value, relation, target) {
    const met = relation === '≥' ? value >= target : value <= target;
    this.#targets.push([name, value.toFixed(value < 10 ? 2 : 0), `${relation} ${target}`, met ? 'met' : 'missed']);
  }

  print() {
    const echo = this.#measures[0]?.rate;
    const rows = this.#measures.map(({ name, rate, microseconds, p50, p99, times }) => [
      name, rate.toFixed(0), microseconds.toFixed(1), (rate / echo).toFixed(3), p50.toFixed(2), p99.toFixed(2), times,
    ]);
    console.log(`\n${this.#head}\n`);
    console.log(`${aligned([['measure', 'requests/s', 'processor µs', 'of echo', 'p50 ms', 'p99 ms', 'exchange, new, times'], ...rows])}\n`);
    console.log(`${this.#facts.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`);
    console.log(aligned([['target', 'found', 'wanted', ''], ...this.#targets]));
  }
}
