// A table of entries: sorted, windowed, one stop of the keyboard, with what is behind a cell in a popover.
import { createSortedRowModel, rowSortingFeature, tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';

import { asText, asHtml } from '../take/copy';
import { Details } from './Details';
import { explain, interval, isHidden, limitsOf, margin, ranks, reasonOf, shown, verdict, type Entry, type Grid, type Measure, type Row, type Table } from './tables';
import { t } from '../words';

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
type Sorting = { id: string; desc: boolean }[];

type Props = {
  table: Table;
  grid: Grid;
  heat: boolean;
  ranked: boolean;
  isOwn: (row: Row) => boolean;
  sorting: Sorting;
  onSorting: (sorting: Sorting) => void;
  onRemedy?: (remedy: string) => void;
};

const HEIGHT = 32;

export function DataGrid({ table, grid, heat, ranked, isOwn, sorting: asked, onSorting, onRemedy }: Props) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<[number, number]>([0, 0]);
  const [open, setOpen] = useState<{ entry: Entry; measure: Measure; rank?: string; at: DOMRect } | undefined>();
  const measures = useMemo(() => new Map(table.measures.map((one) => [one.id, one])), [table]);
  const { facets, columns, rows } = grid;
  // An order by a column of another layout is none of this one.
  const sorting = useMemo(() => asked.filter(({ id: by }) => [...facets, ...columns].some(({ key }) => key === by)), [asked, facets, columns]);

  const definitions = useMemo(
    (): ColumnDef<typeof features, Row>[] => [
      ...facets.map(({ key, label }, at) => ({
        id: key,
        header: label,
        accessorFn: (row: Row) => row.places[at]?.text,
        sortFn: (a: { original: Row }, b: { original: Row }) => {
          const [one, other] = [a.original.places[at], b.original.places[at]];
          return (one?.text ?? '').localeCompare(other?.text ?? '', undefined, { numeric: true });
        },
      })),
      ...columns.map(({ key, title }, at) => ({
        id: key,
        header: title,
        accessorFn: (row: Row) => row.cells[at]?.estimates.get(grid.measureOf(at))?.value ?? undefined,
        sortFn: (a: { original: Row }, b: { original: Row }) => {
          const value = (row: Row) => row.cells[at]?.estimates.get(grid.measureOf(at))?.value ?? 0;
          return value(a.original) - value(b.original);
        },
        sortUndefined: 'last' as const,
      })),
    ],
    [facets, columns, grid],
  );
  const model = useTable({
    features,
    columns: definitions,
    data: rows,
    state: { sorting },
    onSortingChange: (next: Sorting | ((now: Sorting) => Sorting)) => onSorting(typeof next === 'function' ? next(sorting) : next),
    getRowId: (row: Row) => row.key,
  });
  const sorted = model.getRowModel().rows;
  const window = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => HEIGHT,
    overscan: 12,
  });
  const items = window.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = window.getTotalSize() - (items.at(-1)?.end ?? 0);

  const places = useMemo(
    () =>
      columns.map((_column, at) => {
        const measure = measures.get(grid.measureOf(at))!;
        const intervals = rows.map((row) => {
          const estimate = row.cells[at]?.estimates.get(measure.id);
          return estimate && interval(measure, estimate);
        });
        const found = ranks(intervals);
        const known = intervals.filter((one) => one !== undefined).length;
        return new Map(rows.map((row, index) => [row.key, found[index] && { between: found[index], known }]));
      }),
    [columns, rows, grid, measures],
  );
  const rankOf = (row: Row, column: number) => {
    const found = places[column].get(row.key);
    if (!found || rows.length < 2) return undefined;
    const [best, worst] = found.between;
    return t('{place} of {known}', { place: best === worst ? best : `${best}–${worst}`, known: found.known });
  };
  const ends = useMemo(
    () =>
      columns.map((_column, at) => {
        const measure = measures.get(grid.measureOf(at))!;
        const [least, most] = limitsOf(measure);
        if (Number.isFinite(most) && !measure.signed) return [least, most];
        const values = rows.flatMap((row) => row.cells[at]?.estimates.get(measure.id)?.value ?? []);
        const largest = Math.max(...values.map(Math.abs), 1e-9);
        return [measure.signed ? -largest : 0, largest];
      }),
    [columns, rows, grid, measures],
  );

  // The active cell: row 0 is the header.
  const width = facets.length + columns.length;
  const [row, column] = [Math.min(active[0], sorted.length), Math.min(active[1], width - 1)];
  const cellId = (at: number, across: number) => `${id}-${at}-${across}`;
  const act = (at: number, across: number) => {
    if (at === 0) {
      model.getColumn([...facets, ...columns][across].key)?.toggleSorting();
      return;
    }
    const original = sorted[at - 1]?.original;
    const place = across - facets.length;
    const entry = place >= 0 ? original?.cells[place] : undefined;
    const measure = measures.get(place >= 0 ? grid.measureOf(place) : '');
    const box = document.getElementById(cellId(at, across))?.getBoundingClientRect();
    if (entry && measure && box && entry.estimates.has(measure.id)) setOpen({ entry, measure, rank: rankOf(original, place), at: box });
  };
  const press = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / HEIGHT) - 2);
    const moves: Record<string, [number, number]> = {
      ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1],
      PageDown: [row + page, column], PageUp: [row - page, column],
      Home: [event.ctrlKey ? 0 : row, 0], End: [event.ctrlKey ? sorted.length : row, width - 1],
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      setActive([Math.max(0, Math.min(sorted.length, move[0])), Math.max(0, Math.min(width - 1, move[1]))]);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      act(row, column);
    }
  };
  useEffect(() => {
    if (row > 0) window.scrollToIndex(row - 1, { align: 'auto' });
    document.getElementById(cellId(row, column))?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    // Only a move scrolls.
  }, [row, column]);
  useEffect(() => {
    setOpen(undefined);
  }, [grid]);

  /** What is copied has the whole table, as far as it is selected, with each number in a field of its own. */
  const copy = (event: ClipboardEvent) => {
    const selection = document.getSelection();
    const drawn = [...(scroller.current?.querySelectorAll<HTMLElement>('tbody tr[data-row]') ?? [])];
    const touched = drawn.filter((one) => selection?.containsNode(one, true)).map((one) => Number(one.dataset.row));
    const all = !selection || selection.isCollapsed || touched.length === drawn.length;
    if (!all && touched.length < 2) return;
    const wanted = all ? sorted : sorted.filter((_row, at) => touched.includes(at));
    event.preventDefault();
    const taken = { ...grid, rows: wanted.map(({ original }) => original) };
    event.clipboardData.setData('text/plain', asText(table, taken));
    event.clipboardData.setData('text/html', asHtml(table, taken));
  };

  const state = new Map(sorting.map(({ id: key, desc }) => [key, desc]));
  return (
    <>
      <div
        className="scroll"
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label={t('Table of {path}. Arrow keys move, Enter tells what is behind a cell or sorts by a column.', { path: table.path })}
        aria-rowcount={sorted.length + 1}
        aria-colcount={width}
        aria-activedescendant={cellId(row, column)}
        onKeyDown={press}
        onCopy={copy}
      >
        <table role="presentation" className={heat ? 'heat' : undefined}>
          <thead role="rowgroup">
            <tr role="row" aria-rowindex={1}>
              {[...facets.map(({ key, label }) => ({ key, title: label, about: '' })), ...columns].map(({ key, title, about }, across) => (
                <th
                  key={key}
                  id={cellId(0, across)}
                  role="columnheader"
                  aria-colindex={across + 1}
                  aria-sort={state.has(key) ? (state.get(key) ? 'descending' : 'ascending') : 'none'}
                  className={`${across >= facets.length ? 'number' : ''}${row === 0 && column === across ? ' active' : ''}`}
                  title={about || title}
                  onClick={() => {
                    setActive([0, across]);
                    act(0, across);
                  }}
                >
                  <span className="title">{about ? `${title} · ${about}` : title}</span>
                  <span aria-hidden="true">{state.has(key) ? (state.get(key) ? ' ▾' : ' ▴') : ''}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {before > 0 ? <Gap height={before} width={width} /> : null}
            {items.map((item) => {
              const original = sorted[item.index].original;
              const at = item.index + 1;
              const own = isOwn(original);
              return (
                <tr key={original.key} role="row" aria-rowindex={at + 1} data-row={item.index} className={own ? 'own' : undefined}>
                  {facets.map(({ key }, across) => (
                    <td
                      key={key}
                      id={cellId(at, across)}
                      role={across === 0 ? 'rowheader' : 'gridcell'}
                      aria-colindex={across + 1}
                      className={row === at && column === across ? 'active' : undefined}
                      title={original.places[across]?.code}
                      onClick={() => setActive([at, across])}
                    >
                      {original.places[across]?.text ?? t('all')}
                      {own && across === 0 ? <small> {t('(your own)')}</small> : null}
                    </td>
                  ))}
                  {columns.map(({ key }, place) => {
                    const across = facets.length + place;
                    return (
                      <Value
                        key={key}
                        id={cellId(at, across)}
                        index={across + 1}
                        entry={original.cells[place]}
                        measure={measures.get(grid.measureOf(place))!}
                        active={row === at && column === across}
                        heat={heat ? ends[place] : undefined}
                        rank={ranked ? rankOf(original, place) : undefined}
                        onOpen={() => {
                          setActive([at, across]);
                          act(at, across);
                        }}
                      />
                    );
                  })}
                </tr>
              );
            })}
            {after > 0 ? <Gap height={after} width={width} /> : null}
          </tbody>
        </table>
      </div>
      {open ? (
        <Details
          {...open}
          onClose={() => {
            setOpen(undefined);
            scroller.current?.focus({ preventScroll: true });
          }}
          onRemedy={onRemedy}
        />
      ) : null}
    </>
  );
}

function Gap({ height, width }: { height: number; width: number }) {
  return (
    <tr aria-hidden="true" className="gap">
      <td colSpan={width} style={{ height }} />
    </tr>
  );
}

type ValueProps = {
  id: string;
  index: number;
  entry: Entry | undefined;
  measure: Measure;
  active: boolean;
  heat: number[] | undefined;
  rank: string | undefined;
  onOpen: () => void;
};

function Value({ id, index, entry, measure, active, heat, rank, onOpen }: ValueProps) {
  const estimate = entry?.estimates.get(measure.id);
  const common = { id, role: 'gridcell', 'aria-colindex': index, onClick: onOpen };
  if (!estimate) return <td {...common} className={active ? 'active' : undefined} />;
  if (isHidden(estimate)) {
    return (
      <td {...common} className={`hidden${active ? ' active' : ''}`} title={t('{explained} Press for what to change.', { explained: explain(estimate) })}>
        {reasonOf(estimate)}
      </td>
    );
  }
  const told = verdict(estimate);
  const share = heat && (estimate.value! - heat[0]) / (heat[1] - heat[0]);
  return (
    <td
      {...common}
      className={`number${estimate.status === 'UNRELIABLE' ? ' unreliable' : ''}${active ? ' active' : ''}`}
      title={[explain(estimate), told].filter(Boolean).join(' ') || undefined}
      style={share === undefined ? undefined : ({ '--heat': `${Math.round(Math.max(0, Math.min(1, share)) * 100)}%` } as object)}
    >
      {shown(measure, estimate)} <small>{margin(measure, estimate)}</small>
      {told ? <small className={estimate.distinguishable ? 'clear' : 'unclear'}> {estimate.distinguishable ? t('clear') : t('noise?')}</small> : null}
      {rank ? <small className="rank"> {rank}</small> : null}
    </td>
  );
}
