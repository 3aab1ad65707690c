import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { OraFerryError } from '../../../shared/errors.ts';
import { type CircuitOptions, createCircuit } from '../../../shared/oracle/breaker.ts';
import { collect, createNumbered, planAll, silent, useOracle } from './fixture.ts';

const oracle = useOracle();
const live = new AbortController().signal;
const quick: CircuitOptions = { failures: 2, openMs: 300, startUpMs: 0 };
const patient: CircuitOptions = { ...quick, openMs: 60_000 };
const unreachable = { code: 'ORACLE_CONNECTION_ERROR' };
const left = { code: 'ORACLE_CIRCUIT_OPEN', status: 503, retryable: true };

afterEach(() => oracle.server.faults.refuse(false));

/** A source whose circuit has been opened by a listener that is down. */
async function opened(circuit: CircuitOptions, more: { poolMax?: number } = {}) {
  const source = oracle.open({ circuit, ...more });
  await oracle.server.faults.refuse(true);
  for (let failure = 0; failure < 2; failure += 1) {
    expect(source.connection().circuit).toBe('closed');
    await expect(source.ping()).rejects.toMatchObject(unreachable);
  }
  return source;
}

describe('the circuit', () => {
  it('opens after so many failures to reach Oracle, and says when to come back', async () => {
    const source = await opened(patient);
    expect(source.connection().circuit).toBe('open');
    await expect(source.currentScn()).rejects.toMatchObject({
      ...left,
      details: { retry_after_seconds: 60 },
    });
  });

  it('keeps every call away from Oracle while it is open, streams of rows too', async () => {
    const { database, server } = oracle;
    const table = createNumbered(database, 'GUARDED', 1);
    const columns = await planAll(oracle.open(), table);
    const source = await opened(patient);
    await server.faults.refuse(false);
    const before = server.sessions();

    await expect(source.ping()).rejects.toMatchObject(left);
    await expect(source.count(table, {})).rejects.toMatchObject(left);
    await expect(source.catalogue.facts()).rejects.toMatchObject(left);
    await expect(collect(source.rows({ ...table, columns }, live))).rejects.toMatchObject(left);
    expect(server.sessions()).toBe(before);
    expect(source.connection().pool).toMatchObject({ open: 0, inUse: 0 });
  });

  it('closes when its time is over and Oracle is back', async () => {
    const source = await opened(quick);
    await oracle.server.faults.refuse(false);
    await expect.poll(() => source.connection().circuit).toBe('half-open');
    await expect(source.ping()).resolves.toBeDefined();
    expect(source.connection()).toMatchObject({ circuit: 'closed', pool: { open: 1, inUse: 0 } });
  });

  it('opens again at once when its time is over and Oracle is still away', async () => {
    const source = await opened(quick);
    await sleep(quick.openMs);
    await expect(source.ping()).rejects.toMatchObject(unreachable);
    await expect(source.ping()).rejects.toMatchObject(left);
  });

  it('lets one caller try when its time is over; the other waits for how that ends', async () => {
    const away = await opened(quick);
    await sleep(quick.openMs);
    const failed = await Promise.allSettled([away.ping(), away.ping()]);
    expect(failed.map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
      'ORACLE_CONNECTION_ERROR',
      'ORACLE_CIRCUIT_OPEN',
    ]);

    const back = await opened(quick);
    await oracle.server.faults.refuse(false);
    await sleep(quick.openMs);
    const fine = await Promise.all([back.ping(), back.ping(), back.currentScn()]);
    expect(fine).toHaveLength(3);
  });

  it('is not closed by an attempt that its caller gave up; the next one tries', async () => {
    const source = await opened(quick);
    await sleep(quick.openMs);
    const stop = new AbortController();
    const probe = source.ping(stop.signal);
    stop.abort(new Error('enough'));
    await expect(probe).rejects.toThrow('enough');
    expect(source.connection().circuit).toBe('half-open');
    await expect(source.ping()).rejects.toMatchObject(unreachable);
    await expect(source.ping()).rejects.toMatchObject(left);
  });

  it('lets those who wait for the attempt of another give up', async () => {
    const circuit = createCircuit(quick, silent);
    const failing = () => Promise.reject(new OraFerryError('ORACLE_CONNECTION_ERROR', 'away'));
    for (let failure = 0; failure < 2; failure += 1) await circuit.run(failing).catch(() => 0);
    await sleep(quick.openMs);
    const { promise: answer, resolve } = Promise.withResolvers<string>();
    const probe = circuit.run(() => answer);
    const stop = new AbortController();
    let hasBegun = false;
    const waiter = circuit.run(async () => {
      hasBegun = true;
    }, stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiter).rejects.toThrow('enough');
    resolve('fine');
    await expect(probe).resolves.toBe('fine');
    expect([circuit.state(), hasBegun]).toEqual(['closed', false]);
  });

  it('is opened by streams that cannot begin', async () => {
    const table = createNumbered(oracle.database, 'STREAMED', 1);
    const query = { ...table, columns: await planAll(oracle.open(), table) };
    const source = oracle.open({ circuit: patient });
    await oracle.server.faults.refuse(true);
    for (const expected of [unreachable, unreachable, left]) {
      await expect(collect(source.rows(query, live))).rejects.toMatchObject(expected);
    }
  });

  it('lets streams run as ever while it is closed', async () => {
    const table = createNumbered(oracle.database, 'FLOWING', 2_500);
    const source = oracle.open({ circuit: patient });
    const query = { ...table, columns: await planAll(source, table) };
    expect(await collect(source.rows(query, live))).toHaveLength(2_500);
    for await (const _batch of source.rows(query, live)) break;
    await expect.poll(() => source.connection().pool.inUse).toBe(0);
  });

  it('stays closed when Oracle answers, if only to refuse', async () => {
    const wrong = oracle.open({ circuit: { ...patient, failures: 1 }, password: 'wrong' });
    const other = oracle.open({ circuit: { ...patient, failures: 1 } });
    const nothing = { owner: 'HR', table: 'NOTHING' };
    for (let round = 0; round < 3; round += 1) {
      await expect(wrong.ping()).rejects.toMatchObject({ code: 'ORACLE_AUTHENTICATION_ERROR' });
      await expect(other.count(nothing, {})).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' });
    }
    expect([wrong.connection().circuit, other.connection().circuit]).toEqual(['closed', 'closed']);
  });

  it('stays closed when the configuration is wrong, and when callers give up', async () => {
    const circuit = { ...patient, failures: 1 };
    const misspelt = oracle.open({ circuit, connectString: '(DESCRIPTION=(' });
    await expect(misspelt.ping()).rejects.toMatchObject({ ...unreachable, retryable: false });
    expect(misspelt.connection().circuit).toBe('closed');

    const source = oracle.open({ circuit });
    const stop = AbortSignal.abort(new Error('enough'));
    await expect(source.currentScn(stop)).rejects.toThrow('enough');
    expect(source.connection().circuit).toBe('closed');
  });

  it('counts failures only when they follow one another, those of running sessions too', async () => {
    const table = createNumbered(oracle.database, 'CUT', 1);
    const source = oracle.open({ circuit: patient });
    const query = { ...table, columns: await planAll(source, table) };
    const cut = async () => {
      oracle.server.faults.cutAfterRows(0, 'CUT');
      await expect(collect(source.rows(query, live))).rejects.toMatchObject(unreachable);
    };
    for (let round = 0; round < 3; round += 1) {
      await cut();
      await source.ping();
    }
    expect(source.connection().circuit).toBe('closed');
    await cut();
    await cut();
    expect(source.connection().circuit).toBe('open');
  });

  it('does not count what fails while the network of a new process comes up', async () => {
    const source = oracle.open({ circuit: { ...patient, failures: 1, startUpMs: 60_000 } });
    await oracle.server.faults.refuse(true);
    await expect(source.ping()).rejects.toMatchObject(unreachable);
    expect(source.connection().circuit).toBe('closed');
  });

  it('is none where nobody asked for it', async () => {
    const source = oracle.open();
    await oracle.server.faults.refuse(true);
    for (let failure = 0; failure < 7; failure += 1) {
      await expect(source.ping()).rejects.toMatchObject(unreachable);
    }
    expect(source.connection()).toEqual({
      driver: 'thin',
      circuit: 'closed',
      pool: { open: 0, inUse: 0, max: 4 },
    });
  });
});
