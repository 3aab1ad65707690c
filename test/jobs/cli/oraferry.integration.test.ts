import { execFile } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createExport, type ExportFixture } from './export-fixture.ts';

let made: ExportFixture;
beforeEach(async () => {
  made = await createExport();
});
afterEach(() => made.close());

it('an intact export is told table by table, with exit code 0', async () => {
  const { code, stdout } = await oraferry('verify', made.manifest);
  expect(code).toBe(0);
  expect(stdout).toContain('nightly, version 12, job 3f9c01ab: SUCCEEDED');
  expect(stdout).toMatch(/✓ HR\.EMPLOYEES: 5 rows, 2 parts, \d+ bytes/);
  expect(stdout).toMatch(/Intact: 9 rows in 3 tables\.\n$/);
});

it('damage is named, with exit code 1; --json says the same to programs', async () => {
  await made.remove(made.part);
  await made.write('stray', 'x');
  const text = await oraferry('verify', made.manifest);
  expect(text.code).toBe(1);
  expect(text.stdout).toMatch(/✗ HR\.EMPLOYEES: .*\n {4}HR\.EMPLOYEES\/part-00000.*: is missing\n/);
  expect(text.stdout).toMatch(/Not intact: 2 problems\.\n$/);
  const json = await oraferry('verify', '--json', made.manifest);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    intact: false,
    problems: ['stray: is not in the manifest'],
    tables: [{ table: 'EMPLOYEES', problems: [`${made.part}: is missing`] }, {}, {}],
  });
});

it('a manifest that is not there ends with exit code 1 and says so', async () => {
  await made.remove('_manifest.json');
  const { code, stdout, stderr } = await oraferry('verify', made.manifest);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('could not be verified: There is no manifest.');
});

it.each([[[]], [['verify', '--jsn', 'x/_manifest.json']], [['verify', 'gs://bucket/prefix/']]])(
  '%j is a wrong call: exit code 2',
  async (args) => {
    const { code, stdout, stderr } = await oraferry(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('oraferry verify <manifest>');
  },
);

it('--help explains the checks', async () => {
  const { code, stdout } = await oraferry('verify', '--help');
  expect(code).toBe(0);
  expect(stdout).toContain('CRC32C');
});

function oraferry(...args: string[]) {
  const { promise, resolve } = Promise.withResolvers<
    Record<'stdout' | 'stderr', string> & { code: unknown }
  >();
  execFile(process.execPath, ['jobs/cli/oraferry.ts', ...args], (error, stdout, stderr) =>
    resolve({ code: error ? error.code : 0, stdout, stderr }),
  );
  return promise;
}
