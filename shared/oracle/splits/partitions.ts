import { query } from '../query.ts';
import type { Rung } from './rung.ts';
import { partitionsOfTable, subpartitionsOfTable } from './statements.ts';

/** More of them would drown the queue of a job. */
const mostRanges = 10_000;

/** One range for each subpartition or, where there are none, for each partition, however many are wanted. */
export const byPartitions: Rung = async (session, { owner, table }) => {
  for (const level of ['subpartition', 'partition'] as const) {
    const names = await query<[string]>(session, questions[level], [owner, table]);
    if (names.length < 2 || names.length > mostRanges) continue;
    const ranges = names.map(([name]) => ({ kind: 'partition' as const, name, level }));
    return { method: 'partitions', ranges };
  }
  return undefined;
};

const questions = { subpartition: subpartitionsOfTable, partition: partitionsOfTable };
