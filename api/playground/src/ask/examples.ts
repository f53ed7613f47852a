// Questions to begin with, made of what the present token may ask. The first one is free.
import { blank, usualFramework, type Form } from './form';
import { areaKinds, kindWords, type AreaRef, type Session } from './session';

export type Example = { name: string; cost: 'free' | 'needs budget'; form: Form };

export function examplesFor(session: Session): Example[] {
  const { viewer, catalogue, areas } = session;
  const agreement = viewer?.agreements[0];
  if (!viewer?.organisation || !agreement || !catalogue) return [];
  const framework = usualFramework(session);
  const { area } = agreement;
  const periods = catalogue.periods.slice(-6);
  const whole: Form = { ...blank, framework, areas: [area] };
  // Its own kind of area where the agreement reaches several of them, else the finest that partners abroad may ask.
  const own = viewer.organisation.area?.kind;
  const kinds = areaKinds(areas.filter(({ code }) => code !== area.code));
  const fine = ['LEP', 'REGION'].find((kind) => kinds.includes(kind) && kind !== area.kind);
  const several = (kind?: string) => kind !== undefined && areas.filter((one) => one.kind === kind).length > 2 && kind !== area.kind;
  const areaKind = several(own) && own !== 'HUB' ? own! : agreement.tier === 'REGIONAL' && kinds.includes('LOCAL_AUTHORITY') && !fine ? 'LOCAL_AUTHORITY' : (fine ?? '');
  const each = areaKind ? `Each ${kindWords(areaKind)} of ${area.name}` : area.name;
  const found: Example[] = [
    { name: `${each}, by benchmark`, cost: 'free', form: { ...whole, areaKind } },
    { name: `${area.name}, term by term`, cost: 'free', form: { ...whole, periods } },
  ];
  const since = catalogue.periods.at(-4);
  if (since) found.push({ name: `Change in ${area.name} since a year before`, cost: 'free', form: { ...whole, since } });
  const nations = viewer.agreements.map((one) => one.area).filter(({ kind }) => kind === area.kind);
  const abroad = nations.find(({ code }) => code.startsWith('HK'));
  if (abroad && nations.length > 1 && catalogue.frameworks.some(({ code }) => code === 'HKBM-2019')) {
    const beside: AreaRef[] = nations.slice(0, 2);
    found.push({
      name: `Regions of ${beside.map(({ name }) => name).join(' and ')} in one numbering`,
      cost: 'needs budget',
      form: { ...blank, framework: 'HKBM-2019', areas: beside, areaKind: 'REGION', mapped: true },
    });
  }
  const canBreak = (dimension: string) => catalogue.dimensions.some((one) => one.dimension === dimension && one.allowed);
  if (canBreak('PHASE')) {
    found.push({ name: `${area.name} by phase of education`, cost: 'needs budget', form: { ...whole, by: ['PHASE'], benchmarks: [3] } });
  }
  if (catalogue.cohortYears.length > 0) {
    found.push({ name: `Where students of ${area.name} went`, cost: 'free', form: { ...whole, dataset: 'destinations', stages: ['KS4'] } });
  }
  found.push({ name: `How many benchmarks were achieved in ${area.name}`, cost: 'free', form: { ...whole, overall: true } });
  return found;
}
