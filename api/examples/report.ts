// Where does an area stand beside its country, benchmark by benchmark? The types come from `report.graphql`, by GraphQL Code
// Generator with the settings of api/tests/clients/codegen/codegen.json:
//   node report.js BASE TOKEN [AREA] [COUNTRY]
import { ReportDocument, type ReportQuery } from './generated/graphql.js';

const [, , base = '', token = '', area = 'E12000001', country = 'E92000001'] = process.argv;

interface Answer {
  data?: ReportQuery | null;
  errors?: { message: string; extensions: { code: string } }[];
}

const response = await fetch(`${base}/graphql`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
  body: JSON.stringify({ query: ReportDocument.toString(), variables: { area, country } }),
});
const { data, errors } = (await response.json()) as Answer;
if (errors || !data?.area || !data.country) {
  for (const { message, extensions } of errors ?? []) console.error(`${extensions.code}: ${message}`);
  process.exit(1);
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const newest = data.area.cells.map((cell) => cell.period.code).sort().at(-1);
const whole = new Map(data.country.cells.map((cell) => [`${cell.period.code}/${cell.benchmark.number}`, cell]));
for (const { period, benchmark, achievedShare: own } of data.area.cells.filter((cell) => cell.period.code === newest)) {
  const beside = whole.get(`${period.code}/${benchmark.number}`)?.achievedShare;
  if (own.value == null || beside?.value == null) {
    console.log(`${benchmark.number} ${benchmark.title}: hidden (${own.reason ?? beside?.reason})`);
    continue;
  }
  // Both numbers carry noise: a difference within 1.96 of its standard errors may be noise alone.
  const difference = own.value - beside.value;
  const error = Math.hypot(own.standardError ?? Infinity, beside.standardError ?? Infinity);
  const told = Math.abs(difference) > 1.96 * error ? (difference > 0 ? 'above' : 'below') : 'not clearly apart';
  console.log(`${benchmark.number} ${benchmark.title}: ${percent(own.value)}, ${percent(beside.value)} around it: ${told}`);
}
console.log(`cite as ${data.area.citation} and ${data.country.citation}`);
