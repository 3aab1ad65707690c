import type { SplitRequest } from '../../ports/oracle.ts';
import { query } from '../query.ts';
import type { Session } from '../session.ts';
import { evenCuts, isPhysicalRowid, rangesBetween } from './rowids.ts';
import { type Rung, wholeTable } from './rung.ts';
import { sampledBlocks } from './statements.ts';

/** Shares of the blocks in percent, the next one tried while the last gave too few. */
const shares = [0.01, 0.1, 1, 10, 99];
/** With so many blocks for each split, few splits are more than half as large again as others. */
const blocksPerSplit = 16;

/** Ranges of ROWIDs with equally many blocks of a sample in each, which needs no right but SELECT. */
export const bySampledRowids: Rung = async (session, request) => {
  const sample = await sampleOf(session, request);
  if (!sample.every(isPhysicalRowid)) return undefined;
  const pieces = sample.map((start) => ({ start, blocks: 1 }));
  const cuts = evenCuts(pieces, request.splits);
  if (cuts.length === 0) return wholeTable;
  return { method: 'sampled rowids', ranges: rangesBetween(cuts) };
};

/** The ROWIDs of the first places of blocks. */
async function sampleOf(session: Session, request: SplitRequest): Promise<string[]> {
  let found: [string][] = [];
  for (const share of shares) {
    found = await query<[string]>(session, sampledBlocks(request, share));
    if (found.length >= request.splits * blocksPerSplit) break;
  }
  return found.map(([block]) => `${block}AAA`);
}
