// Types of the questions of a folder, as GraphQL Code Generator's own command makes them of the same `codegen.json`, without what
// that command needs beside: node codegen/generate.mjs FOLDER
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse, printSchema } from 'graphql';

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2]);
const config = JSON.parse(readFileSync(join(here, 'codegen.json'), 'utf8'));
const schema = buildSchema(readFileSync(resolve(here, config.schema), 'utf8'));
const documents = readdirSync(folder)
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => ({ location: join(folder, file), document: parse(readFileSync(join(folder, file), 'utf8')) }));
for (const [file, { plugins, config: settings }] of Object.entries(config.generates)) {
  const pluginMap = Object.fromEntries(await Promise.all(plugins.map(async (name) => [name, await import(`@graphql-codegen/${name}`)])));
  const text = await codegen({
    filename: file,
    schema: parse(printSchema(schema)),
    documents,
    config: settings,
    plugins: plugins.map((name) => ({ [name]: {} })),
    pluginMap,
  });
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}
