// A table drawn with Observable Plot: bars, dots, lines over terms or stacked shares, each with its 95 % interval, hidden ones as such.
import { axisX, barX, dot, gridX, gridY, lineY, link, plot, ruleX, ruleY, text, axisY, type Markish } from '@observablehq/plot';

import { codesOf, panelOf, statesOf, timeOf, type Kind } from './kinds';
import { figure, interval, isHidden, limitsOf, margin, reasonOf, shown, type Entry, type Estimate, type Measure, type Table } from './tables';
import { t } from '../words';

export type Drawing = {
  kind: Kind;
  measure: Measure;
  /** Which category of the panel facet; empty for each one. */
  panel: string;
  width: number;
  dark: boolean;
  isOwn: (entry: Entry) => boolean;
  /** The most rows or panels to draw at first. */
  most: number;
};
export type Drawn = { svg: SVGSVGElement; left: number; about: string; legend: { text: string; ink: string }[] };

const inks = {
  light: { ink: '#1f2933', quiet: '#52606d', line: '#dde3e9', fill: '#4b83c4', own: '#b4540a', hatch: '#e9edf1', series: ['#1f5fa8', '#b4540a', '#2f7d4f', '#8a3ffc', '#a3195b', '#0f7c8a', '#7a5c00', '#555f6b'] },
  dark: { ink: '#e8edf2', quiet: '#a9b6c2', line: '#36424e', fill: '#5b95d6', own: '#f0964a', hatch: '#29333d', series: ['#7db4ee', '#f0964a', '#74c995', '#b99cff', '#f08ab8', '#62c9d6', '#d8b54a', '#a9b6c2'] },
};
const steps = ['#3b1f6b', '#4a3f93', '#4663a8', '#3f83ad', '#3f9fa5', '#55b894', '#83cd7c', '#bddc66', '#f0e45c', '#f7f0a0', '#fcfadb'];

type Point = {
  row: string; name: string; panel: string; time: string; value: number; low: number; high: number;
  hidden: string; bound: boolean; unreliable: boolean; own: boolean; label: string; title: string;
};

function points(table: Table, { measure, panel: wanted, isOwn }: Drawing): Point[] {
  const time = timeOf(table);
  const panel = panelOf(table);
  const panelTold = codesOf(table, panel?.key).length > 1;
  return table.entries.flatMap((entry) => {
    const estimate = entry.estimates.get(measure.id);
    if (!estimate) return [];
    const place = entry.places.get(panel?.key ?? '');
    if (wanted && place?.code !== wanted) return [];
    const rest = table.facets.filter((facet) => facet !== time && facet !== panel && !isSame(table, facet.key, facet.key === 'area'));
    const name = rest.map(({ key }) => entry.places.get(key)?.text ?? t('all')).join(' · ');
    const row = rest.map(({ key }) => entry.places.get(key)?.code ?? '').join('|');
    const between = interval(measure, estimate);
    const when = entry.places.get(time?.key ?? '')?.code ?? '';
    const told = isHidden(estimate) ? t('hidden: {reason}', { reason: reasonOf(estimate) }) : `${shown(measure, estimate)} ${margin(measure, estimate)}`;
    return [{
      row, name, panel: panelTold ? (place?.text ?? '') : '', time: when, value: estimate.value ?? 0, low: between?.[0] ?? 0, high: between?.[1] ?? 0,
      hidden: isHidden(estimate) ? reasonOf(estimate) : '', bound: Boolean(estimate.bound), unreliable: estimate.status === 'UNRELIABLE',
      own: isOwn(entry), label: told, title: [name, place?.text, when, told].filter(Boolean).join('\n'),
    }];
  });
}

function isSame(table: Table, key: string, keep: boolean) {
  return !keep && codesOf(table, key).length <= 1;
}

const intervals = (all: Point[]) => (all.some(({ high, low, hidden }) => !hidden && high > low) ? t(', with 95 % intervals') : '');
const short = (text: string, most: number) => (text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text);

function domainOf(measure: Measure, drawn: Point[]): [number, number] {
  const [least, most] = limitsOf(measure);
  const highest = Math.max(...drawn.map(({ high, hidden }) => (hidden || !Number.isFinite(high) ? 0 : high)), 0);
  if (measure.signed) {
    // The open side of a band would leave no room for the rest.
    const told = drawn.filter(({ hidden }) => !hidden).flatMap(({ bound, value, low, high }) => (bound ? [value] : [low, high]));
    const end = 1.1 * Math.max(...told.map(Math.abs), 1e-3);
    return [told.some((one) => one < 0) ? -end : 0, end];
  }
  return [least, Number.isFinite(most) && !measure.id.startsWith('distribution') ? most : highest * 1.05 || 1];
}

