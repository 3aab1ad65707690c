import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase } from '../../../infra/local/oracle/database.ts';
import { type OracleServer, startOracle } from '../../../infra/local/oracle/server.ts';
import { type Api, bucket, startApi, transportNamed } from '../api.ts';
import { createPeople } from '../oracle-fixture.ts';
import { admitted, type Case, type Known } from './cases.ts';
import { refused } from './damage.ts';
import { type Operation, operations } from './document.ts';
import { exchange } from './exchange.ts';

/** Requests made from the document alone, sound ones and damaged ones, against everything that it says of answers. */

const cases = Number(process.env['FUZZ_CASES'] ?? 500);
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

let api: Api;
let oracle: OracleServer;
let known: Awaited<ReturnType<typeof makeKnown>>;

beforeAll(async () => {
  const database = createDatabase();
  createPeople(database, 'HR', 'EMPLOYEES');
  const user = { user: 'FERRY', password: 'secret' };
  oracle = await startOracle({ database, users: [{ ...user, grants: ['V$DATABASE'] }] });
  api = await startApi(
    {},
    {
      ORACLE_CONNECT_STRING: oracle.connectString,
      ORACLE_USER: user.user,
      ORACLE_PASSWORD: user.password,
      ORAFERRY_JOBS_PER_TENANT: '4',
    },
  );
  known = await makeKnown();
});
afterAll(async () => {
  await api.close();
  await oracle.close();
});

test.each(operations)('$method $path', { timeout: 600_000 }, async (operation) => {
  const sound = admitted(operation, knownFor(operation));
  const damaged = refused(operation, sound);
  const statuses = new Map<string, number>();
  const holds = (arbitrary: fc.Arbitrary<Case>) =>
    fc.assert(
      fc.asyncProperty(arbitrary, async (one) => {
        const { status, fault } = await exchange(api.url, operation, one);
        const label = `${one.kind} ${status}`;
        statuses.set(label, (statuses.get(label) ?? 0) + 1);
        expect(fault, `seed ${seed}`).toBeUndefined();
      }),
      { numRuns: Math.ceil(cases / 2), seed },
    );
  await holds(sound);
  await holds(damaged);
  if (process.env['FUZZ_CASES']) process.stdout.write(`${summary(operation.id, statuses)}\n`);
  const successes = [...statuses.keys()].filter((label) => /^admitted 2/.test(label));
  expect(successes, `nothing that was admitted succeeded; seed ${seed}`).not.toEqual([]);
});

function summary(id: string, statuses: ReadonlyMap<string, number>): string {
  const counts = [...statuses].map(([label, count]) => `${label}: ${count}`).toSorted();
  return `${id} (seed ${seed}): ${counts.join(', ')}`;
}

async function makeKnown() {
  const running = await Promise.all(['one', 'two', 'three'].map(makeTransport));
  const jobs: string[] = [];
  for (const id of running) {
    const { body } = await api.call('POST', `/api/transport/${id}/execute`);
    jobs.push(body.job.id);
    const { bucket: itsBucket, manifest } = body.job.output;
    await api.context.objects.create(itsBucket, manifest, '{}', 'application/json');
  }
  const idle = await makeTransport('idle');
  const dispensable = await Promise.all(['four', 'five', 'six'].map(makeTransport));
  return { running, jobs, idle, dispensable };
}

async function makeTransport(name: string): Promise<string> {
  return (await api.call('POST', '/api/transport', { body: transportNamed(name) })).body.id;
}

function knownFor({ id, path }: Operation): Known {
  return {
    id: idsFor(id, path),
    transport_id: known.running,
    job: known.jobs,
    name: ['HR.EMPLOYEES', 'EMPLOYEES'],
    owner: ['HR'],
    file: ['start.js'],
    bucket: [bucket],
    ...(id === 'replaceTransport' && { transportName: ['idle'] }),
  };
}

/** An `id` is a transport's or a job's, depending on the path; one that runs is neither replaced nor deleted. */
function idsFor(id: string, path: string): readonly string[] {
  if (path.startsWith('/api/jobs')) return known.jobs;
  if (id === 'replaceTransport') return [known.idle];
  return id === 'deleteTransport' ? known.dispensable : known.running;
}
