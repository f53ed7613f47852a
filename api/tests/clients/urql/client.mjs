import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

import { keys } from './keys.mjs';

/** A client of the exchange at `base`, for the holder of `token`. */
export function exchangeClient(base, token) {
  const cache = cacheExchange({
    keys,
    resolvers: { Query: { areas: relayPagination(), releases: relayPagination() } },
  });
  return new Client({
    url: `${base}/graphql`,
    preferGetMethod: false,
    exchanges: [cache, fetchExchange],
    fetchOptions: () => ({ headers: token ? { authorization: `Bearer ${token}` } : {} }),
  });
}