/** The drawing, with nothing that a strict content security policy forbids in it. */
export function draw(table: Table, drawing: Drawing): Drawn | undefined {
  const whole = drawing.kind === 'stacked' || drawing.kind === 'scatter';
  const all = whole ? [] : points(table, drawing);
  if (!whole && all.length === 0) return undefined;
  const drawn = drawing.kind === 'lines' ? lines(all, drawing) : drawing.kind === 'dots' ? dots(all, drawing) : drawing.kind === 'stacked' ? stacked(table, drawing) : drawing.kind === 'scatter' ? scatter(table, drawing) : bars(all, drawing);
  // Plot brings its few rules along in the picture; the page has them, and the policy takes none from elsewhere.
  drawn.svg.querySelectorAll('style').forEach((style) => style.remove());
  // One picture with one description: its parts, which have no role, may have none.
  drawn.svg.querySelectorAll('[aria-label], [aria-description]').forEach((part) => {
    part.removeAttribute('aria-label');
    part.removeAttribute('aria-description');
  });
  drawn.svg.setAttribute('role', 'img');
  drawn.svg.setAttribute('aria-label', drawn.about);
  return drawn;
}

const common = ({ width, dark }: Drawing) => ({
  width,
  className: 'plot',
  style: { background: 'transparent', color: (dark ? inks.dark : inks.light).ink, fontSize: '12px', overflow: 'visible' },
});
const tick = (measure: Measure) => (value: number) => figure(measure, value);

function bars(all: Point[], drawing: Drawing): Drawn {
  const { measure, width, most, dark } = drawing;
  const ink = dark ? inks.dark : inks.light;
  // A row for each entry, also where several share a name.
  const keyed = all.map((point, at) => ({ ...point, key: `${at}`, full: [point.name, drawing.panel ? '' : point.panel, point.time].filter(Boolean).join(' · ') }));
  const sameTime = new Set(all.map(({ time }) => time)).size <= 1;
  for (const one of keyed) if (sameTime) one.full = [one.name, drawing.panel ? '' : one.panel].filter(Boolean).join(' · ');
  const listed = keyed.slice(0, most);
  const domain = domainOf(measure, all);
  const names = new Map(listed.map(({ key, full }) => [key, full]));
  const left = Math.min(280, Math.max(90, Math.min(width * 0.38, 14 + 6.6 * Math.max(...listed.map(({ full }) => full.length)))));
  const letters = Math.floor((left - 14) / 6.4);
  const seen = listed.filter(({ hidden }) => !hidden);
  const marks: Markish[] = [
    gridX({ stroke: ink.line, strokeOpacity: 1 }),
    axisX({ anchor: 'top', ticks: width < 500 ? 3 : 5, tickFormat: tick(measure), label: null }),
    axisY({ tickFormat: (key: string) => short(names.get(key) ?? '', letters), tickSize: 0, label: null }),
    barX(listed.filter(({ hidden }) => hidden), { y: 'key', x1: domain[0], x2: domain[1], fill: ink.hatch, title: 'title', insetTop: 2, insetBottom: 2 }),
    text(listed.filter(({ hidden }) => hidden), { y: 'key', x: domain[0], text: (one: Point) => t('hidden: {reason}', { reason: one.hidden }), textAnchor: 'start', dx: 6, fill: ink.quiet }),
    barX(seen.filter(({ bound }) => !bound), {
      y: 'key', x1: 0, x2: 'value', fill: (one: Point) => (one.own ? ink.own : ink.fill), fillOpacity: (one: Point) => (one.unreliable ? 0.45 : 0.85), title: 'title', insetTop: 3, insetBottom: 3,
    }),
    barX(seen.filter(({ bound }) => bound), { y: 'key', x1: (one: Point) => Math.max(domain[0], one.low), x2: (one: Point) => (one.high > one.low ? Math.min(domain[1], one.high) : domain[1]), fill: 'none', stroke: (one: Point) => (one.own ? ink.own : ink.fill), strokeDasharray: '3 3', title: 'title', insetTop: 3, insetBottom: 3 }),
    ...whiskersAcross(seen, 'key', ink.ink),
    text(seen, { y: 'key', x: domain[1], text: 'label', textAnchor: 'start', dx: 6, fill: ink.ink }),
    ruleX([0], { stroke: ink.quiet }),
  ];
  const svg = plot({
    ...common(drawing), marginLeft: left, marginRight: width < 500 ? 96 : 130, marginTop: 26, marginBottom: 6, height: 34 + listed.length * 24,
    x: { domain }, y: { domain: listed.map(({ key }) => key), padding: 0 }, marks,
  }) as SVGSVGElement;
  return { svg, left: all.length - listed.length, about: t('Bars of {rows} rows: {measure}{intervals}. The table has the numbers.', { rows: listed.length, measure: measure.label, intervals: intervals(all) }), legend: [] };
}

