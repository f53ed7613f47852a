// The desk in a real browser, against a demonstration (`exchange serve --demo`):
// node check.mjs BASE_URL HUB_TOKEN LEP_TOKEN PARTNER_TOKEN [--screenshot FILE]   (one picture a view: FILE-table, FILE-chart …)
// Which cells lie at an edge, or are hidden, hangs on the noise of each demonstration: nothing here expects it of one cell.
import { readFileSync } from 'node:fs';

import axe from 'axe-core';
import { chromium } from 'playwright-core';

const [base, hub, lep, partner, option, screenshot] = process.argv.slice(2);
if (!base || !hub || !lep || !partner) {
  console.error('usage: node check.mjs BASE_URL HUB_TOKEN LEP_TOKEN PARTNER_TOKEN [--screenshot FILE]');
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

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});
const elsewhere = [];
const complaints = [];
/** A browser of its own, which tells what was asked elsewhere and what went wrong. */
async function visit({ faulty = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1500, height: 1000 }, ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  // The page has nothing but the service.
  await context.route((url) => !['blob:', 'data:'].includes(url.protocol) && url.origin !== new URL(base).origin, (route) => route.abort('internetdisconnected'));
  const page = await context.newPage();
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['blob:', 'data:'].includes(url.protocol) && url.origin !== new URL(base).origin) elsewhere.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const isAsked = faulty && message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAsked) complaints.push(message.text());
  });
  return page;
}
let page = await visit();
const shoot = async (view, of = page) => {
  if (option === '--screenshot') await of.screenshot({ path: screenshot.replace(/(\.\w+)?$/, `-${view}$1`) });
};

const told = (of = page) => of.locator('header output');
const box = (of = page) => of.getByLabel('Token', { exact: true });
const signIn = async (token, of = page) => {
  await box(of).fill(token);
  await told(of).filter({ hasText: 'may ask about' }).waitFor({ timeout: 5_000 });
  await of.getByRole('button', { name: 'Run', exact: true }).waitFor();
};
const rows = (of = page) => of.locator('.results tbody tr[data-row]');
const expected = (of = page) => of.getByRole('status', { name: 'What to expect' });
/** What the service answers, to compare with. */
const api = async (query, token = lep) => {
  const answer = await page.request.post(`${base}/graphql`, { headers: { authorization: `Bearer ${token}` }, data: { query } });
  return answer.json();
};
const clipboard = (of = page) => of.evaluate(() => navigator.clipboard.readText());
const press = async (name, of = page) => of.getByRole('button', { name, exact: true }).click();
async function taken(name, of = page) {
  const waiting = of.waitForEvent('download', { timeout: 10_000 });
  await press(name, of);
  return readFileSync(await (await waiting).path());
}
/** Waits until it holds; what it last said is the message. */
async function until(test, message, time = 5_000) {
  const end = Date.now() + time;
  for (;;) {
    if (await test()) return;
    if (Date.now() > end) throw new Error(typeof message === 'function' ? await message() : message);
    await new Promise((go) => setTimeout(go, 50));
  }
}

await check('the first view says what this is and where a token comes from', async () => {
  await page.goto(`${base}/graphiql`);
  await page.getByRole('heading', { name: 'Where a token comes from' }).waitFor({ timeout: 10_000 });
  await page.getByText('GATSBY-2014').first().waitFor({ timeout: 5_000 });
});
await shoot('welcome');
await check('the form and a table are there in 400 kB, without the editor', async () => {
  const fetched = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name, encodedBodySize }) => [name, encodedBodySize]));
  const sum = fetched.reduce((all, [, size]) => all + size, 0);
  expect(sum > 50_000 && sum < 400_000, `${sum} bytes`);
  expect(!fetched.some(([name]) => /monaco|editor-/.test(name)), 'the editor was loaded');
});
await check('a bad token is told so', async () => {
  await box().fill('nonsense');
  await told().filter({ hasText: 'the token is malformed' }).waitFor({ timeout: 5_000 });
});
await check('a token tells who it speaks for, and is kept nowhere', async () => {
  await signIn(lep);
  const { organisation } = (await api('{ viewer { organisation { name } } }')).data.viewer;
  expect((await told().textContent()).startsWith(`${organisation.name}: `), `the page does not name ${organisation.name}`);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]));
  expect(!kept.includes(lep), 'the token is stored');
});

