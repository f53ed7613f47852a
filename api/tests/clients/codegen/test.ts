// Questions typed by GraphQL Code Generator against a running exchange: node test.js BASE TOKEN
import { Refused, ask } from './client.js';
import { CellStatus, ErrorCode, HiddenReason, LepsDocument, type LepsQuery, SharesDocument } from './generated/graphql.js';

const [, , base = '', token = ''] = process.argv;
let [passed, failed] = [0, 0];

async function check(name: string, test: () => Promise<boolean>): Promise<void> {
  const found = await test().catch((error: unknown) => error);
  if (found === true) passed += 1;
  else failed += 1;
  console.log(found === true ? `ok   ${name}` : `FAIL ${name}: ${String(found)}`);
}

const input = { framework: 'GATSBY-2014', areas: ['E12000001'], periodRange: { from: '202324T1' } };

await check('typed: a question is answered, and a number that is hidden has its reason', async () => {
  const { outcomes } = await ask(base, token, SharesDocument, { input });
  if (!outcomes) return false;
  const told = outcomes.cells.every(({ achievedShare: { status, value, reason } }) => {
    const hidden: HiddenReason | null | undefined = reason;
    return status === CellStatus.Confidential ? value == null && hidden != null : value != null;
  });
  const published: string = outcomes.release.publishedAt;
  return told && outcomes.cells.length >= 8 && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(published);
});

await check('typed: what the contract does not have is found when it is compiled', async () => {
  // @ts-expect-error: an input without its framework
  const refused = await ask(base, token, SharesDocument, { input: {} }).catch((error: unknown) => error);
  return refused instanceof Refused && refused.codes[0] === ErrorCode.BadRequest;
});

await check('typed: pages', async () => {
  const codes: string[] = [];
  for (let after: string | null | undefined = null, more = true; more; ) {
    const { areas }: LepsQuery = await ask(base, token, LepsDocument, { after });
    if (!areas) return false;
    codes.push(...areas.nodes.map((area) => area.code));
    ({ hasNextPage: more, endCursor: after } = areas.pageInfo);
  }
  return codes.length === 38 && new Set(codes).size === 38;
});

await check('typed: an error has its code', async () => {
  const refused = await ask(base, token, SharesDocument, { input: { framework: 'NO-SUCH' } }).catch((error: unknown) => error);
  return refused instanceof Refused && refused.codes[0] === ErrorCode.NotFound;
});

await check('typed: a token that does not hold is a 401', async () => {
  const refused = await ask(base, 'e30.e30.e30', LepsDocument, {}).catch((error: unknown) => error);
  return refused instanceof Refused && refused.status === 401 && refused.codes[0] === ErrorCode.Unauthenticated;
});

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
