// Changes of the contract that break those who ask: node breaking.mjs OLD NEW
import { readFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';

const [, , older, newer] = process.argv;
if (!older || !newer) {
  console.error('usage: node breaking.mjs OLD NEW');
  process.exit(2);
}

const read = (file) => buildSchema(readFileSync(file, 'utf8'));
const [before, after] = [read(older), read(newer)];
const breaking = findBreakingChanges(before, after);
const dangerous = findDangerousChanges(before, after);
for (const { type, description } of breaking) console.log(`breaking  ${type}: ${description}`);
for (const { type, description } of dangerous) console.log(`dangerous ${type}: ${description}`);
console.log(`${breaking.length} breaking changes, ${dangerous.length} dangerous ones`);
process.exit(breaking.length === 0 ? 0 : 1);