const shares = '{ citation cells { area { code name } benchmark { number } achievedShare { value standardError } } }';
const standard = `{ outcomes(input: { framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LEP }) ${shares} beside: outcomes(input: { framework: "GATSBY-2014", areas: ["E92000001"] }) ${shares} }`;
const standardCells = async () => Object.values((await api(standard)).data).flatMap(({ cells }) => cells);
await check('the first example is free and becomes a table of LEPs, with England beside them', async () => {
  const first = page.locator('.examples li').first();
  expect((await first.textContent()).includes('free'), 'it is not called free');
  await first.getByRole('button').click();
  await rows().first().waitFor({ timeout: 15_000 });
  expect((await page.getByRole('grid').getAttribute('aria-rowcount')) === '40', 'not 38 rows, England beside them, and a head');
  await expected().filter({ hasText: 'Free: a standard table' }).waitFor({ timeout: 5_000 });
  expect(await page.getByText('synthetic data', { exact: true }).first().isVisible(), 'synthetic data is not called so');
});
await check('every number is the API’s, with its 95 % interval', async () => {
  const cells = await standardCells();
  const shown = await page.locator('.results tbody tr[data-row]').evaluateAll((list) =>
    list.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
  expect(shown.length >= 15, `only ${shown.length} rows drawn`);
  for (const [area, ...texts] of shown) {
    for (const [at, text] of texts.entries()) {
      const cell = cells.find((one) => one.area.name === area.replace(' (your own)', '') && one.benchmark.number === at + 1);
      const { value, standardError } = cell.achievedShare;
      if (value === null) {
        expect(/^[a-z ]+$/.test(text), `${area} ${at + 1}: hidden, found ${text}`);
        continue;
      }
      const number = Number(/[\d.]+/.exec(text)[0]);
      expect(Math.abs(number - value * 100) < 0.06, `${area} ${at + 1}: expected ${value}, found ${text}`);
      // Those at the edge of a band tell a bound, and no standard error.
      if (standardError === null) expect(/^[≤≥] /.test(text), `neither a standard error nor a bound: ${text}`);
      else expect(Math.abs(Number(/± ([\d.]+)/.exec(text)[1]) / (196 * standardError) - 1) < 0.06, `${text} is not 1.96 × ${standardError}`);
    }
  }
});
await check('the own area is marked', async () => {
  expect((await page.locator('.results tr.own').count()) === 1, 'not one own row');
  expect((await page.locator('.results tr.own').textContent()).startsWith('North East'), 'another area is called the own one');
});
await check('a press sorts, by number and not by text, hidden ones last', async () => {
  await page.getByRole('columnheader').nth(1).click();
  const read = () => page.locator('.results tbody tr[data-row] td:nth-child(2)').evaluateAll((list) => list.map((cell) => Number(/[\d.]+/.exec(cell.textContent)?.[0] ?? NaN)));
  await until(async () => (await page.getByRole('columnheader').nth(1).getAttribute('aria-sort')) !== 'none', 'no order is told');
  const isDown = (await page.getByRole('columnheader').nth(1).getAttribute('aria-sort')) === 'descending';
  const values = (await read()).filter((value) => !Number.isNaN(value));
  const inOrder = values.every((value, at) => at === 0 || (isDown ? values[at - 1] >= value : values[at - 1] <= value));
  expect(values.length > 10 && inOrder, `found ${values.join(' ')}`);
});
await check('a heat map and ranks as intervals', async () => {
  await page.getByLabel('heat map').check();
  expect((await page.locator('.results table.heat').count()) === 1, 'no heat map');
  await page.getByLabel('ranks').check();
  const rank = await page.locator('.results .rank').first().textContent();
  expect(/^ \d+(–\d+)? of \d+$/.test(rank), `found ${rank}`);
});
await shoot('table');
await check('the grid is one stop of the keyboard, and arrows move in it', async () => {
  const stops = await page.locator('.results [role=grid] [tabindex="0"], .results [role=grid] button').count();
  expect(stops === 0, `${stops} further stops`);
  const grid = page.getByRole('grid');
  await grid.focus();
  const at = () => grid.getAttribute('aria-activedescendant');
  const before = await at();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await until(async () => (await at()) !== before, 'the active cell stays');
  await page.keyboard.press('Control+End');
  await until(async () => page.evaluate((id) => document.getElementById(id)?.parentElement.getAttribute('aria-rowindex') === '40', await at()), 'the last row is not reached');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ timeout: 2_000 });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 2_000 });
  expect(await grid.evaluate((one) => one === document.activeElement), 'the focus is lost');
});
await check('CSV has each number of the API, numbers in number columns, and the citation once', async () => {
  const lines = (await taken('Download CSV')).toString('utf8').replace(/^\uFEFF/, '').trim().split('\r\n');
  expect(lines.length === 1 + 39 * 8 * 2, `expected 625 lines, found ${lines.length}`);
  const parse = (line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare);
  const [head, ...body] = lines.map(parse);
  const records = body.map((line) => Object.fromEntries(head.map((name, at) => [name, line[at]])));
  const cells = await standardCells();
  for (const cell of cells) {
    const record = records.find((one) => one.area_code === cell.area.code && one.benchmark === String(cell.benchmark.number) && one.measure === 'achievedShare');
    const same = (text, value) => (value === null ? text === '' : Number(text) === value);
    expect(record && same(record.value, cell.achievedShare.value) && same(record.standard_error, cell.achievedShare.standardError), `${cell.area.name} ${cell.benchmark.number}: ${JSON.stringify(record)}`);
  }
  for (const name of ['value', 'standard_error', 'lower_95', 'upper_95', 'institutions']) {
    const odd = records.find((one) => one[name] !== '' && !Number.isFinite(Number(one[name])));
    expect(!odd, `${name} holds ${odd?.[name]}`);
  }
  const { citation } = (await api(standard)).data.outcomes;
  expect(lines.join('\n').split(citation).length === 2, 'the citation is not there once');
});
await check('files of the service have the numbers of the API, and an address of their own', async () => {
  const choose = (name, value) => page.getByRole('combobox', { name, exact: true }).selectOption(value);
  await choose('Of', 'outcomes.cells');
  const { cells, citation } = (await api(standard)).data.outcomes;
  const file = async (ending) => {
    await choose('File', ending);
    return (await taken('Download file')).toString('utf8');
  };
  const { schema, data, about } = JSON.parse(await file('json'));
  const at = (name) => schema.findIndex((column) => column.name === name);
  const shares = data.filter((line) => line[at('measure')] === 'achieved_share');
  expect(about.citation === citation && shares.length === cells.length, `${shares.length} lines of ${about.citation}`);
  for (const [row, { area, benchmark, achievedShare }] of cells.entries()) {
    const line = shares[row];
    const same = line[at('area_code')] === area.code && line[at('benchmark')] === benchmark.number && line[at('value')] === achievedShare.value && line[at('standard_error')] === achievedShare.standardError;
    expect(same, `${area.name} ${benchmark.number}: ${JSON.stringify(line)}`);
  }
  const csv = await file('csv');
  expect(csv.startsWith('\uFEFFarea_code,') && csv.trim().split('\r\n').length === data.length + 1, csv.slice(0, 80));
  expect((await file('html')).includes('<svg role="img"'), 'the page has no chart');
  await press('Copy address');
  await until(async () => (await clipboard()).includes(`/tables/${citation}.html`), 'no address');
  expect(!(await clipboard()).includes(lep), 'the token is in the address');
  await choose('Of', 'together');
});
await check('a copied table has one line for each row, the head too', async () => {
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+c');
  await until(async () => (await clipboard()).startsWith('Area\t'), async () => `found ${(await clipboard()).slice(0, 80)}`);
  const lines = (await clipboard()).split('\n').map((line) => line.split('\t'));
  expect(lines.length === 40 && lines.every((line) => line.length === 9), `${lines.length} lines of ${lines.map((line) => line.length).slice(0, 3)} fields`);
  const [head] = (await page.evaluate(() => {
    document.getSelection().selectAllChildren(document.querySelector('.results thead'));
    const text = document.getSelection().toString();
    document.getSelection().removeAllRanges();
    return text;
  })).trim().split('\n');
  expect(head.split('\t').length === 9, `selected by hand the head has ${head.split('\t').length} fields`);
});
await check('a citation, a link and code are copied, without the token', async () => {
  await press('Copy citation');
  await until(async () => /release 1.*release-1-/.test(await clipboard()), 'no citation');
  for (const [language, mark] of [['curl', 'curl -s'], ['Python', 'import pandas'], ['R', 'library(httr2)'], ['Power Query', 'Web.Contents']]) {
    await page.getByRole('combobox', { name: 'Code', exact: true }).selectOption(language);
    await press('Copy code');
    await until(async () => (await clipboard()).includes(mark), `no code for ${language}`);
    expect(!(await clipboard()).includes(lep), 'the token is in the code');
  }
  await page.getByRole('combobox', { name: 'Code', exact: true }).selectOption('');
});
await check('bars have 95 % intervals, and go away as SVG and PNG', async () => {
  await press('Chart');
  await page.locator('.results svg .whisker').first().waitFor({ timeout: 10_000 });
  expect((await page.getByRole('img').getAttribute('aria-label')).startsWith('Bars of 39 rows'), 'not 39 bars');
  const svg = (await taken('Download SVG')).toString('utf8');
  expect(svg.startsWith('<svg') && svg.includes('release-1-') && svg.includes('North East'), 'the picture lacks its source');
  const png = await taken('Download PNG');
  expect(png.subarray(1, 4).toString() === 'PNG' && png.length > 10_000, `${png.length} bytes`);
});
await shoot('chart');
await check('areas are drawn beside each other as dots', async () => {
  await page.getByRole('combobox', { name: 'As', exact: true }).selectOption('dots');
  await page.getByRole('img', { name: /^Dots of 39 rows in 8 panels/ }).waitFor({ timeout: 5_000 });
});
await shoot('dots');

