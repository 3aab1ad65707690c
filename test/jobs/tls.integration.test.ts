import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Authority,
  type Certificate,
  createAuthority,
  walletText,
} from '../../infra/local/oracle/certificates.ts';
import { type OracleServer, startOracle } from '../../infra/local/oracle/server.ts';
import { createTaskContext } from '../../jobs/context.ts';
import type { Job } from '../../shared/domain/job.ts';
import { fillTable, type JobFixture, startJobFixture } from '../support/job-fixture.ts';

const walletPassword = 'wallet-Pa55word';

let fixture: JobFixture;
let server: OracleServer;
let ours: Authority;
let client: Certificate;

beforeAll(async () => {
  fixture = await startJobFixture();
  fillTable(fixture.database, 'HR', 'PEOPLE', 2_500);
  ours = await createAuthority('Our CA');
  client = await ours.issue({ commonName: 'oraferry' });
  const database = await ours.issue({ commonName: 'db', addresses: ['127.0.0.1'] });
  server = await startOracle({
    database: fixture.database,
    users: [{ user: user(), password: password(), grants: ['V$DATABASE'] }],
    tls: { ...database, ca: ours.cert },
  });
});
afterAll(async () => {
  await server.close();
  await fixture.close();
});

const user = () => variable('ORACLE_USER');
const password = () => variable('ORACLE_PASSWORD');

function variable(name: string): string {
  const variables: Readonly<Record<string, string>> = fixture.env;
  return variables[name] ?? '';
}

/** The environment of a task that reaches the database by TLS, with the wallet of our client. */
function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...fixture.env,
    ORACLE_CONNECT_STRING: server.connectString,
    ORACLE_WALLET_CONTENT: walletText(client, ours, walletPassword),
    ORACLE_WALLET_PASSWORD: walletPassword,
    LOG_LEVEL: 'debug',
    ...more,
  };
}

it('a job exports by TLS what it would export without', async () => {
  const context = createTaskContext({ ...environment(), LOG_LEVEL: 'silent' });
  const job = await fixture.enqueue(['HR.PEOPLE']);
  try {
    expect(await fixture.run(job, context)).toBe('SUCCEEDED');
  } finally {
    await context.close();
  }
  expect(await fixture.rows(job, 'HR', 'PEOPLE')).toHaveLength(2_500);
});

describe('a job that cannot connect by TLS', () => {
  it.each([
    [
      'a wrong wallet password',
      () => ({ ORACLE_WALLET_PASSWORD: 'wrong-Pa55word' }),
      'ORACLE_TLS_ERROR',
    ],
    ['the wallet of another database', foreignWallet, 'ORACLE_TLS_ERROR'],
    [
      'a wrong password',
      () => ({ ORACLE_PASSWORD: 'wrong-Oracle-Pa55' }),
      'ORACLE_AUTHENTICATION_ERROR',
    ],
  ])(
    'for %s fails at once and says why, with no secret in anything it says',
    async (_, wrong, code) => {
      const env = environment(await wrong());
      const job = await fixture.enqueue(['HR.PEOPLE']);
      const { exitCode, said } = await runTask(job, env);
      const { job: failed } = await fixture.detail(job);

      expect(exitCode).toBe(1);
      expect(failed).toMatchObject({ state: 'FAILED', error: { code } });
      expect(said).toContain(code);
      const seen = said + JSON.stringify(failed);
      for (const secret of secretsOf(env)) expect(seen).not.toContain(secret);
    },
  );
});

async function foreignWallet(): Promise<Record<string, string>> {
  const foreign = await createAuthority('Foreign CA');
  return { ORACLE_WALLET_CONTENT: walletText(client, foreign, walletPassword) };
}

/** The passwords, and the lines of the private key that only a wallet has. */
function secretsOf(env: Readonly<Record<string, string>>): string[] {
  const wallet = String(env['ORACLE_WALLET_CONTENT']);
  const [key = ''] = wallet.split('-----END');
  const keyLines = key.split('\n').slice(1, -1);
  expect(keyLines.length).toBeGreaterThan(2);
  const passwords = [env['ORACLE_PASSWORD'], env['ORACLE_WALLET_PASSWORD'], password()];
  return [...passwords.map(String), ...keyLines];
}

async function runTask(job: Job, env: Record<string, string>) {
  const task = spawn(process.execPath, ['jobs/main.ts', `--job=${job.id}`], { env });
  const said: Buffer[] = [];
  for (const stream of [task.stdout, task.stderr]) stream.on('data', (data) => said.push(data));
  const [exitCode] = await once(task, 'close');
  return { exitCode, said: String(Buffer.concat(said)) };
}