function whiskersAcross(seen: { low: number; high: number; bound: boolean }[], y: string, stroke: string): Markish[] {
  const told = seen.filter(({ low, high, bound }) => !bound && high > low);
  return [
    ruleY(told, { y, x1: 'low', x2: 'high', stroke, strokeWidth: 1.3, className: 'whisker' } as object),
    dot(told, { y, x: 'low', r: 3.5, symbol: tickSymbol, stroke } as object),
    dot(told, { y, x: 'high', r: 3.5, symbol: tickSymbol, stroke } as object),
  ];
}
/** A short upright line. */
const tickSymbol = {
  draw(context: CanvasPath, size: number) {
    const half = Math.sqrt(size) / 1.2;
    context.moveTo(0, -half);
    context.lineTo(0, half);
  },
};

function dots(all: Point[], drawing: Drawing): Drawn {
  const { measure, width, most, dark } = drawing;
  const ink = dark ? inks.dark : inks.light;
  const rows = [...new Set(all.map(({ row }) => row))];
  const nameOf = new Map(all.map(({ row, name }) => [row, name]));
  const told = rows.length <= ink.series.length;
  const color = (one: Point) => (told ? ink.series[rows.indexOf(one.row)] : one.own ? ink.own : ink.fill);
  const panels = [...new Set(all.map(({ panel }) => panel))];
  const listed = all.slice(0, most * 10);
  const domain = domainOf(measure, all);
  const left = Math.min(280, Math.max(90, width * 0.34));
  // Areas of a panel stand a little apart, so that intervals do not cover each other.
  const lane = (one: Point) => (told ? rows.indexOf(one.row) : one.own ? 1 : 0);
  const lanes = told ? rows.length : 2;
  const keyed = listed.map((one) => ({ ...one, key: `${panels.indexOf(one.panel)}/${lane(one)}` }));
  const keys = panels.flatMap((_panel, at) => [...Array(lanes).keys()].map((place) => `${at}/${place}`));
  const seen = keyed.filter(({ hidden }) => !hidden);
  const middle = Math.floor(lanes / 2);
  const svg = plot({
    ...common(drawing), marginLeft: left, marginRight: 20, marginTop: 26, marginBottom: 6, height: 40 + keys.length * Math.max(9, 26 / lanes),
    x: { domain }, y: { domain: keys, padding: 0.3 },
    marks: [
      gridX({ stroke: ink.line, strokeOpacity: 1 }),
      ruleY(keys.filter((key) => key.endsWith('/0')).slice(1), { y: (key: string) => key, dy: -6, stroke: ink.line }),
      axisX({ anchor: 'top', ticks: width < 500 ? 3 : 6, tickFormat: tick(measure), label: null }),
      axisY(keys.filter((key) => key.endsWith(`/${middle}`)), { tickFormat: (key: string) => short(panels[Number(key.split('/')[0])], Math.floor((left - 14) / 6.4)), tickSize: 0, label: null }),
      ruleY(seen, { y: 'key', x1: 'low', x2: 'high', stroke: color, strokeOpacity: (one: Point) => (told || one.own ? 0.9 : 0.25), strokeWidth: 1.5, strokeDasharray: undefined }),
      dot(seen, { y: 'key', x: 'value', r: (one: Point) => (one.own ? 5 : 3.5), stroke: color, fill: (one: Point) => (one.bound ? (dark ? '#12181e' : '#fff') : color(one)), title: 'title', sort: (one: Point) => Number(one.own) } as object),
      text(keyed.filter(({ hidden }) => hidden && told), { y: 'key', x: domain[0], text: (one: Point) => t('hidden: {reason}', { reason: one.hidden }), textAnchor: 'start', dx: 4, fill: color, fontSize: 10 } as object),
    ],
  }) as SVGSVGElement;
  const hidden = keyed.filter((one) => one.hidden).length;
  const legend = told
    ? rows.map((row, at) => ({ text: nameOf.get(row) || t('all'), ink: ink.series[at] }))
    : [{ text: t('your own'), ink: ink.own }, { text: hidden ? t('each of {rows}, {count} hidden cells left out', { rows: rows.length, count: hidden }) : t('each of {rows}', { rows: rows.length }), ink: ink.fill }];
  return { svg, left: all.length - listed.length, about: t('Dots of {rows} rows in {panels} panels: {measure}{intervals}. The table has the numbers.', { rows: rows.length, panels: panels.length, measure: measure.label, intervals: intervals(all) }), legend };
}