let address = '';
await check('asked by form: areas found by name, terms, a breakdown, with cost and precision before Run', async () => {
  await press('Start afresh');
  await page.getByRole('button', { name: 'Leave out England, country' }).click();
  await page.getByLabel('Kind of area to look for').selectOption('REGION');
  await page.getByRole('combobox', { name: 'Areas' }).fill('nort');
  await page.getByRole('option', { name: 'North East region' }).click();
  await page.getByRole('combobox', { name: 'Areas' }).fill('nort');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect((await page.locator('.chips li').count()) === 2, 'not two areas');
  await page.getByText('Periods newest').click();
  await press('last 6 terms');
  await expected().filter({ hasText: /96 cells.*Expected precision of a share, 95 %: ± [\d.]+/s }).waitFor({ timeout: 5_000 });
  await page.getByText('Broken down by nothing').click();
  await page.getByRole('checkbox', { name: 'phase', exact: true }).check();
  await expected().filter({ hasText: /Costs \d+ of your budget.*left to you|Free: asked before/s }).waitFor({ timeout: 5_000 });
  await page.getByRole('checkbox', { name: 'phase', exact: true }).uncheck();
  await expected().filter({ hasText: 'Free' }).waitFor({ timeout: 5_000 });
  const written = await page.locator('.written pre').textContent();
  expect(written.includes('periods: ["') && written.includes('E12000001'), 'the question is not written');
  await press('Run');
  await page.getByRole('img', { name: /^Lines of 16 series over 6 terms/ }).waitFor({ timeout: 10_000 });
});
await shoot('lines');
await check('a link holds question and view, not the token', async () => {
  await press('Copy link');
  await until(async () => (await clipboard()).includes('#q='), 'no link');
  address = await clipboard();
  expect(!address.includes(lep), 'the token is in the link');
});
await check('opened by somebody else, the link asks the same, and runs only when told to', async () => {
  const other = await visit();
  await other.goto(address);
  await other.getByText('This link holds a question').waitFor({ timeout: 10_000 });
  await signIn(lep, other);
  await expected(other).filter({ hasText: '96 cells' }).waitFor({ timeout: 5_000 });
  expect((await other.getByRole('img').count()) === 0, 'it ran by itself');
  await press('Run', other);
  await other.getByRole('img', { name: /^Lines of 16 series over 6 terms/ }).waitFor({ timeout: 10_000 });
  await other.goto('about:blank');
  await other.goto(`${base}/graphiql#q=broken`);
  await other.getByText('cannot be read').waitFor({ timeout: 5_000 });
  await other.context().close();
});

