// Takes the messages of a webhook: WEBHOOK_SECRET=whsec_… node webhook.mjs [PORT]. Needs nothing but Node from 18.
// Put what you do about a message in the place of `console.log`, and a web server with TLS in front of it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

const secret = Buffer.from(process.env.WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64');
const largest = 65_536;
// Keep these where they outlive the program: a message may come again, under the same identifier.
const seen = new Set();

/** Whether the exchange sent it, and within the last five minutes. */
function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': sent, 'webhook-signature': signatures = '' } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(sent)) < 300)) return false;
  const expected = createHmac('sha256', secret).update(`${id}.${sent}.`).update(body).digest();
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const server = createServer(async (request, response) => {
  const small = Number(request.headers['content-length'] ?? Infinity) <= largest;
  const body = small ? await buffer(request) : Buffer.alloc(0);
  const genuine = isGenuine(request.headers, body);
  if (genuine && !seen.has(request.headers['webhook-id'])) {
    const { type, data } = JSON.parse(body);
    console.log(type, JSON.stringify(data));
    seen.add(request.headers['webhook-id']);
  }
  response.writeHead(genuine ? 204 : 401).end();
});
server.listen(Number(process.argv[2] ?? 9000), '127.0.0.1');