function lines(all: Point[], drawing: Drawing): Drawn {
  const { measure, width, most, dark } = drawing;
  const ink = dark ? inks.dark : inks.light;
  const times = [...new Set(all.map(({ time }) => time))].sort();
  const groups = Map.groupBy(all, ({ row, panel }) => `${row}|${panel}`);
  const series = [...groups.values()];
  const listed = series.slice(0, most);
  const across = Math.max(1, Math.min(listed.length, Math.floor((width - 60) / (listed.length > 4 ? 220 : 300))));
  const down = Math.ceil(listed.length / across);
  const domain = domainOf(measure, all);
  const letters = Math.floor((width - 60) / across / 7.6) - 2;
  const placed = listed.flatMap((list, at) =>
    list.map((one) => ({ ...one, fx: at % across, fy: Math.floor(at / across), z: at })).sort((a, b) => times.indexOf(a.time) - times.indexOf(b.time)),
  );
  const single = !drawing.panel && listed.length > 1 && new Set(listed.map(([first]) => first.row)).size === 1;
  const heads = listed.map(([first], at) => ({
    fx: at % across, fy: Math.floor(at / across), own: first.own,
    text: short([single ? '' : first.name, drawing.panel ? '' : first.panel].filter(Boolean).join(' · ') || t('all'), letters),
  }));
  const seen = placed.filter(({ hidden }) => !hidden);
  const between = seen.filter(({ low, high }) => high > low);
  const color = (one: { own: boolean }) => (one.own ? ink.own : dark ? ink.series[0] : ink.series[0]);
  const each = (width - 60) / across;
  // As many labels as there is room for.
  const every = Math.max(1, Math.ceil(times.length / Math.max(1, Math.floor(each / 62))));
  const labelled = times.filter((_time, at) => (times.length - 1 - at) % every === 0);
  const svg = plot({
    ...common(drawing), marginLeft: 52, marginRight: 8, marginTop: 8, marginBottom: 26, height: 40 + down * (listed.length > 4 ? 130 : 220),
    x: { domain: times, type: 'point', padding: 0.5 }, y: { domain, nice: true },
    fx: { padding: 0.06, axis: null, domain: [...Array(across).keys()] }, fy: { padding: 0.22, axis: null, domain: [...Array(down).keys()] },
    marks: [
      gridY({ stroke: ink.line, strokeOpacity: 1, ticks: 4 }),
      axisY({ ticks: 4, tickFormat: tick(measure), label: null }),
      axisX(labelled, { label: null, tickSize: 3 }),
      measure.signed ? ruleY([0], { stroke: ink.quiet }) : null,
      link(between, { x1: 'time', x2: 'time', y1: 'low', y2: 'high', fx: 'fx', fy: 'fy', stroke: color, strokeOpacity: 0.7, strokeWidth: 1.4, strokeDasharray: (one: Point) => (one.bound ? '3 3' : undefined), className: 'whisker' } as object),
      // A hidden term is a gap, not a straight line over it.
      lineY(placed, { x: 'time', y: (one: Point) => (one.hidden ? NaN : one.value), z: 'z', fx: 'fx', fy: 'fy', stroke: color }),
      dot(seen, { x: 'time', y: 'value', fx: 'fx', fy: 'fy', r: 3, stroke: color, fill: (one: Point) => (one.bound ? (dark ? '#12181e' : '#fff') : color(one)), title: 'title' } as object),
      text(placed.filter(({ hidden }) => hidden), { x: 'time', frameAnchor: 'bottom', dy: -2, text: () => '⊘', fx: 'fx', fy: 'fy', fill: ink.quiet, title: 'title' } as object),
      text(heads, { fx: 'fx', fy: 'fy', frameAnchor: 'top-left', dy: -13, text: 'text', fontWeight: 600, fill: (one: { own: boolean }) => (one.own ? ink.own : ink.ink) } as object),
    ],
  }) as SVGSVGElement;
  return { svg, left: series.length - listed.length, about: t('Lines of {series} series over {times} terms: {measure}{intervals}. The table has the numbers.', { series: listed.length, times: times.length, measure: measure.label, intervals: intervals(all) }), legend: [] };
}