await check('a hidden cell says why, and its remedy is a press that rewrites the question', async () => {
  await press('Start afresh');
  await press('Table');
  await page.getByLabel('Broken down to').selectOption('LOCAL_AUTHORITY');
  await press('Run');
  await until(async () => Number(await page.getByRole('grid').getAttribute('aria-rowcount')) > 100, 'no table of local authorities', 10_000);
  // Sorted, hidden ones stand last.
  await page.getByRole('columnheader').nth(1).click();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+End');
  await page.locator('.results td.hidden').first().waitFor({ timeout: 5_000 });
  // What helps hangs on the cell: a larger area, or, where the asker knows nearly all of it, its own results.
  const hidden = page.locator('.results td.hidden').filter({ hasText: /small group|low effect/ });
  const dialog = page.getByRole('dialog');
  const offered = new Set();
  let remedy;
  let code;
  for (let at = 0; at < Math.min(await hidden.count(), 40) && !code; at += 1) {
    await hidden.nth(at).click();
    await dialog.getByText('Hidden:').waitFor({ timeout: 2_000 });
    for (const button of await dialog.getByRole('listitem').getByRole('button').all()) {
      const words = await button.textContent();
      offered.add(words);
      code = /^ask for the [A-Z_]+ (\S+) /.exec(words)?.[1];
      remedy = button;
      if (code) break;
    }
    if (!code) {
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden', timeout: 2_000 });
    }
  }
  expect(code, `no hidden cell leads to a larger area, only: ${[...offered].join('; ')}`);
  await shoot('hidden');
  await remedy.click();
  await page.getByText('The question is changed').waitFor({ timeout: 2_000 });
  expect((await page.locator('.written pre').textContent()).includes(code), 'the question has not the area');
  await press('Run');
  await until(async () => (await rows().count()) === 1, async () => `${await rows().count()} rows`, 10_000);
});

await check('20,000 cells are a table in two seconds, and typing stays quick', async () => {
  const periods = (await api('{ periods { code } }')).data.periods.map(({ code }) => code).slice(-15);
  await press('Start afresh');
  await page.getByLabel('Broken down to').selectOption('LOCAL_AUTHORITY');
  const folded = page.locator('details.choices:not([open]) > summary').filter({ hasText: 'Periods' });
  if (await folded.count()) await folded.click();
  for (const code of periods) await page.getByRole('checkbox', { name: `${code.slice(0, 4)}/${code.slice(4, 6)} term ${code.slice(7)}` }).check();
  const answers = page.waitForResponse((response) => response.request().postData()?.includes('meanScore') ?? false, { timeout: 30_000 });
  await press('Run');
  await (await answers).finished();
  const began = Date.now();
  await until(async () => Number(await page.getByRole('grid').getAttribute('aria-rowcount').catch(() => 0)) > 2_000, 'no table of more than 2,000 rows', 10_000);
  await rows().first().waitFor();
  const time = Date.now() - began;
  expect(time <= 2_000, `${time} ms`);
  const drawn = await rows().count();
  expect(drawn > 5 && drawn < 120, `${drawn} rows drawn at once`);
  await page.evaluate(() => {
    window.longest = 0;
    new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (window.longest = Math.max(window.longest, duration)))).observe({ type: 'longtask' });
  });
  // The machine may have other things to do: what holds in one of three tries holds.
  let longest = Infinity;
  for (let tries = 0; tries < 3 && longest > 200; tries += 1) {
    await page.getByRole('combobox', { name: 'Areas' }).fill('');
    await page.evaluate(() => (window.longest = 0));
    await page.getByRole('combobox', { name: 'Areas' }).pressSequentially('manchester', { delay: 30 });
    longest = Math.min(longest, await page.evaluate(() => window.longest));
  }
  await page.keyboard.press('Escape');
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+End');
  await until(async () => page.evaluate(() => [...document.querySelectorAll('.results tr[data-row]')].at(-1)?.getAttribute('aria-rowindex') === document.querySelector('[role=grid]').getAttribute('aria-rowcount')), 'the last row is not reached');
  console.log(`     ${drawn} of ${await page.getByRole('grid').getAttribute('aria-rowcount')} rows drawn after ${time} ms; the longest task while typing took ${Math.round(longest)} ms`);
  expect(longest <= 200, `a task of ${longest} ms`);
});

