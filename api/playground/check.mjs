// The playground in a real browser, against a demonstration (`exchange serve --demo`):
// node check.mjs BASE_URL TOKEN ORGANISATION [--screenshot FILE]   (one picture a view: FILE-table, FILE-chart …)
import { readFileSync } from 'node:fs';

import { chromium } from 'playwright-core';

const [base, token, organisation, option, screenshot] = process.argv.slice(2);
if (!base || !token || !organisation) {
  console.error('usage: node check.mjs BASE_URL TOKEN ORGANISATION [--screenshot FILE]');
  process.exit(2);
}

let passed = 0;
let failed = 0;
async function check(name, test) {
  try {
    await test();
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}: ${process.env.VERBOSE ? error.message : error.message.split('\n')[0]}`);
  }
}
function expect(condition, message) {
  if (!condition) throw new Error(message);
}

const shoot = async (view) => {
  if (option === '--screenshot') await page.screenshot({ path: screenshot.replace(/(\.\w+)?$/, `-${view}$1`) });
};
const run = () => page.getByRole('button', { name: /execute query/i }).click();
const open = async (operation) => {
  await page.getByRole('tab', { name: operation }).or(page.getByRole('button', { name: operation })).first().click();
  await page.locator('.graphiql-query-editor .view-lines').getByText(operation).first().waitFor({ timeout: 5_000 });
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});
const page = await browser.newPage({ viewport: { width: 1500, height: 1000 } });
const elsewhere = [];
const complaints = [];
page.on('request', (request) => {
  const url = new URL(request.url());
  if (!['blob:', 'data:'].includes(url.protocol) && url.origin !== new URL(base).origin) elsewhere.push(request.url());
});
page.on('pageerror', (error) => complaints.push(error.message));
page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));

await check('the page opens', async () => {
  await page.goto(`${base}/graphiql`);
  await page.getByLabel('Token', { exact: true }).waitFor({ timeout: 20_000 });
  await page.locator('.graphiql-query-editor .view-line').first().waitFor({ timeout: 20_000 });
});
await check('a bad token is told so', async () => {
  await page.getByLabel('Token', { exact: true }).fill('nonsense');
  await page.locator('header output').filter({ hasText: 'the token is malformed' }).waitFor({ timeout: 5_000 });
});
await check('a token tells who it speaks for', async () => {
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.locator('header output').filter({ hasText: 'may ask about' }).waitFor({ timeout: 5_000 });
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  expect(!kept.includes(token), 'the token is stored');
});
await check(`its organisation is ${organisation}`, async () => {
  const answer = await page.request.post(`${base}/graphql`, {
    headers: { authorization: `Bearer ${token}` },
    data: { query: '{ viewer { organisation { code name } } }' },
  });
  const { code, name } = (await answer.json()).data.viewer.organisation;
  expect(code === organisation, `found ${code}`);
  expect((await page.locator('header output').textContent()).startsWith(`${name}: `), `the page does not name ${name}`);
});
await check('the first example becomes a table of LEPs', async () => {
  await run();
  await page.locator('.results tbody tr').first().waitFor({ timeout: 15_000 });
  const rows = await page.locator('.results tbody tr').count();
  expect(rows === 38, `expected 38 rows, found ${rows}`);
  // Which cells lie at an edge hangs on the noise, so on the secret: those tell a bound, and no standard error.
  const numbers = await page.locator('.results td.number').allTextContents();
  const odd = numbers.find((text) => !/^(\d+(\.\d+)? % ± \d|[≤≥] \d+(\.\d+)? % $)/.test(text));
  expect(odd === undefined, `neither a standard error nor a bound: ${odd}`);
  expect(numbers.some((text) => text.includes('±')), 'no standard error');
  expect(await page.getByText('synthetic data', { exact: true }).isVisible(), 'synthetic data is not called so');
});
await check('a hidden cell says why and what to do', async () => {
  const hidden = page.locator('.results td.hidden').first();
  expect((await hidden.textContent()) === 'small group', `found ${await hidden.textContent()}`);
  expect((await hidden.getAttribute('title')).includes('To get a number:'), 'no remedy');
});
await shoot('table');
await check('the table can be taken away as CSV', async () => {
  const waiting = page.waitForEvent('download', { timeout: 10_000 });
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const lines = readFileSync(await (await waiting).path(), 'utf8').trim().split('\r\n');
  expect(lines.length === 1 + 38 * 8 * 2, `expected 609 lines, found ${lines.length}`);
  expect(lines.some((line) => line.includes('CONFIDENTIAL,SMALL_GROUP,')), 'no hidden cell');
});
await check('another measure can be shown', async () => {
  await page.getByRole('combobox', { name: 'Show' }).selectOption('meanScore');
  const text = await page.locator('.results td.number').first().textContent();
  expect(!text.includes('%'), `found ${text}`);
});
await check('one benchmark is drawn as bars, a hidden one as hidden', async () => {
  await page.getByRole('button', { name: 'Chart' }).click();
  await page.locator('.results svg .whisker').first().waitFor({ timeout: 5_000 });
  expect((await page.locator('.results svg').getByText('hidden: small group').count()) > 0, 'no hidden bar');
});
await shoot('chart');
await check('another example is drawn as lines over periods', async () => {
  await open('HongKongAndNorthEast');
  await run();
  await page.locator('.results svg circle').first().waitFor({ timeout: 10_000 });
});
await shoot('lines');
await check('a breakdown has its overall table too', async () => {
  await open('Phases');
  await run();
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByRole('combobox', { name: 'Of' }).selectOption('outcomes.overall', { timeout: 10_000 });
  await page.getByRole('cell', { name: 'Secondary' }).first().waitFor({ timeout: 5_000 });
});
await shoot('overall');
await check('an example opens from the menu when its tab was closed', async () => {
  await page.getByLabel('Open an example').selectOption({ label: 'The catalogue' });
  await run();
  await page.locator('.graphiql-response').getByText('"viewer"').waitFor({ timeout: 10_000 });
});
await check('a token is forgotten', async () => {
  await page.getByRole('button', { name: 'Forget' }).click();
  await page.locator('header output').filter({ hasText: 'No token' }).waitFor({ timeout: 5_000 });
});
await check('nothing was asked of any other origin', async () => expect(elsewhere.length === 0, elsewhere.join(' ')));
await check('no error and no violation of the content security policy', async () => {
  const serious = complaints.filter((text) => !/status of 40[01]/.test(text));
  expect(serious.length === 0, serious.join(' | '));
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