/** The three shares of a bar as they are drawn: who partly achieved it is what the two others leave, and what is more than the whole is brought to it. */
function barOf([achieved, , none]: (Estimate | undefined)[]): (number | undefined)[] {
  if (!achieved || !none || isHidden(achieved) || isHidden(none)) return [undefined, undefined, undefined];
  const whole = Math.max(1, achieved.value! + none.value!);
  const [first, last] = [achieved.value! / whole, none.value! / whole];
  return [first, 1 - first - last, last];
}

/** Shares of one whole beside each other: who achieved a benchmark, partly or not, how many achieved 0, 1, 2 …, or where students went. */
function stacked(table: Table, drawing: Drawing): Drawn {
  const { measure, width, most, dark } = drawing;
  const ink = dark ? inks.dark : inks.light;
  const panel = panelOf(table);
  const states = statesOf(table);
  const isBar = states.some(({ id }) => id === measure.id);
  const group = isBar ? states : measure.place === undefined ? [measure] : table.measures.filter(({ id }) => id.replace(/\.\d+$/, '') === measure.id.replace(/\.\d+$/, ''));
  const rest = table.facets.filter((facet) => (isBar || measure.place !== undefined || facet !== panel) && !isSame(table, facet.key, facet.key === 'area'));
  const pieces = table.entries.flatMap((entry) => {
    const drawn = isBar ? barOf(group.map(({ id }) => entry.estimates.get(id))) : [];
    return group.map((one, at) => ({
      row: rest.map(({ key }) => entry.places.get(key)?.text ?? t('all')).join(' · '),
      own: drawing.isOwn(entry),
      part: isBar ? one.label : one.place === undefined ? (entry.places.get(panel?.key ?? '')?.text ?? '') : String(one.place),
      measure: one,
      estimate: entry.estimates.get(one.id),
      width: isBar ? drawn[at] : entry.estimates.get(one.id)?.value,
    }));
  });
  const rows = [...new Set(pieces.map(({ row }) => row))];
  const parts = [...new Set(pieces.map(({ part }) => part))];
  const colors = parts.map((_part, at) => isBar ? ['#3f83ad', '#f0c05c', '#d9674e'][at] : (parts.length <= 6 ? ['#3f83ad', '#83cd7c', '#f0c05c', '#d9674e', '#8d99a6', '#4a3f93'][at] : steps[Math.round((at / (parts.length - 1)) * (steps.length - 1))]));
  const listed = rows.slice(0, most);
  const left = Math.min(280, Math.max(90, Math.min(width * 0.38, 14 + 6.6 * Math.max(...listed.map((row) => row.length)))));
  const stacks = listed.map((row) => {
    let sum = 0;
    let hidden = 0;
    const list = pieces.filter((one) => one.row === row).flatMap(({ part, estimate, width: wide, measure: of }) => {
      if (!estimate || wide === undefined || wide === null) {
        hidden += 1;
        return [];
      }
      const from = sum;
      sum += wide;
      return [{ row, part, from, to: sum, title: `${row}\n${part}: ${shown(of, estimate)} ${margin(of, estimate)}` }];
    });
    return { row, list, sum, hidden };
  });
  const end = Math.max(1, ...stacks.map(({ sum }) => sum));
  const svg = plot({
    ...common(drawing), marginLeft: left, marginRight: 110, marginTop: 26, marginBottom: 6, height: 40 + listed.length * 26,
    x: { domain: [0, end] }, y: { domain: listed, padding: 0.15 },
    marks: [
      axisX({ anchor: 'top', ticks: width < 500 ? 3 : 5, tickFormat: tick(measure), label: null }),
      axisY({ tickFormat: (row: string) => short(row, Math.floor((left - 14) / 6.4)), tickSize: 0, label: null }),
      barX(stacks.flatMap(({ list }) => list), { y: 'row', x1: 'from', x2: 'to', fill: (one: { part: string }) => colors[parts.indexOf(one.part)], stroke: dark ? '#12181e' : '#fff', strokeWidth: 0.5, title: 'title' }),
      text(stacks.filter(({ hidden }) => hidden), { y: 'row', x: 'sum', dx: 6, textAnchor: 'start', fill: ink.quiet, text: ({ hidden }: { hidden: number }) => `⊘ ${t('{count} hidden', { count: hidden })}` } as object),
      ruleX([1], { stroke: ink.quiet, strokeDasharray: '2 3' }),
    ],
  }) as SVGSVGElement;
  return {
    svg, left: rows.length - listed.length, legend: parts.map((part, at) => ({ text: part, ink: colors[at] })),
    about: isBar ? t('Stacked shares of {rows} rows: achieved, partly, not at all. The middle one is what the others leave. The table has the numbers.', { rows: listed.length }) : t('Stacked shares of {rows} rows in {parts} parts. Each share has noise of its own, so they do not add up to exactly 100 %. The table has the numbers.', { rows: listed.length, parts: parts.length }),
  };
}

