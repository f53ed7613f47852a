// Who asks, what they may ask, and what there is to ask about. The token is kept in memory alone.
import { ask } from '../endpoint';
import { learnName, t, told } from '../words';

/** An area, or a comparator: a named list of areas of a kind, which stands for its members. */
export type AreaRef = { code: string; name: string; kind: string; members?: number };
export type Agreement = { area: AreaRef; tier: string; purposes: string[]; dimensions: string[] | null; validUntil: string | null };
export type BudgetLine = { measure: string; tier: string; used: number; limit: number | null; remaining: number | null };
export type Viewer = {
  organisation: { code: string; name: string; area: AreaRef | null } | null;
  scopes: string[];
  agreements: Agreement[];
  budget: BudgetLine[];
  limits: { cellsPerTable: number; tabulationsTogether: number; allowances: { tier: string; tabulations: number | null }[] };
};
export type Benchmark = { number: number; title: string };
export type Framework = { code: string; title: string; jurisdiction: string; benchmarks: Benchmark[] };
export type Dimension = { dimension: string; allowed: boolean; categories: { code: string; label: string }[] };
export type Catalogue = {
  frameworks: Framework[];
  periods: string[];
  dimensions: Dimension[];
  cohortYears: string[];
  /** Official indicators, with the academic years that they are about. */
  official: { column: string; label: string; years: string[] }[];
  release?: { number: number; synthetic: boolean; publishedAt: string };
};
export type Session = {
  token: string;
  /** Why the token was refused. */
  refused?: string;
  viewer?: Viewer;
  catalogue?: Catalogue;
  /** The areas that may be asked about, with everything in them, and the comparators of which every member may. */
  areas: AreaRef[];
  /** Until when the token holds, as it says itself. */
  until?: Date;
};

const area = 'area { code name kind }';
const budget = 'budget { measure tier used limit remaining }';
const question = `query Desk {
  viewer {
    organisation { code name ${area} }
    scopes
    agreements { ${area} tier purposes dimensions validUntil }
    ${budget}
    limits { cellsPerTable tabulationsTogether allowances { tier tabulations } }
  }
  frameworks { code title wording(in: TRADITIONAL_CHINESE) { text language } jurisdiction benchmarks { number title wording(in: TRADITIONAL_CHINESE) { text language } } }
  periods { code }
  dimensions { dimension allowed categories { code label wording(in: TRADITIONAL_CHINESE) { text language } } }
  release { number synthetic publishedAt destinationEditions { cohortYear } }
  officialDataSets { newest academicYears indicators { column label } }
}`;

/** What may be asked with a token; without one, the catalogue. */
export async function open(token: string): Promise<Session> {
  const { data, errors } = await ask({ query: question }, token);
  if (!data?.viewer) return { token, areas: [], refused: errors?.[0]?.message ?? 'The service told nothing' };
  for (const { code, wording, benchmarks } of data.frameworks ?? []) {
    learnName('framework', code, wording);
    for (const one of benchmarks) learnName(`benchmark ${code}`, String(one.number), one.wording);
  }
  for (const { dimension, categories } of data.dimensions ?? []) for (const one of categories) learnName(dimension, one.code, one.wording);
  const catalogue: Catalogue = {
    frameworks: data.frameworks ?? [],
    periods: (data.periods ?? []).map(({ code }: { code: string }) => code),
    dimensions: data.dimensions ?? [],
    cohortYears: (data.release?.destinationEditions ?? []).map(({ cohortYear }: { cohortYear: string }) => cohortYear),
    official: officialOf(data.officialDataSets ?? []),
    release: data.release ?? undefined,
  };
  const viewer: Viewer = data.viewer;
  const areas = await within(viewer, token);
  return { token, viewer, catalogue, areas, until: endOf(token) };
}