// The partner first: what one organisation opened is free for the others, and the book's questions need what the LEP has.
for (const [name, token] of [['partner', partner], ['hub', hub], ['LEP', lep]]) {
  await check(`each example of the ${name} runs, as table and as chart`, async () => {
    await page.goto(`${base}/graphiql`);
    await page.reload();
    await signIn(token);
    const names = await page.locator('.examples li button').allTextContents();
    expect(names.length >= 5, `${names.length} examples`);
    for (const example of names) {
      const item = page.locator('.examples li').filter({ hasText: example }).first();
      if (!(await item.isVisible())) await page.getByText('Examples that you may ask').click();
      const isFree = (await item.textContent()).endsWith('free');
      const answered = page.waitForResponse((response) => /cells \{\n/.test(response.request().postDataJSON()?.query ?? ''), { timeout: 15_000 });
      await item.getByRole('button').click();
      if (isFree) await expected().filter({ hasText: 'Free' }).waitFor({ timeout: 5_000 });
      else {
        await expected().filter({ hasText: /Costs \d+ of your budget|Free: asked before/ }).waitFor({ timeout: 5_000 });
        await press('Run');
      }
      const answer = await (await answered).json();
      expect(!answer.errors, `${example}: ${answer.errors?.[0]?.message}`);
      await press('Table');
      await rows().first().waitFor({ timeout: 5_000 });
      await press('Chart');
      await page.locator('.results svg[role=img]').first().waitFor({ timeout: 5_000 });
      await shoot(`${name}-${names.indexOf(example) + 1}`);
    }
  });
}

await check('an official figure stands beside outcomes, in the table and as a scatter with intervals', async () => {
  await page.goto(`${base}/graphiql`);
  await page.reload();
  await signIn(lep);
  const item = page.locator('.examples li').filter({ hasText: 'beside an official figure' });
  if (!(await item.isVisible())) await page.getByText('Examples that you may ask').click();
  const answered = page.waitForResponse((response) => /official\(/.test(response.request().postDataJSON()?.query ?? ''), { timeout: 15_000 });
  await item.getByRole('button').click();
  const { data } = await (await answered).json();
  const regions = data.outcomes.overall;
  const published = regions.filter(({ official }) => official && official.value !== null);
  expect(published.length > 5, `${published.length} of ${regions.length} rows have an official figure`);
  const drawing = page.locator('.results svg[role=img]').first();
  await drawing.waitFor({ timeout: 5_000 });
  const about = await drawing.getAttribute('aria-label');
  expect(about.startsWith('Scatter of') && about.includes('does not say that one brings the other about'), about);
  const drawn = regions.filter(({ official, meanAchieved }) => official && official.value !== null && meanAchieved.value !== null);
  expect(about.startsWith(`Scatter of ${drawn.length} rows`), about);
  expect((await page.locator('.results svg .whisker path, .results svg .whisker line').count()) > 0, 'no interval');
  await shoot('beside');
  await press('Table');
  await rows().first().waitFor({ timeout: 5_000 });
  const shown = await page.locator('.results tbody').textContent();
  for (const { area, official } of published) expect(shown.includes(area.name) && shown.includes(String(official.value)), `${area.name}: ${official.value} is not shown`);
  await shoot('beside-table');
});

await check('what protection does to a number is drawn by the parameters of the service, at an address of its own', async () => {
  const other = await visit();
  await other.goto(`${base}/graphiql#method`);
  await other.getByRole('heading', { name: 'What protection does to a number' }).waitFor({ timeout: 10_000 });
  const share = '{ institutions shown noise step standardError atMost changeStandardError }';
  const { protection } = (await api(`{ methodology { protection { tier fewestInstitutions standardTables ${share} otherTables ${share} } } }`)).data.methodology;
  for (const tier of protection.filter((one) => one.tier !== 'OWN')) {
    await other.getByRole('combobox', { name: 'Protection', exact: true }).selectOption(tier.tier);
    for (const tables of ['standardTables', 'otherTables']) {
      await other.getByRole('combobox', { name: 'Tables', exact: true }).selectOption(tables);
      const written = await other.locator('.method table tbody tr').evaluateAll((list) => list.map((row) => [...row.cells].map((cell) => cell.textContent)));
      const two = (number) => String(Number((100 * number).toPrecision(2)));
      tier[tables].forEach((one, at) => {
        const expected = one.shown === null ? [String(one.institutions), 'hidden'] : [String(one.institutions), String(one.shown), two(one.noise), two(one.step), `± ${two(1.96 * one.standardError)}`];
        expect(expected.every((text, column) => written[at][column] === text), `expected ${expected}, found ${written[at]}`);
      });
      expect((await other.locator('.method figure').count()) === 4, 'not four figures');
    }
    const told = await other.locator('.method').textContent();
    expect(told.includes(`Fewer than ${tier.fewestInstitutions} institutions are hidden`), tier.tier);
  }
  await press('Ask by form', other);
  await other.getByRole('heading', { name: 'Where a token comes from' }).waitFor({ timeout: 5_000 });
  expect(!other.url().includes('#'), other.url());
  await other.getByRole('link', { name: 'What protection does to a number' }).click();
  await other.locator('.method svg').first().waitFor({ timeout: 5_000 });
  await other.goBack();
  await other.getByRole('heading', { name: 'Where a token comes from' }).waitFor({ timeout: 5_000 });
  await other.context().close();
});

// GraphiQL, in its frame.
await page.goto('about:blank');
await page.goto(`${base}/graphiql`);
await signIn(lep);
const inner = page.frameLocator('iframe[title=GraphiQL]');
await check('the form is taken over into GraphiQL, and its answers are shown alike', async () => {
  await press('Take over into GraphiQL');
  await inner.locator('.graphiql-query-editor .view-lines').getByText('E92000001').first().waitFor({ timeout: 20_000 });
  await inner.getByRole('button', { name: /execute query/i }).click();
  await rows().first().waitFor({ timeout: 15_000 });
});
await shoot('editor');
await check('page and editor together are at most 1.5 MB', async () => {
  const sizes = (frame) => frame.evaluate(() => performance.getEntriesByType('resource').map(({ name, encodedBodySize }) => [name, encodedBodySize]));
  const fetched = new Map((await Promise.all(page.frames().map(sizes))).flat().filter(([name]) => name.includes('/assets/')));
  const sum = [...fetched.values()].reduce((all, size) => all + size, 0);
  expect(sum > 500_000 && sum <= 1_500_000, `${sum} bytes: ${[...fetched].map(([name, size]) => `${name.split('/').pop()} ${size}`).join(', ')}`);
});
/** Opens a question in a tab of the editor, by its address, and runs it. */
async function inEditor(text, variables) {
  const { deflateRawSync } = await import('node:zlib');
  const hash = deflateRawSync(Buffer.from(JSON.stringify({ query: text, variables }))).toString('base64url');
  await page.evaluate((value) => { location.hash = value; }, `#q=${hash}`);
  await inner.locator('.graphiql-query-editor .view-lines').getByText(/\w/).first().waitFor();
  const mark = /[\w]+(?= \{| \()/.exec(text)[0];
  await inner.locator('.graphiql-query-editor .view-lines').getByText(mark).first().waitFor({ timeout: 5_000 });
  const answered = page.waitForResponse((response) => response.request().postDataJSON()?.query === text, { timeout: 15_000 });
  await inner.getByRole('button', { name: /execute query/i }).click();
  return (await answered).json();
}
const shownTexts = () => page.locator('.results tbody tr[data-row]').evaluateAll((list) => list.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
await check('aliases, two tables of one question, and change with whether it is larger than the noise', async () => {
  const text = `query Aliases($in: OutcomesInput!) { north: outcomes(input: $in) { zellen: cells { wo: area { code name } b: benchmark { number } anteil: achievedShare { v: value se: standardError } c: change(since: "202324T3") { achievedShare { value standardError } distinguishable } } }
    went: destinations(input: { areas: ["E12000001"], stages: [KS4] }) { cells { area { name } category share { value standardError } } } }`;
  const { data } = await inEditor(text, { in: { framework: 'GATSBY-2014', areas: ['E12000001'] } });
  await page.getByRole('combobox', { name: 'Of', exact: true }).waitFor({ timeout: 5_000 });
  const paths = await page.getByRole('combobox', { name: 'Of', exact: true }).locator('option').allTextContents();
  expect(paths.join() === 'north.zellen,went.cells', `found ${paths}`);
  const { v } = data.north.zellen[0].anteil;
  const first = async () => (await shownTexts())[0]?.[1] ?? '';
  await until(async () => Math.abs(Number(/[\d.]+/.exec(await first())?.[0]) - v * 100) < 0.06, async () => `expected ${v}, found ${await first()}`);
  await page.getByRole('combobox', { name: 'Show', exact: true }).selectOption('c.achievedShare');
  await until(async () => /clear|noise\?/.test((await shownTexts())[0][1]), async () => `found ${(await shownTexts())[0]}`);
  await page.getByRole('combobox', { name: 'Of', exact: true }).selectOption('went.cells');
  await until(async () => (await shownTexts())[0].length === 6, async () => `found ${(await shownTexts())[0]}`);
});
await check('rows that nothing tells apart are not written over each other: the field to add is a press', async () => {
  const text = 'query Alike { outcomes(input: { framework: "GATSBY-2014", areas: ["E12000001", "E12000002"], periods: ["202324T3", "202425T3"] }) { cells { benchmark { number } achievedShare { value } } } }';
  const { data } = await inEditor(text);
  await page.getByText('have the same labels').waitFor({ timeout: 5_000 });
  const shown = await shownTexts();
  expect((await page.getByRole('grid').getAttribute('aria-rowcount')) === '33', 'not 32 rows and a head');
  const values = data.outcomes.cells.map(({ achievedShare }) => achievedShare.value);
  shown.forEach((row, at) => expect(values[at] === null || Math.abs(Number(/[\d.]+/.exec(row[1])[0]) - values[at] * 100) < 0.06, `row ${at + 1}: expected ${values[at]}, found ${row[1]}`));
  await press('Add it to the question');
  // The question names `periods` already: what is waited for is the field.
  const written = async () => (await inner.locator('.graphiql-query-editor .view-lines').innerText()).replaceAll('\u00a0', ' ');
  await until(async () => /\bperiod \{/.test(await written()) && /\barea \{/.test(await written()), written, 5_000);
  await inner.getByRole('button', { name: /execute query/i }).click();
  await until(async () => (await shownTexts()).length === 4, async () => `${(await shownTexts()).length} rows of 4`, 10_000);
});
await check('a preview and overall tables with a distribution are tables too', async () => {
  await inEditor('query Expected { preview(input: { framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LOCAL_AUTHORITY }) { cells { area { code name } benchmark { number } shareError reason remedy } } }');
  await until(async () => (await shownTexts())[0]?.length === 9, async () => `found ${(await shownTexts())[0]}`, 10_000);
  await inEditor('query Overall { outcomes(input: { framework: "GATSBY-2014", areas: ["E92000001"], areaKind: REGION }) { overall { area { name } meanAchieved { value standardError } distribution { value standardError } } } }');
  await until(async () => (await shownTexts())[0]?.length === 11, async () => `found ${(await shownTexts())[0]}`, 10_000);
  await page.getByRole('combobox', { name: 'Columns', exact: true }).waitFor({ state: 'detached', timeout: 1_000 }).catch(() => {});
  await press('Chart');
  await page.locator('.results svg[role=img]').first().waitFor({ timeout: 5_000 });
});
await check('a refusal tells where it is and what was expected', async () => {
  await inEditor('query Wrong { outcomes(input: { framework: "GATSBY-1999" }) { cells { nothing } } }');
  await page.getByRole('alert').filter({ hasText: /nothing/ }).waitFor({ timeout: 5_000 });
});
await check('an answer that is no JSON is told with its status, and with what came', async () => {
  const other = await visit({ faulty: true });
  await other.goto(`${base}/graphiql`);
  await signIn(lep, other);
  await other.route('**/graphql', (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<html><title>Sign in</title><h1>Gateway of the library</h1></html>' }));
  await press('Run', other);
  await other.getByRole('alert').filter({ hasText: /expected JSON, found status 502.*text\/html.*Gateway of the library/ }).waitFor({ timeout: 5_000 });
  await other.unroute('**/graphql');
  await other.route('**/graphql', (route) => route.fulfill({ status: 408, body: '' }));
  await press('Run', other);
  await other.getByRole('alert').filter({ hasText: /found status 408.*with nothing/ }).waitFor({ timeout: 5_000 });
  await other.unroute('**/graphql');
  await other.route('**/graphql', (route) => route.abort());
  await press('Run', other);
  await other.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor({ timeout: 5_000 });
  await other.context().close();
});

// Everything that axe calls serious or critical, in the light, in the dark, and where there is little room.
const findings = async (of, known = /^$/) => {
  await of.evaluate(axe.source);
  const { violations } = await of.evaluate(() => window.axe.run(document, { iframes: false, resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html.slice(0, 90)}`))
    .filter((text) => !known.test(text))
    .slice(0, 5);
};
for (const [name, options] of [
  ['in the light', { colorScheme: 'light' }],
  ['in the dark', { colorScheme: 'dark' }],
  ['at 390 pixels', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  // What a window of 1280 by 1024 has at 200 %.
  ['at 200 %', { viewport: { width: 640, height: 512 }, deviceScaleFactor: 2 }],
]) {
  await check(`${name}: usable, nothing wider than the window, and axe finds nothing serious`, async () => {
    const other = await visit(options);
    const fits = async (what) => {
      const wide = await other.evaluate(() => document.documentElement.scrollWidth);
      // A telephone makes the window as wide as what does not fit.
      const room = options.viewport?.width ?? 1500;
      expect(wide <= room + 1, `${what}: ${wide} pixels in ${room}`);
      const found = await findings(other);
      expect(found.length === 0, `${what}: ${found.join('; ')}`);
    };
    await other.goto(`${base}/graphiql`);
    await other.getByText('GATSBY-2014').first().waitFor({ timeout: 10_000 });
    await fits('the first view');
    await signIn(lep, other);
    await expected(other).filter({ hasText: 'Free' }).waitFor({ timeout: 5_000 });
    await fits('the form');
    await other.getByLabel('Broken down to').selectOption('LOCAL_AUTHORITY');
    await press('Run', other);
    await rows(other).first().waitFor({ timeout: 10_000 });
    await fits('the table');
    const hidden = other.locator('.results td.hidden').first();
    await (options.hasTouch ? hidden.tap() : hidden.click());
    await other.getByRole('dialog').waitFor({ timeout: 2_000 });
    await fits('the reason');
    await shoot(`reason-${name.replaceAll(/\W+/g, '-')}`, other);
    await other.keyboard.press('Escape');
    await press('Chart', other);
    await other.locator('.results svg[role=img]').waitFor({ timeout: 10_000 });
    await fits('the chart');
    await shoot(`chart-${name.replaceAll(/\W+/g, '-')}`, other);
    await press('What protection does', other);
    await other.locator('.method svg').nth(3).waitFor({ timeout: 10_000 });
    await fits('what protection does');
    await shoot(`protection-${name.replaceAll(/\W+/g, '-')}`, other);
    if (option === '--screenshot') await other.screenshot({ path: screenshot.replace(/(\.\w+)?$/, `-protection-whole-${name.replaceAll(/\W+/g, '-')}$1`), fullPage: true });
    await other.context().close();
  });
}
await check('in Chinese where the browser is: every text of the page, and back at a press', async () => {
  const other = await visit({ locale: 'zh-HK' });
  await other.goto(`${base}/graphiql`);
  const catalogue = (await api('{ frameworks { title benchmarks { title } } dimensions { categories { label } } comparators { nodes { name } } }')).data;
  const names = [...JSON.stringify(catalogue).matchAll(/"(?:title|label|name)":"([^"]+)"/g)].map(([, name]) => name);
  for (let after = null, more = true; more; ) {
    const { nodes, pageInfo } = (await api(`{ areas(first: 200, after: ${JSON.stringify(after)}) { nodes { name } pageInfo { hasNextPage endCursor } } }`)).data.areas;
    names.push(...nodes.map(({ name }) => name));
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  names.sort((a, b) => b.length - a.length);
  const isChinese = async (what) => {
    const texts = await other.evaluate(() => {
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [];
      while (walk.nextNode()) if (!walk.currentNode.parentElement.closest('pre, code, [lang=en]')) found.push(walk.currentNode.data.trim());
      const said = [...document.querySelectorAll('[aria-label], [placeholder], [title]')].flatMap((one) => ['aria-label', 'placeholder', 'title'].map((name) => one.getAttribute(name)));
      return [...found, ...said].filter((text) => text && /[a-z]{3,} [a-z]{2,}/.test(text));
    });
    // A name is as the catalogue has it, and a command or an example is what is typed.
    const left = texts
      .map((text) => names.reduce((rest, name) => rest.replaceAll(name, ''), text))
      .filter((text) => /[a-z]{3,} [a-z]{2,}/.test(text) && !/exchange serve|north east/.test(text));
    expect(left.length === 0, `${what}: ${left.slice(0, 3).join(' | ')}`);
    const found = await findings(other);
    expect(found.length === 0, `${what}: ${found.join('; ')}`);
  };
  await other.getByRole('heading', { name: '權杖從何而來' }).waitFor({ timeout: 10_000 });
  expect((await other.locator('html').getAttribute('lang')) === 'zh-Hant', 'the page does not say its language');
  await isChinese('the first view');
  await other.getByLabel('權杖', { exact: true }).fill(lep);
  await other.getByRole('status', { name: '預期' }).filter({ hasText: '免費' }).waitFor({ timeout: 10_000 });
  await other.getByLabel('細分至').selectOption('LOCAL_AUTHORITY');
  await press('執行', other);
  await rows(other).first().waitFor({ timeout: 10_000 });
  await other.locator('.results td.hidden').first().click();
  await other.getByRole('dialog').getByText('要取得數字：').waitFor({ timeout: 2_000 });
  await isChinese('a hidden cell');
  await other.keyboard.press('Escape');
  await press('圖表', other);
  await other.locator('.results svg[role=img]').waitFor({ timeout: 10_000 });
  await isChinese('the chart');
  await shoot('chinese', other);
  await press('保護的影響', other);
  await other.locator('.method svg').nth(3).waitFor({ timeout: 10_000 });
  await isChinese('what protection does');
  await shoot('chinese-protection', other);
  await press('用表格提問', other);
  // The answer is still there, until another token is shown.
  await rows(other).or(other.locator('.results svg')).first().waitFor({ state: 'attached', timeout: 10_000 });
  await other.getByLabel('權杖', { exact: true }).fill(partner);
  await other.getByPlaceholder('名稱或代碼').fill('深水埗');
  await other.getByRole('option', { name: '深水埗區' }).waitFor({ timeout: 10_000 });
  await shoot('chinese-names', other);
  await other.keyboard.press('Escape');
  await press('English', other);
  await other.getByRole('button', { name: 'Run', exact: true }).waitFor({ timeout: 2_000 });
  await other.context().close();
});
// Its tabs hold a button each, and some colours of its editor's words are pale.
const ITS_OWN = /^nested-interactive <li.*graphiql-tab|^color-contrast <span class="(mtk\d+|bracket-highlighting-\d)/;
await check('axe in GraphiQL finds what is its own, and no more', async () => {
  const frame = page.frames().find((one) => one.url().endsWith('/graphiql/editor'));
  const found = await findings(frame, ITS_OWN);
  expect(found.length === 0, found.join('; '));
});
await check('a token is forgotten, with what it was told', async () => {
  await press('Ask by form');
  await press('Forget');
  await told().filter({ hasText: 'No token' }).waitFor({ timeout: 5_000 });
  expect((await rows().count()) === 0, 'its table is still there');
  await press('GraphiQL');
  await inner.locator('.graphiql-query-editor .view-line').first().waitFor({ timeout: 20_000 });
  expect(!(await inner.locator('.graphiql-response').textContent()).includes('data'), 'the editor still shows its answer');
});
await check('nothing was asked of any other origin', async () => expect(elsewhere.length === 0, elsewhere.join(' ')));
await check('no error and no violation of the content security policy', async () => {
  const serious = complaints.filter((text) => !/status of 40[01]/.test(text));
  expect(serious.length === 0, serious.join(' | '));
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
