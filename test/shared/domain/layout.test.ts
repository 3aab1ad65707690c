import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isJobFolder,
  jobPrefix,
  latestName,
  loadName,
  partName,
  schemaName,
  tableFolder,
  transportPrefix,
} from '../../../shared/domain/layout.ts';

const name = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.string({ minLength: 1, unit: fc.constantFrom('.', '%', '/', '2', 'E', 'A', ' ') }),
);

describe('folders of tables', () => {
  it.each([
    ['HR', 'EMPLOYEES', 'HR.EMPLOYEES'],
    ['HR', 'A$B_C-1', 'HR.A$B_C-1'],
    ['a.b', '100% #', 'a%2Eb.100%25%20%23'],
    ['É', '../x', '%C3%89.%2E%2E%2Fx'],
  ])('%s and %s lie in %s', (owner, table, folder) => {
    expect(tableFolder(owner, table)).toBe(folder);
  });

  it('rule 1: have one dot, no slash, and decode to what they stand for', () => {
    fc.assert(
      fc.property(name, name, (owner, table) => {
        const folder = tableFolder(owner, table);
        expect(folder).toMatch(/^[A-Za-z0-9_$%-]+\.[A-Za-z0-9_$%-]+$/);
        expect(folder.split('.').map(decodeURIComponent)).toEqual([owner, table]);
      }),
    );
  });

  it('are never shared by two tables', () => {
    fc.assert(
      fc.property(name, name, name, name, (owner, table, owner2, table2) => {
        const same = owner === owner2 && table === table2;
        expect(tableFolder(owner, table) === tableFolder(owner2, table2)).toBe(same);
      }),
    );
  });
});

describe('names of objects', () => {
  it('a job lies below its transport, with its version and the head of its id', () => {
    const id = '0123456789abcdef';
    expect(jobPrefix('exports/eu', 'nightly', 12, id)).toBe('exports/eu/nightly/v000012-01234567/');
    expect(jobPrefix('', 'nightly', 1_234_567, id)).toBe('nightly/v1234567-01234567/');
    expect(transportPrefix('', 'nightly')).toBe('nightly/');
    expect(['v000012-01234567', 'v1234567-01234567'].every(isJobFolder)).toBe(true);
    expect(['v00012-01234567', 'nightly', 'v000012-0123456g'].some(isJobFolder)).toBe(false);
    expect(latestName('exports/nightly/v000012-01234567/')).toBe('exports/nightly/latest.json');
  });

  it('rule 2: a part is named by its split, epoch, attempt and place, so that no two writers share a name', () => {
    const name = (split: number, epoch: number, attempt: number, part: number) =>
      partName('HR', 'JOBS', { split, epoch, attempt, part });
    expect(name(42, 1, 1, 1)).toBe('HR.JOBS/part-00042-a1.jsonl.gz');
    expect(name(123_456, 1, 10, 1)).toBe('HR.JOBS/part-123456-a10.jsonl.gz');
    expect(name(0, 2, 1, 1)).toBe('HR.JOBS/part-00000-e2-a1.jsonl.gz');
    expect(name(0, 1, 3, 2)).toBe('HR.JOBS/part-00000-a3-p2.jsonl.gz');
    expect(name(7, 3, 2, 11)).toBe('HR.JOBS/part-00007-e3-a2-p11.jsonl.gz');
    expect(schemaName('HR', 'JOBS')).toBe('HR.JOBS/_schema.json');
    expect(loadName('HR', 'JOBS')).toBe('HR.JOBS/_load.json');
  });
});
