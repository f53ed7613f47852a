// What protection does to a number, drawn from the parameters of the service.
import { useEffect, useState, type ReactNode } from 'react';

import { half, points, protections, told, type Protection, type ProtectedShare } from './effect';
import { words } from '../show/tables';
import { t } from '../words';

/** What is drawn is so wide; how wide it is shown says the style. */
const WIDTH = 380;
const LEFT = 98;
const RIGHT = 76;
const across = (share: number) => LEFT + (WIDTH - LEFT - RIGHT) * share;
/** The share that is taken for true. */
const TRUTH = 0.6;

export default function Method({ token, tier }: { token: () => string; tier?: string }) {
  const [all, setAll] = useState<Protection[] | string | undefined>();
  const [wanted, setWanted] = useState(tier === 'INTERNATIONAL' ? 'INTERNATIONAL' : 'REGIONAL');
  const [tables, setTables] = useState<'standardTables' | 'otherTables'>('standardTables');
  useEffect(() => {
    void protections(token()).then(setAll);
  }, [token]);

  if (all === undefined) return <p className="hint">{t('Asking the service …')}</p>;
  const found = typeof all === 'string' ? undefined : all.find((one) => one.tier === wanted);
  if (typeof all === 'string' || !found) return <p className="warning">{t('Refused: {why}', { why: String(all) })}</p>;
  const own = all.find((one) => one.tier === 'OWN');
  const shares = found[tables].filter(({ shown }) => shown !== null);
  const first = shares[0];

  return (
    <article className="method" aria-labelledby="method-title">
      <h2 id="method-title" tabIndex={-1}>
        {t('What protection does to a number')}
      </h2>
      <p>
        {t(
          'Nobody may learn the result of one institution from these tables, not even whoever knows all the others. So every number is changed a little before it is told, in a way that is public and the same for everybody. This page shows how much, with the parameters that this service uses now.',
        )}
      </p>
      <p className="choose">
        <label>
          {t('Protection')}{' '}
          <select value={wanted} onChange={(event) => setWanted(event.target.value)}>
            {all.filter((one) => one.tier !== 'OWN').map((one) => (
              <option key={one.tier} value={one.tier}>
                {words(one.tier)}
              </option>
            ))}
          </select>
        </label>{' '}
        <label>
          {t('Tables')}{' '}
          <select value={tables} onChange={(event) => setTables(event.target.value as typeof tables)}>
            <option value="standardTables">{t('standard: one kind of area, benchmark and term, nothing else')}</option>
            <option value="otherTables">{t('all others: with a breakdown, a filter, or mapped')}</option>
          </select>
        </label>
      </p>
      {first ? (
        <>
          <h3>{t('Noise and rounding')}</h3>
          <p>
            {t(
              'Say that {share} % of the institutions achieved a benchmark. What would you be told? Noise with a standard deviation of {noise} institutions is added to their number, be they few or many: so the share of many is more exact than that of few. Then the share is rounded to a step that is not larger than its error.',
              { share: 100 * TRUTH, noise: Number((first.noise * first.institutions).toPrecision(2)) },
            )}
          </p>
          <Figure caption={t('Each column is a share that may be told; the higher, the likelier. The line below it is the 95 % interval, the mark the truth.')}>
            <Spread shares={shares} />
          </Figure>
          <h3>{t('Bands at both ends')}</h3>
          <p>{t('No share is told as 0 % or 100 %. Where nearly none or nearly all achieved it, you are told on which side of an edge the share lies, and no more.')}</p>
          <Figure caption={t('Hatched: told as “at most” or “at least” its edge.')}>
            <Bands shares={shares} />
          </Figure>
        </>
      ) : null}
      <h3>{t('Small groups are hidden')}</h3>
      <p>
        {t('Fewer than {fewest} institutions are hidden, and so is a number that beside another one would tell of a few. The table says why, and what to ask instead.', {
          fewest: found.fewestInstitutions,
        })}{' '}
        {found.countRounding > 1 ? t('Numbers of institutions are rounded to multiples of {multiple}.', { multiple: found.countRounding }) : null}{' '}
        {own ? t('What your own organisation handed in it sees without noise, and never of fewer than {fewest} institutions.', { fewest: own.fewestInstitutions }) : null}
      </p>
      <Figure caption={t('Hollow: a group of so many institutions is hidden.')}>
        <Groups fewest={found.fewestInstitutions} />
      </Figure>
      {first ? (
        <>
          <h3>{t('A change is told more exactly than two shares')}</h3>
          <p>
            {t(
              'Most of the noise of an institution is the same in every term. Between two terms of the same institutions it cancels: a change has a smaller error than the difference of two shares that have nothing in common. Changes that are larger than the noise are marked.',
            )}
          </p>
          <Figure caption={t('Half of the 95 % interval, in points: of a change between two terms, and in outline of two shares of different institutions.')}>
            <Changes shares={shares} />
          </Figure>
          <h3>{t('The same in numbers')}</h3>
          <div className="aside" tabIndex={0} role="group" aria-label={t('The same in numbers')}>
            <Numbers shares={found[tables]} />
          </div>
        </>
      ) : null}
      <h3>{t('What follows from it')}</h3>
      <ul>
        <li>{t('Asked again, in another order or by somebody else of the same tier, a question has the same numbers: asking often tells no more.')}</li>
        <li>{t('Parts do not add up to their total exactly, since each has noise of its own.')}</li>
        <li>{t('The interval is about protection alone: how carefully institutions assess themselves is not in it.')}</li>
        <li>{t('New kinds of tables need budget, because noise that is drawn often enough could be averaged away.')}</li>
      </ul>
    </article>
  );
}

