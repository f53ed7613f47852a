// Questions to begin with, made of what the present token may ask. The first one is free.
import type { View } from '../take/link';
import { blank, usualFramework, type Form } from './form';
import { kindWords, type AreaRef, type Session } from './session';
import { t } from '../words';

export type Example = { name: string; cost: 'free' | 'needs budget'; form: Form; view?: View };

export function examplesFor(session: Session): Example[] {
  const { viewer, catalogue, areas } = session;
  const agreement = viewer?.agreements[0];
  if (!viewer?.organisation || !agreement || !catalogue) return [];
  const framework = usualFramework(session, agreement.area);
  const { area } = agreement;
  const periods = catalogue.periods.slice(-6);
  const whole: Form = { ...blank, framework, areas: [area] };
  // Its own kind of area where the agreement reaches several of them, else the finest that its tier answers for.
  const own = viewer.organisation.area?.kind;
  const inside = areas.filter(({ code }) => code !== area.code);
  const several = (kind: string) => kind !== area.kind && inside.filter((one) => one.kind === kind).length > 2;
  const kinds = [own ?? '', 'LEP', 'REGION', ...(agreement.tier === 'REGIONAL' ? ['LOCAL_AUTHORITY'] : [])].filter((kind) => kind !== 'HUB');
  const areaKind = kinds.find((kind) => several(kind)) ?? '';
  const each = areaKind ? t('Each {kind} of {area}', { kind: kindWords(areaKind), area: area.name }) : area.name;
  const found: Example[] = [
    { name: t('{what}, by benchmark', { what: each }), cost: 'free', form: { ...whole, areaKind, beside: areaKind ? area.code : '' } },
    { name: t('{what}, term by term', { what: area.name }), cost: 'free', form: { ...whole, periods } },
  ];
  const since = catalogue.periods.at(-4);
  if (since) found.push({ name: t('{what}: change since a year before', { what: each }), cost: 'free', form: { ...whole, areaKind, since }, view: { measure: 'change.achievedShare' } });
  const nations = viewer.agreements.map((one) => one.area).filter(({ kind }) => kind === area.kind);
  const abroad = nations.find((one) => usualFramework(session, one) !== framework);
  if (abroad) {
    const beside: AreaRef[] = [area, abroad];
    found.push({
      name: t('Regions of {areas} in one numbering', { areas: beside.map(({ name }) => name).join(t(' and ')) }),
      cost: 'needs budget',
      form: { ...blank, framework: usualFramework(session, abroad), areas: beside, areaKind: 'REGION', mapped: true },
    });
  }
  const canBreak = (dimension: string) => catalogue.dimensions.some((one) => one.dimension === dimension && one.allowed);
  if (canBreak('PHASE')) {
    found.push({ name: t('{what} by phase of education', { what: area.name }), cost: 'needs budget', form: { ...whole, by: ['PHASE'], benchmarks: [3] } });
  }
  const neet = catalogue.official.find(({ column }) => column === 'NEET_percent');
  const term = neet && catalogue.periods.filter((period) => neet.years.includes(period.slice(0, 6))).at(-1);
  if (term && area.code.startsWith('E')) {
    // Official figures are published by region, and seldom by LEP.
    const kind = areaKind === 'LEP' ? 'REGION' : areaKind;
    const what = kind ? t('Each {kind} of {area}', { kind: kindWords(kind), area: area.name }) : area.name;
    found.push({
      name: t('{what} beside an official figure', { what }),
      cost: 'free',
      form: { ...whole, areaKind: kind, periods: [term], official: 'NEET_percent', overall: true },
      view: { path: 'outcomes.overall', spread: '', view: 'Chart', kind: 'scatter', measure: 'meanAchieved' },
    });
  }
  if (catalogue.cohortYears.length > 0) {
    found.push({ name: t('{what}: where students went', { what: each }), cost: 'free', form: { ...whole, areaKind, dataset: 'destinations', stages: ['KS4'] } });
  }
  found.push({
    name: t('{what}: how many benchmarks were achieved', { what: each }),
    cost: 'free',
    form: { ...whole, areaKind, overall: true },
    view: { path: 'outcomes.overall', spread: '' },
  });
  return found;
}
