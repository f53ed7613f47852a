// A question as the form holds it, and as GraphQL.
import { literal } from './rewrite';
import type { AreaRef, Session } from './session';

export type Form = {
  dataset: 'outcomes' | 'destinations';
  framework: string;
  purpose: string;
  areas: AreaRef[];
  /** Each area of this kind within them; empty for the areas themselves. */
  areaKind: string;
  /** None for the newest. */
  periods: string[];
  /** None for all of the framework. */
  benchmarks: number[];
  by: string[];
  where: Record<string, string[]>;
  mapped: boolean;
  overall: boolean;
  totals: boolean;
  /** Who partly achieved a benchmark, and who scored nothing. */
  states: boolean;
  since: string;
  /** An area to stand beside the others, whatever its kind; none when empty. */
  beside: string;
  /** The official indicator to stand beside each cell; none when empty. */
  official: string;
  cohortYears: string[];
  stages: string[];
  categories: string[];
  bands: boolean;
};

export const stages: [string, string][] = [['KS4', 'Key stage 4 (age 16)'], ['SIXTEEN_TO_EIGHTEEN', '16 to 18 study']];
export const destinations: [string, string][] = [
  ['EDUCATION', 'Education'], ['APPRENTICESHIP', 'Apprenticeship'], ['EMPLOYMENT', 'Employment'],
  ['NOT_SUSTAINED', 'Not sustained'], ['UNKNOWN', 'Not known'],
];

export const blank: Form = {
  dataset: 'outcomes', framework: '', purpose: '', areas: [], areaKind: '', periods: [], benchmarks: [], by: [], where: {},
  mapped: false, overall: false, totals: false, states: false, since: '', beside: '', official: '', cohortYears: [], stages: [], categories: [], bands: false,
};

/** The framework to begin with for an area: the one of its own jurisdiction, else the first. */
export function usualFramework({ catalogue }: Session, area: AreaRef | undefined): string {
  const frameworks = catalogue?.frameworks ?? [];
  const there = area && frameworks.find(({ jurisdiction }) => jurisdiction === area.code);
  return (there ?? frameworks[0])?.code ?? '';
}

/** Where a fresh form starts: the first agreement's area, the newest period. */
export const start = (session: Session): Form => ({
  ...blank,
  framework: usualFramework(session, session.viewer?.agreements[0]?.area),
  areas: session.viewer?.agreements.slice(0, 1).map(({ area }) => area) ?? [],
});

/** What the form asks, as the input of the contract. */
export function inputOf(form: Form): Record<string, unknown> {
  const some = <T>(list: T[]) => (list.length > 0 ? list : undefined);
  const common = {
    purpose: form.purpose || undefined,
    areas: some(form.areas.map(({ code }) => code)),
    areaKind: form.areaKind || undefined,
  };
  if (form.dataset === 'destinations') {
    const bands = { framework: form.framework, period: form.periods[0] };
    return {
      ...common,
      cohortYears: some(form.cohortYears),
      stages: some(form.stages),
      categories: some(form.categories),
      byBenchmarksAchieved: form.bands ? bands : undefined,
    };
  }
  const where = Object.entries(form.where).filter(([, codes]) => codes.length > 0);
  return {
    framework: form.framework,
    ...common,
    periods: some(form.periods),
    benchmarks: some(form.benchmarks),
    by: some(form.by),
    where: some(where.map(([dimension, codes]) => ({ dimension, in: codes }))),
    mapped: form.mapped || undefined,
  };
}

function input(form: Form): string {
  const lines = Object.entries(inputOf(form)).filter(([, value]) => value !== undefined);
  return `{\n${lines.map(([name, value]) => `      ${name}: ${literal(value, name)}\n`).join('')}    }`;
}

const number = `fragment Number on Estimate {
  value
  standardError
  bound
  status
  reason
  remedy
}
`;
const about = `release { number publishedAt synthetic }
    tier
    purpose
    summary { published hidden { reason count } }
    citation`;

/** The same question about the area that stands beside. */
const besideOf = (form: Form): Form => ({ ...form, areas: [{ code: form.beside, name: '', kind: '' }], areaKind: '' });

/** The official figure of the same area and academic year. */
const officialOf = (form: Form) =>
  form.official ? `      official(indicator: ${JSON.stringify(form.official)}) { value text status lower95 upper95 label unit source }\n` : '';

