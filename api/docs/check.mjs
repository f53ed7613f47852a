// Holds the book and the pages around it to the program: their links, their questions, their commands.
//   node api/docs/check.mjs BASE LEP_TOKEN PARTNER_TOKEN HUB_TOKEN EXCHANGE DATABASE SECRET
// BASE is the address of a running demonstration, the tokens are those that it printed, EXCHANGE is the program, DATABASE the
// address of the demonstration's database and SECRET the file with its secret.
//
// - Every page of `src/SUMMARY.md` is there, every page that is there is in it, and every link leads to a file and a heading.
// - Every file and folder of the project that a page names in `code` is there.
// - The settings table has the settings of `api/src/config.rs` and no other.
// - Every block of ```graphql is asked of the demonstration, as the LEP. A word after a comma changes that: `partner`, `hub`
//   or `anonymous` asks as another, a code such as `FORBIDDEN` says which error is expected, `skip-run` marks a fragment.
// - Every block with the word `from=FILE` is a part of that file, line by line.
// - Every block of ```sh,check is run by bash, the blocks of a page one after the other in a new folder, with `exchange` on the
//   path, `api` leading to the sources, and TOKEN, PARTNER_TOKEN and HUB_TOKEN set; http://127.0.0.1:8080 stands for BASE, sqlite://demonstration.db for DATABASE and
//   demonstration.secret for SECRET.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const docs = dirname(fileURLToPath(import.meta.url));
const root = resolve(docs, '../..');
const source = join(docs, 'src');
const summary = join(source, 'SUMMARY.md');
const around = ['README.md', 'CHANGELOG.md', '.github/CONTRIBUTING.md', '.github/SECURITY.md'].map((page) => join(root, page));
const written = ['http://127.0.0.1:8080', 'sqlite://demonstration.db', 'demonstration.secret'];
const longestPage = 180_000;

const [base, lep, partner, hub, program, database, secret] = process.argv.slice(2);
if (!secret) {
  console.error('usage: check.mjs BASE LEP_TOKEN PARTNER_TOKEN HUB_TOKEN EXCHANGE DATABASE SECRET');
  process.exit(2);
}
const tokens = { lep, partner, hub, anonymous: undefined };

let passed = 0;
let failed = 0;
function tell(name, problem) {
  if (problem) {
    failed += 1;
    console.log(`FAIL ${name}\n     ${problem}`);
  } else {
    passed += 1;
  }
}

// The blocks of a page, each with the words behind its fence and the line that it starts on, and the text around them.
function read(page) {
  const blocks = [];
  const text = [];
  let open;
  for (const [index, line] of readFileSync(page, 'utf8').split('\n').entries()) {
    const fence = /^\s*(`{3,})\s*([^`]*)$/.exec(line);
    if (open) {
      if (fence && fence[1].length >= open.fence.length && !fence[2].trim()) open = undefined;
      else open.lines.push(line);
    } else if (fence) {
      open = { fence: fence[1], words: fence[2].trim().split(',').map((word) => word.trim()), line: index + 1, lines: [] };
      blocks.push(open);
    } else {
      text.push(line);
    }
  }
  return { blocks: blocks.map(({ words, line, lines }) => ({ words, line, body: lines.join('\n') })), text: text.join('\n') };
}

