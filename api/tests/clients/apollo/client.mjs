import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client/core';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { createHash } from 'node:crypto';

/** A client of the exchange at `base`, for the holder of `token`. */
export function exchangeClient(base, token, fetch = globalThis.fetch) {
  // Documents are sent by their hash: with GET, so that answers carry an ETag, and once with their text.
  const byHash = new PersistedQueryLink({
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    useGETForHashedQueries: true,
  });
  const http = new HttpLink({ uri: `${base}/graphql`, fetch, headers: token ? { authorization: `Bearer ${token}` } : {} });
  const cache = new InMemoryCache({
    // Which types an interface stands for; `schema.graphql` has them.
    possibleTypes: {
      Node: ['Area', 'Benchmark', 'DestinationTable', 'Framework', 'Organisation', 'OutcomeTable', 'Period', 'Release', 'Viewer'],
    },
    // Pages of a connection are laid one behind the other; its other arguments make another list.
    typePolicies: {
      Query: {
        fields: {
          areas: relayStylePagination(['kind', 'within', 'search', 'ended']),
          releases: relayStylePagination(),
        },
      },
    },
  });
  return new ApolloClient({ link: byHash.concat(http), cache, clientAwareness: { name: 'nightly-report', version: '1.0' } });
}
