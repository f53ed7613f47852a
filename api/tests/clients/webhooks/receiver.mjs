// A receiver with the library of Standard Webhooks: WEBHOOK_SECRET=whsec_… node webhooks/receiver.mjs PORT
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const server = createServer(async (request, response) => {
  const body = await text(request);
  try {
    const { type, data } = webhook.verify(body, request.headers);
    console.log(type, JSON.stringify(data));
    response.writeHead(204).end();
  } catch {
    response.writeHead(401).end();
  }
});
server.listen(Number(process.argv[2]), '127.0.0.1');
