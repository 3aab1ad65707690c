import { describe, expect, it } from 'vitest';
import { exportSplit, type SplitHooks, type SplitProgress } from '../../jobs/export-split.ts';
import { OraFerryError } from '../../shared/errors.ts';
import type { ObjectStore } from '../../shared/ports/objects.ts';
import { createNumbered } from '../shared/oracle/fixture.ts';
import { bucket, createBulky, firstPart, useServers } from './fixture.ts';

const servers = useServers();
const live = new AbortController().signal;
const noHooks: SplitHooks = { onUpload: async () => undefined };

describe('the exported part', () => {
  it('holds every source value, exactly', async () => {
    servers.database.createTable({
      owner: 'HR',
      name: 'VALUES',
      columns: [
        { name: 'ID', type: 'NUMBER', precision: 10, scale: 0 },
        { name: 'PRICE', type: 'NUMBER', precision: 12, scale: 2 },
        { name: 'HUGE', type: 'NUMBER', precision: 38, scale: 0 },
        { name: 'ANY$', type: 'NUMBER' },
        { name: 'CODE', type: 'CHAR', length: 3 },
        { name: 'TEXT', type: 'VARCHAR2', length: 100 },
        { name: 'DAY', type: 'DATE' },
        { name: 'AT', type: 'TIMESTAMP', scale: 6 },
      ],
    });
    // Decimal text of a value without the zero that JSON wants; written by hand, not by our code.
    const source = Array.from({ length: 12_345 }, (_, index) => ({
      ID: index,
      PRICE: index % 7 === 0 ? null : index / 4,
      HUGE: `${index}2345678901234567890123456789`.slice(0, 30),
      ANY_: index % 3 === 0 ? '0.5' : `-${index}.000000000000000000001`,
      CODE: index % 2 === 0 ? 'a  ' : null,
      TEXT: ['Zürich 東京 👍', 'a"b\\c', 'line\nbreak\ttab', '\u2028', null][index % 5],
      DAY: `20${String(10 + (index % 80)).padStart(2, '0')}-02-28T23:59:58`,
      AT: `1999-12-31T00:00:00.${String(index).padStart(6, '0')}`,
    }));
    servers.database.insert(
      'HR',
      'VALUES',
      source.map((row) => [
        row.ID,
        row.PRICE,
        row.HUGE.replace(/^0+/, ''),
        row.ANY_,
        row.CODE?.trim() ?? null,
        row.TEXT ?? null,
        row.DAY,
        row.AT,
      ]),
    );
    const oracle = servers.open();
    const objects = servers.objects();
    const task = await servers.taskOf(oracle, { owner: 'HR', table: 'VALUES' });

    const { rows, parts } = await exportSplit({ oracle, objects }, task, noHooks, live);

    expect(rows).toBe(source.length);
    expect(servers.linesOf(task)).toEqual(
      source.map((row) => ({ ...row, HUGE: row.HUGE.replace(/^0+/, ''), TEXT: row.TEXT ?? null })),
    );
    const [stored] = await Array.fromAsync(objects.list(bucket, task.prefix + firstPart(task)));
    expect(parts).toEqual([
      {
        name: firstPart(task),
        rows: source.length,
        bytes: stored?.bytes,
        bytesUncompressed: expect.any(Number),
        crc32c: stored?.crc32c,
        generation: stored?.generation,
      },
    ]);
  });

  it('is the state at the SCN, whatever changes meanwhile', async () => {
    const oracle = servers.open();
    const table = createNumbered(servers.database, 'CHANGING', 2_000);
    const task = await servers.taskOf(oracle, table);
    const onUpload = async () => {
      servers.database.insert('HR', 'CHANGING', [[9_999, 'late']]);
      servers.database.delete('HR', 'CHANGING', ([id]) => id === '2000');
    };
    const deps = { oracle, objects: servers.objects() };
    const { rows } = await exportSplit(deps, task, { onUpload }, live);
    expect(rows).toBe(2_000);
    expect(servers.linesOf(task)?.map(({ ID }) => ID)).toEqual(
      Array.from({ length: 2_000 }, (_, index) => index + 1),
    );
  });

  it('is not written for an empty table', async () => {
    const oracle = servers.open();
    const task = await servers.taskOf(oracle, createNumbered(servers.database, 'EMPTY', 0));
    const onUpload = () => Promise.reject(new Error('nothing is uploaded'));
    const deps = { oracle, objects: servers.objects() };
    expect(await exportSplit(deps, task, { onUpload }, live)).toEqual({ rows: 0, parts: [] });
    expect(servers.linesOf(task)).toBeUndefined();
  });

  it('goes on in another part when it has grown long enough, and no row is cut', async () => {
    const oracle = servers.open();
    const table = createBulky(servers.database, 'LONG_STREAM', 80_000, 60);
    const task = { ...(await servers.taskOf(oracle, table)), maxPartBytes: 100_000 };
    const recorded: string[] = [];
    const onUpload = async (name: string) => void recorded.push(name);
    const told: SplitProgress[] = [];
    const onProgress = (progress: SplitProgress) => told.push(progress);
    const objects = servers.objects();
    const { rows, parts } = await exportSplit(
      { oracle, objects },
      task,
      { onUpload, onProgress },
      live,
    );
    const names = parts.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(2);
    expect(names).toEqual(recorded);
    expect(names.slice(0, 3)).toEqual([
      `HR.LONG_STREAM/part-00000-a${task.attempt}.jsonl.gz`,
      `HR.LONG_STREAM/part-00000-a${task.attempt}-p2.jsonl.gz`,
      `HR.LONG_STREAM/part-00000-a${task.attempt}-p3.jsonl.gz`,
    ]);
    const lines = parts.map(({ name }) => servers.linesIn(task.prefix + name));
    expect(lines.map(({ length }) => length)).toEqual(parts.map((part) => part.rows));
    expect(lines.flat().map(({ ID }) => ID)).toEqual(
      Array.from({ length: 80_000 }, (_, index) => index + 1),
    );
    expect(rows).toBe(80_000);
    expect(told.at(-1)?.rows).toBe(80_000);
    expect(told.map(({ bytes }) => bytes)).toEqual(
      told.map(({ bytes }) => bytes).toSorted(byValue),
    );
  });

  it('is told of as it grows, and in total at the end', async () => {
    const oracle = servers.open();
    const task = await servers.taskOf(oracle, createNumbered(servers.database, 'TOLD', 25_000));
    const told: SplitProgress[] = [];
    const hooks = { ...noHooks, onProgress: (progress: SplitProgress) => told.push(progress) };
    const deps = { oracle, objects: servers.objects() };
    await exportSplit(deps, task, hooks, live);
    expect(told.map(({ rows }) => rows)).toEqual([10_000, 20_000, 25_000]);
  });
});

