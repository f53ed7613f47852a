// One benchmark drawn: bars by area, or lines over periods where there are several; error bars are one standard error.
import { explain, figure, isHidden, margin, reasonOf, scaleOf, shown } from './outcome';
import type { Estimate, Measure, Row, Table } from './outcome';

type Props = { table: Table; measure: Measure; column: number };
type Point = { row: Row; estimate: Estimate };

const inks = ['#1f5fa8', '#c2571a', '#2f7d4f', '#8a3ffc', '#a3195b', '#0f7c8a', '#7a5c00', '#555f6b'];
const ticks = [0, 0.25, 0.5, 0.75, 1];

export function Chart({ table, measure, column }: Props) {
  const points = table.rows.flatMap((row) => {
    const estimate = row.cells[column]?.[measure];
    return estimate ? [{ row, estimate }] : [];
  });
  const end = scaleOf(measure, points.map(({ estimate }) => estimate));
  const periods = [...new Set(points.map(({ row }) => row.period))].sort();
  const drawing = { points, measure, end };
  return periods.length > 1 ? <Lines {...drawing} periods={periods} /> : <Bars {...drawing} />;
}

type Drawing = { points: Point[]; measure: Measure; end: number };

const nameOf = (row: Row) => [row.area, row.categories].filter(Boolean).join(' · ');

function Bars({ points, measure, end }: Drawing) {
  const [left, width, step, top] = [300, 620, 24, 26];
  const bottom = top + points.length * step;
  const x = (value: number) => left + (Math.min(value, end) / end) * width;
  return (
    <svg width={left + width + 130} height={bottom + 10} role="img" aria-label={`Bars of ${points.length} rows`}>
      <Hatching />
      {ticks.map((tick) => (
        <g key={tick} className="axis">
          <line x1={x(tick * end)} x2={x(tick * end)} y1={top - 4} y2={bottom} />
          <text x={x(tick * end)} y={top - 10} textAnchor="middle">
            {figure(measure, tick * end)}
          </text>
        </g>
      ))}
      {points.map(({ row, estimate }, index) => {
        const y = top + index * step;
        const middle = y + step / 2;
        const value = estimate.value ?? 0;
        return (
          <g key={row.key}>
            <title>{`${nameOf(row)}. ${explain(estimate)}`}</title>
            <text x={left - 8} y={middle + 4} textAnchor="end">
              {short(nameOf(row), 42)}
            </text>
            {isHidden(estimate) ? (
              <>
                <rect x={left} y={y + 4} width={width} height={step - 8} fill="url(#hatching)" />
                <text x={left + 8} y={middle + 4} className="quiet">{`hidden: ${reasonOf(estimate)}`}</text>
              </>
            ) : (
              <>
                <rect
                  x={left}
                  y={y + 4}
                  width={x(value) - left}
                  height={step - 8}
                  fill={inks[0]}
                  opacity={estimate.status === 'UNRELIABLE' ? 0.35 : 0.8}
                  className={estimate.bound === 'AT_MOST' ? 'open' : undefined}
                />
                {estimate.bound === 'AT_LEAST' ? (
                  <rect x={x(value)} y={y + 4} width={x(end) - x(value)} height={step - 8} className="open" />
                ) : null}
                <Whisker low={x(Math.max(0, value - error(estimate)))} high={x(value + error(estimate))} at={middle} />
                <text x={left + width + 10} y={middle + 4}>
                  {shown(measure, estimate)} {margin(measure, estimate)}
                </text>
              </>
            )}
          </g>
        );
      })}
    </svg>
  );
}

function Lines({ points, measure, end, periods }: Drawing & { periods: string[] }) {
  const [left, width, height, top] = [70, 760, 260, 12];
  const series = Map.groupBy(points, ({ row }) => nameOf(row));
  const names = [...series.keys()];
  const drawn = names.slice(0, inks.length);
  const x = (place: number) => left + 30 + (place / (periods.length - 1)) * (width - 60);
  const y = (value: number) => top + height - (Math.min(value, end) / end) * height;
  return (
    <svg width={left + width + 300} height={top + height + 34} role="img" aria-label={`Lines of ${drawn.length} series`}>
      {ticks.map((tick) => (
        <g key={tick} className="axis">
          <line x1={left} x2={left + width} y1={y(tick * end)} y2={y(tick * end)} />
          <text x={left - 8} y={y(tick * end) + 4} textAnchor="end">
            {figure(measure, tick * end)}
          </text>
        </g>
      ))}
      {periods.map((period, place) => (
        <text key={period} x={x(place)} y={top + height + 22} textAnchor="middle">
          {period}
        </text>
      ))}
      {drawn.map((name, index) => {
        const ink = inks[index];
        const places = series.get(name)!.map((point) => ({ ...point, place: periods.indexOf(point.row.period) }));
        const shift = (index - (drawn.length - 1) / 2) * 7;
        let pen = 'M';
        const path = places.map(({ estimate, place }) => {
          const start = pen;
          pen = isHidden(estimate) ? 'M' : 'L';
          return isHidden(estimate) ? '' : `${start}${x(place) + shift} ${y(estimate.value!)}`;
        });
        return (
          <g key={name} stroke={ink} fill={ink}>
            <path d={path.join('')} fill="none" strokeWidth={1.5} />
            {places.map(({ row, estimate, place }) => (
              <g key={row.key}>
                <title>{`${name}, ${row.period}: ${isHidden(estimate) ? '' : shown(measure, estimate)} ${explain(estimate)}`}</title>
                {isHidden(estimate) ? (
                  <text x={x(place) + shift} y={top + height - 4} textAnchor="middle" stroke="none">
                    ⊘
                  </text>
                ) : (
                  <>
                    <Whisker
                      upright
                      low={y(Math.max(0, estimate.value! - error(estimate)))}
                      high={y(estimate.value! + error(estimate))}
                      at={x(place) + shift}
                    />
                    <circle cx={x(place) + shift} cy={y(estimate.value!)} r={3.5} fill={estimate.bound ? '#fff' : ink} />
                  </>
                )}
              </g>
            ))}
            <circle cx={left + width + 22} cy={top + 10 + index * 20} r={4} />
            <text x={left + width + 34} y={top + 14 + index * 20} stroke="none">
              {short(name, 40)}
            </text>
          </g>
        );
      })}
      {names.length > drawn.length ? (
        <text x={left + width + 16} y={top + 14 + drawn.length * 20} className="quiet">
          and {names.length - drawn.length} more: ask for fewer areas
        </text>
      ) : null}
    </svg>
  );
}

const error = (estimate: Estimate) => estimate.standardError ?? 0;
const short = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** An error bar, lying along the bar or standing on a point. */
function Whisker({ low, high, at, upright = false }: { low: number; high: number; at: number; upright?: boolean }) {
  if (low === high) return null;
  const d = upright
    ? `M${at} ${low}V${high}M${at - 3} ${low}h6M${at - 3} ${high}h6`
    : `M${low} ${at}H${high}M${low} ${at - 4}v8M${high} ${at - 4}v8`;
  return <path d={d} className={upright ? undefined : 'whisker'} fill="none" />;
}

function Hatching() {
  return (
    <defs>
      <pattern id="hatching" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="8" height="8" fill="#f3f5f8" />
        <rect width="3" height="8" fill="#dfe4ea" />
      </pattern>
    </defs>
  );
}
