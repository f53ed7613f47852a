// A real OpenID Connect provider with one program as its client: node provider.mjs PORT
// Tells its address on standard output when it listens. It signs with a key that it draws at its start; SIGHUP draws another, shown
// beside the one before it, as a provider that rotates its keys does. SIGUSR2 stops it from answering, until it gets it again.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
if (!port) {
  console.error('usage: provider.mjs PORT');
  process.exit(2);
}
const issuer = `http://127.0.0.1:${port}`;
const audience = 'https://exchange.example';
let drawn = 0;
const draw = () => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  kid: `key-${(drawn += 1)}`,
  alg: 'RS256',
  use: 'sig',
});

// The provider signs with the first of its keys.
function provide(keys) {
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      {
        client_id: 'nightly',
        client_secret: 'a-secret-of-the-provider-alone',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        scope: 'outcomes:read audit:read',
      },
    ],
    scopes: ['outcomes:read', 'audit:read'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: (_context, resource) => ({
          scope: 'outcomes:read audit:read',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  return provider.callback();
}

let keys = [draw()];
let answer = provide(keys);
let silent = false;
const held = [];
process.on('SIGHUP', () => {
  keys = [draw(), keys[0]];
  answer = provide(keys);
  console.log(`rotated ${keys[0].kid}`);
});
process.on('SIGUSR2', () => {
  silent = !silent;
  console.log(silent ? 'silent' : 'answering');
  while (!silent && held.length > 0) answer(...held.shift());
});
createServer((request, response) => {
  if (silent) held.push([request, response]);
  else answer(request, response);
}).listen(port, '127.0.0.1', () => console.log(`listening ${issuer}`));
