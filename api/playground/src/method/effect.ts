// What protection does to a share, as the service tells it: asked once, and worked into what is drawn.
import { ask } from '../endpoint';

export type ProtectedShare = {
  institutions: number; shown: number | null; noise: number; step: number; standardError: number; atMost: number; atLeast: number; changeStandardError: number; reliable: boolean;
};
export type Protection = { tier: string; fewestInstitutions: number; countRounding: number; standardTables: ProtectedShare[]; otherTables: ProtectedShare[] };

const share = '{ institutions shown noise step standardError atMost atLeast changeStandardError reliable }';
const question = `query Protection {
  methodology { protection(sizes: [30, 60, 190, 550]) { tier fewestInstitutions countRounding standardTables ${share} otherTables ${share} } }
}`;

export async function protections(token: string): Promise<Protection[] | string> {
  const answer = await ask({ query: question }, token);
  return answer.data?.methodology?.protection ?? answer.errors?.[0]?.message ?? '';
}

/** Half of a 95 % interval. */
export const half = (error: number) => 1.96 * error;

/** A share or an error in points of a hundred, to two digits. */
export const points = (part: number) => Number((100 * part).toPrecision(2));

/** The shares that may be told where so many in truth achieved it, each with how likely it is beside the likeliest. */
export function told({ noise, step, atMost, atLeast }: ProtectedShare, truth: number): { share: number; height: number }[] {
  if (noise <= 0 || step <= 0) return [{ share: truth, height: 1 }];
  const all: { share: number; height: number }[] = [];
  for (let at = Math.ceil(atMost / step - 1e-9); at * step <= atLeast + 1e-9; at++) {
    const away = (at * step - truth) / noise;
    if (Math.abs(away) < 4) all.push({ share: at * step, height: Math.exp((-away * away) / 2) });
  }
  const highest = Math.max(...all.map(({ height }) => height));
  return all.map(({ share, height }) => ({ share, height: height / highest }));
}
