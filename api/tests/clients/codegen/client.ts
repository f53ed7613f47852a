import type { ErrorCode, TypedDocumentString } from './generated/graphql.js';

/** What the exchange answered in place of data. Decide by `codes`. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly codes: ErrorCode[],
    message: string,
  ) {
    super(message);
  }
}

interface Answer<Data> {
  data?: Data;
  errors?: { message: string; extensions: { code: ErrorCode } }[];
}

/** Asks the exchange at `base` as the holder of `token`. The types of variables and of the answer are those of the document. */
export async function ask<Data, Variables>(
  base: string,
  token: string,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const response = await fetch(`${base}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors } = (await response.json()) as Answer<Data>;
  if (errors || !data) {
    const codes = (errors ?? []).map((error) => error.extensions.code);
    throw new Refused(response.status, codes, (errors ?? []).map((error) => error.message).join('; '));
  }
  return data;
}
