import relay from 'relay-runtime';

const { Environment, Network, RecordSource, Store } = relay;

/** What the exchange answered in place of data. Decide by `codes`. */
export class Refused extends Error {
  constructor(status, errors) {
    super(errors.map((error) => error.message).join('; '));
    this.status = status;
    this.codes = errors.map((error) => error.extensions.code);
  }
}

/** An environment for the exchange at `base` and the holder of `token`. */
export function exchangeEnvironment(base, token) {
  const network = Network.create(async ({ text }, variables) => {
    const response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query: text, variables }),
    });
    const answer = await response.json();
    if (answer.errors) throw new Refused(response.status, answer.errors);
    return answer;
  });
  // What `node(id:)` names may be in the store already.
  const known = {
    kind: 'linked',
    handle: (field, record, { id }) => (field.name === 'node' && record?.getType() === '__Root' ? id : undefined),
  };
  return new Environment({ network, store: new Store(new RecordSource()), missingFieldHandlers: [known] });
}