describe('the upload session', () => {
  it('rule 4: is recorded before the first byte, and nothing is sent when it cannot be', async () => {
    const oracle = servers.open();
    const task = await servers.taskOf(oracle, createNumbered(servers.database, 'LOST', 10));
    const recorded: string[][] = [];
    const onUpload = async (name: string, uri: string) => {
      recorded.push([name, uri]);
      throw new OraFerryError('LEASE_LOST', 'gone');
    };
    const deps = { oracle, objects: servers.objects() };
    await expect(exportSplit(deps, task, { onUpload }, live)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect(recorded).toEqual([[firstPart(task), expect.stringContaining(servers.gcs.url)]]);
    expect(servers.linesOf(task)).toBeUndefined();
    // The session was cancelled: it takes no byte any more.
    const response = await fetch(recorded[0]?.[1] ?? '', {
      method: 'PUT',
      headers: { 'Content-Range': 'bytes 0-1/2' },
      body: 'xx',
    });
    expect([404, 410, 499]).toContain(response.status);
  });
});

describe('a failure', () => {
  async function failing(name: string, rows = 30_000) {
    const oracle = servers.open({ poolMax: 1 });
    const task = await servers.taskOf(oracle, createNumbered(servers.database, name, rows));
    const objects = servers.objects();
    const run = (signal = live, hooks = noHooks) =>
      exportSplit({ oracle, objects }, task, hooks, signal);
    return { oracle, task, run };
  }

  it('of Oracle in the middle leaves no object', async () => {
    const { task, run } = await failing('CUT');
    servers.server.faults.cutAfterRows(15_500, 'CUT');
    await expect(run()).rejects.toMatchObject({ code: 'ORACLE_CONNECTION_ERROR' });
    expect(servers.linesOf(task)).toBeUndefined();
  });

  it('of the bucket ends the reading, and the session serves the next split', async () => {
    const { oracle, task, run } = await failing('REFUSED');
    servers.gcs.faults.inject({ on: 'chunk', action: { status: 403 } });
    await expect(run()).rejects.toMatchObject({ code: 'GCS_ERROR' });
    expect(servers.linesOf(task)).toBeUndefined();
    expect(await oracle.count(task, task)).toBe(30_000);
  });

  it('to store all that was sent is noticed', async () => {
    const oracle = servers.open();
    const task = await servers.taskOf(oracle, createNumbered(servers.database, 'SHORT', 10));
    const real = servers.objects();
    const objects: ObjectStore = {
      ...real,
      upload: async (...call) => ({ ...(await real.upload(...call)), bytes: 1 }),
    };
    await expect(exportSplit({ oracle, objects }, task, noHooks, live)).rejects.toMatchObject({
      code: 'VERIFICATION_FAILED',
      details: { rows: 10, bytes_stored: 1 },
    });
  });

  it('of a value names the column', async () => {
    const oracle = servers.open();
    servers.database.createTable({
      owner: 'HR',
      name: 'ANCIENT',
      columns: [{ name: 'DAY', type: 'DATE' }],
    });
    const days = Array.from({ length: 1_500 }, () => ['2024-01-01T00:00:00']);
    servers.database.insert('HR', 'ANCIENT', [...days, ['-0044-03-15T12:00:00']]);
    const task = await servers.taskOf(oracle, { owner: 'HR', table: 'ANCIENT' });
    const deps = { oracle, objects: servers.objects() };
    await expect(exportSplit(deps, task, noHooks, live)).rejects.toMatchObject({
      code: 'VALUE_ERROR',
      message: expect.stringContaining('Column DAY '),
    });
    expect(servers.linesOf(task)).toBeUndefined();
  });

  it('of a stage that waits for another is told as the first one', async () => {
    const { oracle, task, run } = await failing('STALLED');
    servers.server.faults.stallAfterRows(12_500, 'STALLED');
    const stop = new AbortController();
    const onProgress = () => stop.abort(new OraFerryError('CANCELLED', 'stop'));
    await expect(run(stop.signal, { ...noHooks, onProgress })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(servers.linesOf(task)).toBeUndefined();
    expect(await oracle.count(task, task)).toBe(30_000);
  });

  it('before the first row begins no upload', async () => {
    const { task, run } = await failing('EARLY', 10);
    servers.server.faults.errorAtRow(1, 1555, 'snapshot too old', 'EARLY');
    const onUpload = () => Promise.reject(new Error('nothing is uploaded'));
    await expect(run(live, { onUpload })).rejects.toMatchObject({ code: 'SNAPSHOT_TOO_OLD' });
    expect(servers.linesOf(task)).toBeUndefined();
  });
});

function byValue(a: number, b: number): number {
  return a - b;
}
