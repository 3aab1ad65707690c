import { expect, it } from 'vitest';
import { splitsWanted } from '../../../shared/domain/splits-wanted.ts';

const mib = 2 ** 20;
const sessions = { workers: 2, min_split_bytes: 32 * mib };
const options = { tasks: 3, target_part_bytes: 256 * mib };

it.each([
  ['of unknown size', {}, 1],
  ['of no rows', { estimatedBytes: 0 }, 1],
  ['that is small', { estimatedBytes: 63 * mib }, 1],
  ['of which some sessions get a share', { estimatedBytes: 64 * mib }, 2],
  ['of which every session gets a share', { estimatedBytes: 512 * mib }, 6],
  ['that makes more parts than there are sessions', { estimatedBytes: 5_120 * mib }, 10],
  ['beyond all bounds', { estimatedBytes: Number.MAX_SAFE_INTEGER }, 10_000],
  ['whose rows are known, at 200 bytes each', { estimatedRows: 1_000_000 }, 5],
  ['whose rows are counted, which is surer', { countedRows: 10, estimatedRows: 1_000_000 }, 1],
])('a table %s', (_, size, splits) => {
  expect(splitsWanted(sessions, options, size)).toBe(splits);
});