type OfficialSet = { newest: boolean; academicYears: string[]; indicators: { column: string; label: string }[] };
function officialOf(sets: OfficialSet[]): Catalogue['official'] {
  const found = new Map<string, { column: string; label: string; years: Set<string> }>();
  for (const { newest, academicYears, indicators } of sets) {
    for (const { column, label } of newest ? indicators : []) {
      const one = found.get(column) ?? { column, label, years: new Set() };
      for (const year of academicYears) one.years.add(year);
      found.set(column, one);
    }
  }
  return [...found.values()].map(({ years, ...one }) => ({ ...one, years: [...years].sort() })).sort((a, b) => a.label.localeCompare(b.label));
}

export async function budgetOf(token: string): Promise<BudgetLine[] | undefined> {
  const { data } = await ask({ query: `{ viewer { ${budget} } }` }, token);
  return data?.viewer?.budget;
}

/** Each area of the agreements, and every area in it. */
async function within({ agreements, organisation }: Viewer, token: string): Promise<AreaRef[]> {
  const found = new Map<string, AreaRef>();
  if (organisation?.area) found.set(organisation.area.code, organisation.area);
  for (const { area } of agreements) {
    found.set(area.code, area);
    for (let after: string | null = null, pages = 0; pages < 50; pages += 1) {
      const query = `query Areas($within: String!, $after: String) {
        areas(within: $within, first: 200, after: $after) { nodes { code name kind wording(in: TRADITIONAL_CHINESE) { text language } } pageInfo { hasNextPage endCursor } }
      }`;
      const { data } = await ask({ query, variables: { within: area.code, after } }, token);
      if (!data?.areas) break;
      for (const { wording, ...one } of data.areas.nodes as (AreaRef & { wording: { text: string; language: string } })[]) {
        learnName('area', one.code, wording);
        found.set(one.code, one);
      }
      if (!data.areas.pageInfo.hasNextPage) break;
      after = data.areas.pageInfo.endCursor;
    }
  }
  return [...found.values(), ...(await comparators(found, token))];
}

/** The comparators of which every member is among some areas. */
async function comparators(areas: Map<string, AreaRef>, token: string): Promise<AreaRef[]> {
  const found: AreaRef[] = [];
  for (let after: string | null = null, pages = 0; pages < 20; pages += 1) {
    const query = `query Comparators($after: String) {
      comparators(first: 200, after: $after) { nodes { code name kind members { code } } pageInfo { hasNextPage endCursor } }
    }`;
    const { data } = await ask({ query, variables: { after } }, token);
    if (!data?.comparators) break;
    for (const { code, name, kind, members } of data.comparators.nodes as (AreaRef & { members: { code: string }[] })[]) {
      if (members.length > 0 && members.every((one) => areas.has(one.code))) found.push({ code, name, kind, members: members.length });
    }
    if (!data.comparators.pageInfo.hasNextPage) break;
    after = data.comparators.pageInfo.endCursor;
  }
  return found;
}

/** The time that a JSON Web Token says it ends at. */
function endOf(token: string): Date | undefined {
  try {
    const { exp } = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return typeof exp === 'number' ? new Date(exp * 1000) : undefined;
  } catch {
    return undefined;
  }
}

/** What an area is, or of how many areas of which kind a comparator is made. */
export const sortOf = ({ kind, members }: AreaRef) => (members ? t('list of {count} {kinds}', { count: members, kinds: plural(kind) }) : kindWords(kind));
export const kindWords = (kind: string) =>
  told(singular(kind));
const singular = (kind: string) => ({ LEP: 'LEP', LSIP: 'skills plan area' })[kind] ?? kind.toLowerCase().replaceAll('_', ' ');
const kinds = ['COUNTRY', 'REGION', 'LEP', 'LSIP', 'COMBINED_AUTHORITY', 'LOCAL_AUTHORITY', 'HUB'];
export const areaKinds = (areas: AreaRef[]) => kinds.filter((kind) => areas.some((one) => one.kind === kind));
export const plural = (kind: string) => told(singular(kind).replace(/y$/, 'ie').concat('s'));
