import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../../infra/local/oracle/database.ts';
import { OraFerryError, reportError } from '../../../shared/errors.ts';
import { describeError } from '../../../shared/logging.ts';
import { thickConnectString } from '../../../shared/oracle/connect-string.ts';
import { oracleSettings } from '../../../shared/oracle-config.ts';
import { collect, createNumbered, planAll } from './fixture.ts';
import { anHourAgo, databaseSubject, keyLines, secrets, useTls } from './tls-fixture.ts';

const tls = useTls();
const password = secrets.walletPassword;
const live = new AbortController().signal;

describe('a session by TLS', () => {
  it('is opened with the wallet of a folder, or with its text', async () => {
    const { connectString } = await tls.serve();
    const wallet_location = await tls.folder({ 'ewallet.pem': tls.wallet() });
    for (const wallet of [{ wallet_location }, { wallet_content: tls.wallet() }]) {
      const source = tls.open({ connect_string: connectString, ...wallet });
      expect((await source.ping()).version).toMatch(/^\d/);
    }
  });

  it('is opened with a key that needs a password', async () => {
    const { connectString } = await tls.serve();
    const text = tls.wallet({ password });
    expect(text).toContain('ENCRYPTED');
    const wallet_location = await tls.folder({ 'ewallet.pem': text });
    for (const wallet of [{ wallet_location }, { wallet_content: text }]) {
      const settings = { connect_string: connectString, wallet_password: password, ...wallet };
      await expect(tls.open(settings).ping()).resolves.toBeDefined();
    }
  });

  it('is opened by an alias in the tnsnames.ora of TNS_ADMIN, as with an Autonomous Database', async () => {
    const { port } = await tls.serve();
    const folder = await tls.folder({
      'ewallet.pem': tls.wallet({ password }),
      'tnsnames.ora': `db_low = (description= (retry_count=0)
        (address=(protocol=tcps)(port=${port})(host=127.0.0.1))
        (connect_data=(service_name=FREEPDB1))
        (security=(ssl_server_dn_match=yes)))\n`,
    });
    const source = tls.open({
      connect_string: 'DB_LOW',
      config_dir: folder,
      wallet_location: folder,
      wallet_password: password,
    });
    await expect(source.ping()).resolves.toBeDefined();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'speaks %s, and begins anew when the listener hands it over',
    async (maxVersion) => {
      const { connectString } = await tls.serve({ maxVersion, handsOver: true });
      const source = tls.open({ connect_string: connectString, wallet_content: tls.wallet() });
      await expect(source.ping()).resolves.toBeDefined();
    },
  );

  it('checks the distinguished name of the database when told', async () => {
    const { connectString } = await tls.serve();
    const ssl_server_cert_dn = 'CN=db.example.com, O=Example';
    const wallet_content = tls.wallet();
    const settings = { connect_string: connectString, wallet_content, ssl_server_cert_dn };
    await expect(tls.open(settings).ping()).resolves.toBeDefined();
  });

  it('is opened by the connect string that Thick mode would get, which has wallet and name in it', async () => {
    const { connectString } = await tls.serve();
    const settings = {
      connect_string: connectString,
      user: 'ferry',
      password: secrets.password,
      wallet_location: await tls.folder({ 'ewallet.pem': tls.wallet() }),
    };
    const complete = (ssl_server_cert_dn: string) =>
      thickConnectString(oracleSettings.parse({ ...settings, ssl_server_cert_dn }));
    const right = complete('CN=db.example.com,O=Example');
    await expect(tls.open({ connect_string: right }).ping()).resolves.toBeDefined();
    const wrong = complete('CN=db.example.com,O=Other');
    await expectFault({ connect_string: wrong }, /ORACLE_SSL_SERVER_CERT_DN/);
  });

  it('carries rows of many packets', async () => {
    const database = createDatabase();
    const table = createNumbered(database, 'MANY', 5_000);
    const { connectString } = await tls.serve({}, database);
    const source = tls.open({ connect_string: connectString, wallet_content: tls.wallet() });
    const columns = await planAll(source, table);
    expect(await collect(source.rows({ ...table, columns }, live))).toHaveLength(5_000);
  });
});

/** What keeps a wallet from being used, before Oracle says anything to it. */
describe('a wallet', () => {
  const broken: [string, (wallet: string) => Record<string, string>, RegExp][] = [
    [
      'with a wrong password',
      () => ({ 'ewallet.pem': tls.wallet({ password: 'another' }) }),
      /^ORACLE_WALLET_PASSWORD does not open/,
    ],
    ['of CA certificates only', () => ({ 'ewallet.pem': tls.ours.cert }), /no private key/],
    [
      'that is not there',
      () => ({}),
      /^ORACLE_WALLET_LOCATION has no readable ewallet\.pem \(ENOENT\)/,
    ],
    ['of a key only', () => ({ 'ewallet.pem': tls.client.key }), /no readable certificate/],
    [
      'whose key is damaged',
      (text) => ({ 'ewallet.pem': text.replace(/KEY-----\n.{20}/, 'KEY-----\n') }),
      /private key of the wallet is damaged/,
    ],
    [
      'with the certificate of another',
      () => ({ 'ewallet.pem': tls.wallet({ client: { ...tls.database, key: tls.client.key } }) }),
      /does not belong to its private key/,
    ],
  ];
  it.each(broken)('%s is told as such', async (_, files, expected) => {
    const { connectString } = await tls.serve();
    const wallet_location = await tls.folder(files(tls.wallet()));
    const settings = { wallet_location, wallet_password: password };
    await expectFault({ connect_string: connectString, ...settings }, expected);
  });

  it('that is encrypted needs a password', async () => {
    const { connectString } = await tls.serve();
    const wallet_content = tls.wallet({ password });
    await expectFault(
      { connect_string: connectString, wallet_content },
      /set ORACLE_WALLET_PASSWORD/,
    );
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'that has expired is told as such by %s',
    async (maxVersion) => {
      const { connectString } = await tls.serve({ maxVersion });
      const client = await tls.ours.issue({ commonName: 'oraferry', validUntil: anHourAgo });
      const wallet_content = tls.wallet({ client });
      const expected = new RegExp(`expired on ${anHourAgo.toISOString().slice(0, 10)}`);
      await expectFault({ connect_string: connectString, wallet_content }, expected);
    },
  );

  it('is not blamed when the listener is down', async () => {
    const server = await tls.serve();
    await server.faults.refuse(true);
    const client = await tls.ours.issue({ commonName: 'oraferry', validUntil: anHourAgo });
    const wallet_content = tls.wallet({ client });
    const source = tls.open({ connect_string: server.connectString, wallet_content });
    await expect(source.ping()).rejects.toMatchObject({
      code: 'ORACLE_CONNECTION_ERROR',
      retryable: true,
    });
  });
});

describe('a database', () => {
  it.each([
    [
      'whose certificate has expired',
      { ...databaseSubject, validUntil: anHourAgo },
      'ours',
      /has expired/,
    ],
    [
      'whose certificate is of a foreign issuer',
      databaseSubject,
      'foreign',
      /from an issuer that the wallet does not hold/,
    ],
    [
      'of another host',
      { ...databaseSubject, addresses: ['10.0.0.1'] },
      'ours',
      /is for another name/,
    ],
  ] as const)('%s is refused', async (_, subject, issuer, expected) => {
    const { connectString } = await tls.serve(await tls[issuer].issue(subject));
    await expectFault({ connect_string: connectString, wallet_content: tls.wallet() }, expected);
  });

  it('that never answers the handshake is given up in time', async () => {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const error = await failure({
      connect_string: `tcps://127.0.0.1:${port}/FREEPDB1`,
      wallet_content: tls.wallet(),
      connect_timeout_seconds: 0.3,
    });
    expect(error).toMatchObject({ code: 'ORACLE_CONNECTION_ERROR', retryable: true });
    mute.close();
  });

  it('of another distinguished name is refused', async () => {
    const { connectString } = await tls.serve();
    const settings = { connect_string: connectString, wallet_content: tls.wallet() };
    for (const ssl_server_cert_dn of ['CN=db.example.com,O=Other', 'CN=db.example.com']) {
      await expectFault({ ...settings, ssl_server_cert_dn }, /ORACLE_SSL_SERVER_CERT_DN/);
    }
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'that does not know the issuer of our wallet may just hang up: %s',
    async (maxVersion) => {
      const { connectString } = await tls.serve({ maxVersion });
      const client = await tls.foreign.issue({ commonName: 'oraferry' });
      const wallet_content = tls.wallet({ client });
      const error = await failure({ connect_string: connectString, wallet_content });
      expect(error).toMatchObject({ code: 'ORACLE_CONNECTION_ERROR', retryable: true });
      expect(error.message).toContain('trusts the issuer of our client certificate');
    },
  );

  describe('that we trust without a wallet', () => {
    const usual = getCACertificates('default');
    afterEach(() => setDefaultCACertificates(usual));

    it.each(['TLSv1.2', 'TLSv1.3'] as const)(
      'asks for a client certificate all the same: %s',
      async (maxVersion) => {
        setDefaultCACertificates([...usual, tls.ours.cert]);
        const { connectString } = await tls.serve({ maxVersion });
        await expectFault(
          { connect_string: connectString },
          /refused our client certificate, or misses one/,
        );
      },
    );

    it('lets us in when it wants none', async () => {
      setDefaultCACertificates([...usual, tls.ours.cert]);
      const { key, cert } = tls.database;
      const server = await tls.serve({ key, cert, ca: undefined });
      await expect(
        tls.open({ connect_string: server.connectString }).ping(),
      ).resolves.toBeDefined();
    });
  });
});

describe('an alias', () => {
  it.each([
    ['that tnsnames.ora does not define', { 'tnsnames.ora': 'other = (description=)\n' }],
    ['without a tnsnames.ora', {}],
  ])('%s is told as such', async (_, files) => {
    const settings = { connect_string: 'DB_LOW', config_dir: await tls.folder(files) };
    const error = await failure(settings);
    expect(error).toMatchObject({ code: 'ORACLE_CONNECTION_ERROR', retryable: false });
    expect(error.message).toContain('an alias that no tnsnames.ora in TNS_ADMIN defines');
  });

  it('needs TNS_ADMIN', async () => {
    const error = await failure({ connect_string: 'DB_LOW' });
    expect(error).toMatchObject({ code: 'ORACLE_CONNECTION_ERROR', retryable: false });
  });
});

async function expectFault(settings: Record<string, unknown>, message: RegExp): Promise<void> {
  const error = await failure(settings);
  expect(error).toMatchObject({ code: 'ORACLE_TLS_ERROR', retryable: false });
  expect(error.message).toMatch(message);
}

/** The error of a first session, in which no secret may be, however it is looked at. */
async function failure(settings: Record<string, unknown>): Promise<OraFerryError> {
  const error = await tls
    .open(settings)
    .ping()
    .then(
      () => new Error('The session was opened.'),
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof OraFerryError)) throw error;
  const seen = [
    inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify([describeError(error), reportError(error)]),
  ].join();
  const wallet = String(settings['wallet_content'] ?? '');
  const hidden = [...Object.values(secrets), ...keyLines(wallet), ...keyLines(tls.client.key)];
  for (const secret of hidden) expect(seen).not.toContain(secret);
  return error;
}
