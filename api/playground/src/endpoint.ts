// The one way to the service: the same origin, with the token of the moment.

export type Question = { query: string; operationName?: string | null; variables?: unknown };
type Answer = { data?: any; errors?: { message: string }[] };

export async function ask(question: Question, token: string): Promise<Answer> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify(question),
  });
  return response.json();
}

/** Without an operation name that the document lacks: GraphiQL may still name the operation of the tab before. */
export function named({ operationName, ...question }: Question): Question {
  const known = operationName && new RegExp(`\\b(query|mutation)\\s+${operationName}\\b`).test(question.query);
  return known ? { ...question, operationName } : question;
}