/** The question as GraphQL. */
export function write(form: Form): string {
  const isDestinations = form.dataset === 'destinations';
  const broken = form.by.length > 0;
  const categories = broken ? '      categories { dimension code label }\n' : '';
  if (isDestinations) {
    return `query Destinations {
  destinations(
    input: ${input(form)}
  ) {
    ${about}
    cells {
      area { code name }
      cohortYear
      stage
      category
${form.bands ? '      benchmarksAchieved { lowest highest of }\n' : ''}      institutions
      share { ...Number }
      students { ...Number }
      cohort { ...Number }
    }
  }
}

${number}`;
  }
  const change = form.since
    ? `      change(since: ${JSON.stringify(form.since)}) {
        achievedShare { ...Number }
        distinguishable
        sameInstitutions
      }
`
    : '';
  const cell = `      area { code name }
      period { code }
      benchmark { number title }
${categories}      institutions
${form.mapped ? '      comparability\n' : ''}      achievedShare { ...Number }
${form.states ? '      partlyShare { ...Number }\n      noneShare { ...Number }\n' : ''}      meanScore { ...Number }
${officialOf(form)}`;
  const overall = form.overall
    ? `    overall {
      area { code name }
      period { code }
${categories}      institutions
${form.mapped ? '      comparability\n' : ''}      meanAchieved { ...Number }
      shareWithAll { ...Number }
      distribution { ...Number }
${officialOf(form)}    }
`
    : '';
  const totals = form.totals && broken ? `    totals {\n${cell}    }\n` : '';
  const selected = (parts: string) => `{
    framework { code }
    ${about}
    cells {
${cell}${change}    }
${parts}  }
`;
  const beside = form.beside
    ? `  beside: outcomes(
    input: ${input(besideOf(form))}
  ) ${selected('')}`
    : '';
  return `query Outcomes {
  outcomes(
    input: ${input(form)}
  ) ${selected(overall + totals)}${beside}}

${number}`;
}

/** What the question would cost and how exact it would be, asked of public facts alone. */
export function writePreview(form: Form): string {
  const cost = 'tier cost { cells newTabulations tabulations standard } summary { published hidden { reason count } }';
  if (form.dataset === 'destinations') return `{ destinationPreview(input: ${input(form)}) { ${cost} } }`;
  const extra = [
    ...(form.overall ? ['overall: true'] : []),
    ...(form.totals && form.by.length > 0 ? ['totals: true'] : []),
    ...(form.states ? ['states: true'] : []),
    ...(form.since ? [`since: [${JSON.stringify(form.since)}]`] : []),
  ].join(' ');
  const since = [...(form.states ? ['states: true'] : []), ...(form.since ? [`since: [${JSON.stringify(form.since)}]`] : [])].join(' ');
  const beside = form.beside ? `beside: preview(input: ${input(besideOf(form))} ${since}) { ${cost} }` : '';
  return `{ preview(input: ${input(form)} ${extra}) { ${cost} cells { shareError } } ${beside} }`;
}

/** A form read back from a link: what is not as it should be is left out. */
export function readForm(told: any): Form | undefined {
  if (typeof told !== 'object' || told === null) return undefined;
  const texts = (value: unknown) => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const areas = Array.isArray(told.areas) ? told.areas : [];
  const where = typeof told.where === 'object' && told.where !== null ? Object.entries(told.where) : [];
  return {
    dataset: told.dataset === 'destinations' ? 'destinations' : 'outcomes',
    framework: text(told.framework),
    purpose: text(told.purpose),
    areas: areas.filter((one: any) => typeof one?.code === 'string').map((one: any) => ({ code: one.code, name: text(one.name) || one.code, kind: text(one.kind) })),
    areaKind: text(told.areaKind).replace(/[^A-Z_]/g, ''),
    periods: texts(told.periods),
    benchmarks: Array.isArray(told.benchmarks) ? told.benchmarks.filter(Number.isInteger) : [],
    by: texts(told.by).filter((one) => /^[A-Z]+$/.test(one)),
    where: Object.fromEntries(where.filter(([name]) => /^[A-Z]+$/.test(name)).map(([name, codes]) => [name, texts(codes)])),
    mapped: told.mapped === true,
    overall: told.overall === true,
    totals: told.totals === true,
    states: told.states === true,
    since: text(told.since),
    beside: text(told.beside),
    official: text(told.official),
    cohortYears: texts(told.cohortYears),
    stages: texts(told.stages).filter((one) => /^[A-Z_\d]+$/.test(one)),
    categories: texts(told.categories).filter((one) => /^[A-Z_]+$/.test(one)),
    bands: told.bands === true,
  };
}

/** The form with a changed input taken over, as a remedy makes it. */
export function changed(form: Form, input: Record<string, any>, areas: AreaRef[]): Form {
  const refs = (input.areas ?? []).map(
    (code: string) => areas.find((one) => one.code === code) ?? form.areas.find((one) => one.code === code) ?? { code, name: code, kind: '' },
  );
  return {
    ...form,
    areas: refs,
    areaKind: input.areaKind ?? '',
    purpose: input.purpose ?? '',
    by: input.by ?? [],
    where: Object.fromEntries((input.where ?? []).map((one: { dimension: string; in: string[] }) => [one.dimension, one.in])),
    mapped: input.mapped === true,
    bands: input.byBenchmarksAchieved !== undefined,
  };
}
