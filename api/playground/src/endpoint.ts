// The one way to the service: the same origin, with the token of the moment.
import { languageNow } from './words';

export type Question = { query: string; operationName?: string | null; variables?: unknown };
export type Problem = {
  message: string;
  locations?: { line: number; column: number }[];
  path?: (string | number)[];
  extensions?: { code?: string };
};
export type Answer = { data?: any; errors?: Problem[] };

/** Always an answer: what is no GraphQL (a proxy's page, an empty body, no connection) is told as an error of it. */
export async function ask(question: Question, token: string): Promise<Answer> {
  let response: Response;
  try {
    // Beside the page, so that a prefix in front of the service is kept.
    response = await fetch(new URL('graphql', location.href), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        // Names of the catalogue in this language, where there are such.
        'accept-language': languageNow(),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify(question),
    });
  } catch {
    return refusal('The service cannot be reached: no answer came. Is it running, and is this machine connected?');
  }
  const status = `${response.status} ${response.statusText}`.trim();
  const wait = response.headers.get('retry-after');
  const again = wait && /^\d+$/.test(wait) ? ` Try again in ${wait} s.` : '';
  const kind = (response.headers.get('content-type') ?? '').split(';')[0].trim();
  let text: string;
  try {
    text = await response.text();
  } catch {
    return refusal(`The answer broke off (${status}).${again}`);
  }
  try {
    const answer = JSON.parse(text);
    if (answer && typeof answer === 'object' && ('data' in answer || Array.isArray(answer.errors))) {
      if (again && answer.errors?.length) answer.errors[0].message += `.${again}`;
      return answer;
    }
  } catch {
    // Told below.
  }
  const excerpt = text.replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim().slice(0, 120);
  const came = text.trim() ? `${kind || 'something without a media type'}${excerpt ? `: “${excerpt}”` : ''}` : 'nothing';
  return refusal(`No answer of the service: expected JSON, found status ${status} with ${came}.${again}`);
}

const refusal = (message: string): Answer => ({ errors: [{ message }] });

/** Without an operation name that the document lacks: GraphiQL may still name the operation of the tab before. */
export function named({ operationName, ...question }: Question): Question {
  const known = operationName && new RegExp(`\\b(query|mutation)\\s+${operationName}\\b`).test(question.query);
  return known ? { ...question, operationName } : question;
}
