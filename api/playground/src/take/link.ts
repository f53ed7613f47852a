// A question in an address: behind the #, which no server is sent. Never the token, and never an answer.
import { readForm, type Form } from '../ask/form';

export type View = { view?: string; measure?: string; path?: string; spread?: string; panel?: string; kind?: string };
export type Link = { form?: Form; query?: string; variables?: Record<string, unknown>; view?: View };

async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

export async function write(link: Link): Promise<string> {
  const bytes = await through(new TextEncoder().encode(JSON.stringify(link)), new CompressionStream('deflate-raw'));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return `#q=${text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** What an address holds; undefined where it holds none, an error where it cannot be read. */
export async function read(hash: string): Promise<Link | undefined> {
  const text = /^#q=([\w-]+)$/.exec(hash)?.[1];
  if (text === undefined) {
    if (hash.startsWith('#q=')) throw new Error('the address was cut or changed');
    return undefined;
  }
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  const told = JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate-raw'))));
  const view: View = {};
  for (const key of ['view', 'measure', 'path', 'spread', 'panel', 'kind'] as const) {
    if (typeof told.view?.[key] === 'string') view[key] = told.view[key];
  }
  const variables = typeof told.variables === 'object' && told.variables !== null ? told.variables : undefined;
  return { form: readForm(told.form), query: typeof told.query === 'string' ? told.query : undefined, variables, view };
}