// The link targets of a text, code left out.
function links(text) {
  const plain = text.replace(/`[^`]*`/g, '');
  return [...plain.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map((match) => match[1]);
}

// The anchors of a page's headings, as GitHub and mdBook make them.
function anchors(page) {
  const headings = read(page).text.matchAll(/^#{1,6}\s+(.*)$/gm);
  const slug = (heading) =>
    heading[1]
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
  return new Set([...headings].map(slug));
}

function pagesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pagesIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

function checkLinks(page, from) {
  for (const link of links(read(page).text)) {
    if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue;
    const [path, anchor] = link.split('#');
    const target = path ? resolve(dirname(page), decodeURI(path)) : page;
    let problem;
    if (!existsSync(target)) problem = 'leads nowhere';
    else if (anchor && statSync(target).isFile() && !anchors(target).has(anchor)) problem = 'leads to no heading';
    tell(`${from}: the link ${link}`, problem);
  }
}

// Names in code that are files or folders of the project; those with a placeholder in them are left out.
function checkPaths(page, from) {
  const named = read(page).text.matchAll(/`((?:api|entity|migration|\.ci|\.github)\/[\w./-]*)`/g);
  for (const path of new Set([...named].map((match) => match[1]))) {
    tell(`${from}: the file ${path}`, existsSync(join(root, path)) ? '' : 'is not there');
  }
}

// A block that says where it is from is a part of that file.
function checkQuotes(blocks, from) {
  for (const { words, line, body } of blocks) {
    const file = words.find((word) => word.startsWith('from='))?.slice('from='.length);
    if (!file) continue;
    const there = existsSync(join(root, file)) ? `\n${readFileSync(join(root, file), 'utf8')}\n` : '';
    tell(`${from}:${line}: the quotation`, there.includes(`\n${body}\n`) ? '' : `is not what ${file} has`);
  }
}

function checkSettings() {
  const named = (file, pattern) => new Set([...readFileSync(join(root, file), 'utf8').matchAll(pattern)].map((match) => match[1]));
  const declared = named('api/src/config.rs', /env = "((?:EXCHANGE|OTEL)_[A-Z_]+)"/g);
  const told = named('api/docs/src/operators.md', /^\| `((?:EXCHANGE|OTEL)_[A-Z_]+)` \|/gm);
  for (const name of declared) tell(`operators.md: the setting ${name}`, told.has(name) ? '' : 'has no row');
  for (const name of told) tell(`operators.md: the row ${name}`, declared.has(name) ? '' : 'is no setting');
}

async function ask(from, block) {
  const name = `${from}:${block.line}: the question`;
  const [, ...words] = block.words;
  if (words.includes('skip-run')) return;
  const known = (word) => word in tokens || /^[A-Z_]+$/.test(word);
  if (!words.every(known)) return tell(name, `an unknown word behind the fence: ${words.join(', ')}`);
  const token = tokens[words.find((word) => word in tokens) ?? 'lep'];
  const expected = words.find((word) => /^[A-Z_]+$/.test(word));
  const response = await fetch(`${base}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query: block.body }),
  });
  const answer = await response.json();
  const codes = (answer.errors ?? []).map((error) => error.extensions?.code);
  const messages = (answer.errors ?? []).map((error) => `${error.extensions?.code}: ${error.message}`).join('; ');
  if (expected) return tell(name, codes.includes(expected) ? '' : `expected ${expected}, got ${messages || 'an answer'}`);
  const empty = !answer.data || Object.values(answer.data).some((value) => value === null);
  tell(name, messages || (empty ? 'no data' : ''));
}

// The commands of a page, with the demonstration that runs in place of the one that it writes of.
function there(body) {
  const real = [base, database, resolve(secret)];
  return written.reduce((text, name, index) => text.replaceAll(name, real[index]), body);
}

function run(from, blocks, scratch) {
  if (!blocks.length) return;
  const folder = mkdtempSync(join(scratch, 'page-'));
  symlinkSync(join(root, 'api'), join(folder, 'api'));
  const script = blocks.map(({ body }, index) => `${there(body)}\nprintf '%s\\n' ${index + 1} >&9\n`);
  // Settings of whoever runs this must not reach the commands.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('EXCHANGE_'));
  const done = spawnSync('bash', ['-euo', 'pipefail', '-c', `exec 9>"$PROGRESS"\n${script.join('')}`], {
    cwd: folder,
    env: {
      ...Object.fromEntries(own),
      PATH: `${join(scratch, 'bin')}:${process.env.PATH}`,
      EXCHANGE_LOG: 'warn',
      PROGRESS: join(folder, '.progress'),
      TOKEN: lep,
      PARTNER_TOKEN: partner,
      HUB_TOKEN: hub,
    },
    encoding: 'utf8',
    timeout: longestPage,
  });
  const came = readFileSync(join(folder, '.progress'), 'utf8').split('\n').filter(Boolean).length;
  for (const [index, block] of blocks.entries()) {
    const last = (text) => text.trim().split('\n').slice(-6);
    const output = [...last(done.stdout), ...last(done.stderr)].join('\n     ');
    const problem = index < came ? '' : index === came ? `ended with ${done.status ?? done.signal}\n     ${output}` : 'not reached';
    tell(`${from}:${block.line}: the commands`, problem);
  }
}

const listed = links(readFileSync(summary, 'utf8')).map((link) => resolve(source, link));
const present = pagesIn(source).filter((page) => page !== summary);
for (const page of listed) tell(`SUMMARY.md: ${relative(source, page)}`, existsSync(page) ? '' : 'the page is missing');
for (const page of present) tell(`${relative(root, page)} in SUMMARY.md`, listed.includes(page) ? '' : 'no line leads to it');
tell('SUMMARY.md: each page once', new Set(listed).size === listed.length ? '' : 'a page stands there twice');

checkSettings();

const scratch = mkdtempSync(join(tmpdir(), 'exchange-docs-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
mkdirSync(join(scratch, 'bin'));
symlinkSync(resolve(program), join(scratch, 'bin/exchange'));
for (const page of [...around, ...listed.filter((page) => existsSync(page))]) {
  const from = relative(root, page);
  const { blocks } = read(page);
  checkLinks(page, from);
  checkPaths(page, from);
  checkQuotes(blocks, from);
  for (const block of blocks.filter(({ words }) => words[0] === 'graphql')) await ask(from, block);
  run(from, blocks.filter(({ words }) => words[0] === 'sh' && words.includes('check')), scratch);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
