// Mercurius with its JIT. `server.mjs postgresql://…` aggregates in the database with each request, or reads the table that
// was aggregated beforehand; `server.mjs FILE` answers the cells of an answer of the exchange, held in memory.

import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import pg from 'pg';
import { workers } from '../workers.mjs';

const [source] = process.argv.slice(2);

const schema = `
  type Query {
    region(code: String!, period: String!): [Outcome!]!
    localAuthorities(period: String!): [Outcome!]!
    readRegion(code: String!, period: String!): [Outcome!]!
    readLocalAuthorities(period: String!): [Outcome!]!
    cells: [Cell!]!
  }
  type Outcome { area: String! benchmark: Int! assessed: Int! achieved: Int! mean: Float }
  type Cell { area: Area! benchmark: Benchmark! institutions: Int achievedShare: Estimate! }
  type Area { code: String! }
  type Benchmark { number: Int! }
  type Estimate { value: Float standardError: Float status: Status! }
  enum Status { OK UNRELIABLE CONFIDENTIAL NOT_APPLICABLE NOT_AVAILABLE ROUNDS_TO_ZERO }
`;

const aggregates =
  'benchmark, count(score)::integer as assessed, count(*) filter (where score = 100)::integer as achieved, avg(score)::float8 as mean';
const statements = {
  region: `select region as area, ${aggregates} from outcome where region = $1 and period = $2 group by region, benchmark order by benchmark`,
  localAuthorities: `select local_authority as area, ${aggregates} from outcome where period = $1 group by local_authority, benchmark order by local_authority, benchmark`,
  readRegion:
    'select area, benchmark, assessed, achieved, mean from materialised where area = $1 and period = $2 order by benchmark',
  readLocalAuthorities:
    'select area, benchmark, assessed, achieved, mean from materialised where period = $1 and not is_region order by area, benchmark',
};

await workers('/graphql', async (port) => {
  const root = {};
  if (source.startsWith('postgresql:')) {
    const pool = new pg.Pool({ connectionString: source, max: 10 });
    for (const [name, text] of Object.entries(statements)) {
      root[name] = async (_, { code, period }) => {
        const values = code === undefined ? [period] : [code, period];
        return (await pool.query({ name, text, values })).rows;
      };
    }
  } else {
    const { cells } = JSON.parse(readFileSync(source, 'utf8')).data.outcomes;
    root.cells = () => cells;
  }
  const app = Fastify({ logger: false });
  app.register(mercurius, { schema, resolvers: { Query: root }, jit: 1 });
  await app.listen({ host: '127.0.0.1', port });
});