/** Each entry at its official figure and at its own, with the interval of both. It draws no line through them: they stand beside each other. */
function scatter(table: Table, drawing: Drawing): Drawn {
  const { measure, width, dark, panel: wanted } = drawing;
  const ink = dark ? inks.dark : inks.light;
  const beside = table.measures.find(({ official }) => official)!;
  const panel = panelOf(table);
  const own = points(table, drawing);
  const entries = table.entries.filter((entry) => entry.estimates.get(measure.id) && (!wanted || entry.places.get(panel?.key ?? '')?.code === wanted));
  const placed = entries.flatMap((entry, at) => {
    const figureOf = entry.estimates.get(beside.id);
    const across = figureOf && interval(beside, figureOf);
    const point = own[at];
    if (!figureOf || !across || point.hidden) return [];
    return [{ ...point, x: figureOf.value!, left: across[0], right: across[1], title: `${point.title}\n${beside.label}: ${shown(beside, figureOf)} ${margin(beside, figureOf)}` }];
  });
  const color = (one: { own: boolean }) => (one.own ? ink.own : ink.fill);
  const crowded = placed.length > 30;
  const svg = plot({
    ...common(drawing), marginLeft: 56, marginRight: 24, marginTop: 30, marginBottom: 44, height: Math.min(560, Math.max(320, width * 0.6)),
    // Positions are compared, not lengths, so neither scale need begin at zero.
    x: { nice: true, inset: 10 }, y: { nice: true, inset: 10 },
    marks: [
      gridX({ stroke: ink.line, strokeOpacity: 1 }),
      gridY({ stroke: ink.line, strokeOpacity: 1 }),
      axisX({ label: short(beside.label, Math.floor(width / 8)), labelAnchor: 'right', ticks: width < 500 ? 4 : 8 }),
      axisY({ label: short(measure.label, Math.floor(width / 8)), tickFormat: tick(measure), ticks: 5 }),
      link(placed.filter(({ low, high }) => high > low), { x1: 'x', x2: 'x', y1: 'low', y2: 'high', stroke: color, strokeOpacity: crowded ? 0.25 : 0.6, strokeWidth: 1.3, className: 'whisker' } as object),
      link(placed.filter(({ left, right }) => right > left), { x1: 'left', x2: 'right', y1: 'value', y2: 'value', stroke: color, strokeOpacity: crowded ? 0.25 : 0.6, strokeWidth: 1.3, className: 'whisker' } as object),
      dot(placed, { x: 'x', y: 'value', r: (one: Point) => (one.own ? 5 : 3.5), stroke: color, fill: (one: Point) => (one.bound ? (dark ? '#12181e' : '#fff') : color(one)), title: 'title', sort: (one: Point) => Number(one.own) } as object),
      crowded ? null : text(placed, { x: 'x', y: 'value', text: (one: Point) => short(one.name, 22), dy: -9, fill: ink.quiet, fontSize: 10 } as object),
    ],
  }) as SVGSVGElement;
  const out = entries.length - placed.length;
  return {
    svg, left: 0,
    about: t('Scatter of {rows} rows: {measure} beside {official}{intervals}; {out} with either figure missing are left out. That two figures go together does not say that one brings the other about. The table has the numbers.', { rows: placed.length, measure: measure.label, official: beside.label, intervals: intervals(placed), out }),
    legend: [{ text: t('That two figures go together does not say that one brings the other about.'), ink: 'transparent' }],
  };
}