function Figure({ caption, children }: { caption: string; children: ReactNode }) {
  return (
    <figure>
      {children}
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

function Frame({ height, title, children }: { height: number; title: string; children: ReactNode }) {
  return (
    <svg role="img" aria-label={title} viewBox={`0 0 ${WIDTH} ${height}`}>
      {children}
    </svg>
  );
}

function Scale({ top, bottom }: { top: number; bottom: number }) {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => (
    <g key={share}>
      <line className="grid" x1={across(share)} x2={across(share)} y1={top} y2={bottom} />
      <text className="quiet" x={across(share)} y={bottom + 13} textAnchor="middle">
        {100 * share} %
      </text>
    </g>
  ));
}

const rowOf = ({ institutions }: ProtectedShare) => t('{count} institutions', { count: institutions });
const marginOf = (error: number) => t('± {points} points', { points: points(half(error)) });

function Spread({ shares }: { shares: ProtectedShare[] }) {
  const [step, high] = [56, 38];
  const height = shares.length * step + 22;
  const title = shares.map((share) => `${rowOf(share)}: ${marginOf(share.standardError)}`).join('; ');
  return (
    <Frame height={height} title={title}>
      <Scale top={4} bottom={height - 18} />
      {shares.map((share, row) => {
        const base = row * step + high + 6;
        const wide = Math.max(0.8, Math.min(10, (across(share.step) - across(0)) * 0.7));
        const clamp = (place: number) => Math.max(0, Math.min(1, place));
        return (
          <g key={share.institutions}>
            <text x={LEFT - 8} y={base - 8} textAnchor="end">
              {rowOf(share)}
            </text>
            {told(share, TRUTH).map((one) => (
              <rect key={one.share} className="fill" x={across(one.share) - wide / 2} width={wide} y={base - high * one.height} height={high * one.height} />
            ))}
            <line className="interval" x1={across(clamp(TRUTH - half(share.standardError)))} x2={across(clamp(TRUTH + half(share.standardError)))} y1={base + 5} y2={base + 5} />
            <path className="mark" d={`M ${across(TRUTH)} ${base + 1} l -4 8 h 8 z`} />
            <text className="quiet" x={WIDTH} y={base - 8} textAnchor="end">
              {marginOf(share.standardError)}
            </text>
          </g>
        );
      })}
    </Frame>
  );
}

function Bands({ shares }: { shares: ProtectedShare[] }) {
  const step = 24;
  const height = shares.length * step + 22;
  const edges = ({ atMost, atLeast }: ProtectedShare) => `≤ ${points(atMost)} %, ≥ ${points(atLeast)} %`;
  return (
    <Frame height={height} title={shares.map((share) => `${rowOf(share)}: ${edges(share)}`).join('; ')}>
      <defs>
        <pattern id="method-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line className="hatch" x1="0" x2="0" y1="0" y2="5" />
        </pattern>
      </defs>
      <Scale top={4} bottom={height - 18} />
      {shares.map((share, row) => {
        const y = row * step + 6;
        return (
          <g key={share.institutions}>
            <text x={LEFT - 8} y={y + 12} textAnchor="end">
              {rowOf(share)}
            </text>
            {[[0, share.atMost], [share.atLeast, 1]].map(([from, to]) => (
              <rect key={from} className="band" x={across(from)} width={across(to) - across(from)} y={y} height={15} />
            ))}
            <rect className="fill" x={across(share.atMost)} width={across(share.atLeast) - across(share.atMost)} y={y} height={15} />
            <text className="quiet small" x={WIDTH} y={y + 12} textAnchor="end">
              {points(share.atMost)} … {points(share.atLeast)} %
            </text>
          </g>
        );
      })}
    </Frame>
  );
}

function Groups({ fewest }: { fewest: number }) {
  const [columns, gap] = [20, 18];
  const count = Math.ceil((fewest + 10) / columns) * columns;
  const height = Math.ceil(count / columns) * gap + 8;
  return (
    <Frame height={height} title={t('Hidden up to {last} institutions, told from {fewest} on', { last: fewest - 1, fewest })}>
      {Array.from({ length: count }, (_, at) => at + 1).map((size) => {
        const [x, y] = [10 + ((size - 1) % columns) * gap, 12 + Math.floor((size - 1) / columns) * gap];
        return (
          <g key={size}>
            <circle className={size < fewest ? 'hollow' : 'fill'} cx={x} cy={y} r="7" />
            <text className={`inside ${size < fewest ? '' : 'on'}`} x={x} y={y + 3} textAnchor="middle">
              {size}
            </text>
          </g>
        );
      })}
    </Frame>
  );
}

function Changes({ shares }: { shares: ProtectedShare[] }) {
  const step = 26;
  const height = shares.length * step + 6;
  const most = Math.max(...shares.map(({ standardError }) => half(standardError * Math.SQRT2)));
  const wide = (error: number) => ((WIDTH - LEFT - RIGHT) * half(error)) / most;
  return (
    <Frame height={height} title={shares.map((share) => `${rowOf(share)}: ${marginOf(share.changeStandardError)}`).join('; ')}>
      {shares.map((share, row) => {
        const y = row * step + 5;
        return (
          <g key={share.institutions}>
            <text x={LEFT - 8} y={y + 13} textAnchor="end">
              {rowOf(share)}
            </text>
            <rect className="hollow" x={LEFT} width={wide(share.standardError * Math.SQRT2)} y={y} height={18} />
            <rect className="fill" x={LEFT} width={wide(share.changeStandardError)} y={y + 4} height={10} />
            <text className="quiet" x={WIDTH} y={y + 13} textAnchor="end">
              {marginOf(share.changeStandardError)}
            </text>
          </g>
        );
      })}
    </Frame>
  );
}

function Numbers({ shares }: { shares: ProtectedShare[] }) {
  const heads = [t('Institutions'), t('told as'), t('noise, points'), t('rounded to, points'), t('95 % interval, points'), t('lowest and highest'), t('change, 95 %, points')];
  return (
    <table className="numbers">
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shares.map((share) => (
          <tr key={share.institutions}>
            <th scope="row">{share.institutions}</th>
            {share.shown === null ? (
              <td colSpan={6}>{t('hidden')}</td>
            ) : (
              <>
                <td>{share.shown}</td>
                <td>{points(share.noise)}</td>
                <td>{points(share.step)}</td>
                <td>± {points(half(share.standardError))}</td>
                <td>
                  ≤ {points(share.atMost)} %, ≥ {points(share.atLeast)} %
                </td>
                <td>± {points(half(share.changeStandardError))}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
