import { randomUUID } from 'node:crypto';
import { type Cell, query } from '../query.ts';
import type { Session } from '../session.ts';
import { blocksBetween, evenCuts, isPhysicalRowid, rangesBetween } from './rowids.ts';
import type { Rung } from './rung.ts';
import { blocksByStatistics, chunksOfTask, createChunks, dropTask } from './statements.ts';

/** A larger extent of a locally managed tablespace has 64 MiB, which are so many blocks. */
const chunkBlocks = 8_192;
/** Chunks end where extents do, and differ in size: of many small ones even ranges can be made. */
const chunksPerSplit = 8;

/**
 * Lets DBMS_PARALLEL_EXECUTE, which sees all extents, divide the table, and makes ranges of its chunks. It keeps
 * them in a task, in the database, which is dropped again; a standby that is read only refuses that.
 */
export const byChunks: Rung = async (session, { owner, table, splits }) => {
  const task = `ORAFERRY_${randomUUID().replaceAll('-', '').toUpperCase()}`;
  const blocks = await chunkSize(session, [owner, table], splits);
  session.atEnd((connection) => connection.execute(dropTask, { task }));
  await session.call((connection) =>
    connection.execute(createChunks, { task, owner, name: table, blocks }),
  );
  const chunks = await query<[string, string]>(session, chunksOfTask, [task]);
  if (chunks.length === 0 || !chunks.flat().every(isPhysicalRowid)) return undefined;
  const pieces = chunks.map(([start, end]) => ({ start, blocks: blocksBetween(start, end) }));
  return { method: 'chunks', ranges: rangesBetween(evenCuts(pieces, splits)) };
};

async function chunkSize(session: Session, name: string[], splits: number): Promise<number> {
  const [[blocks] = [null]] = await query<[Cell]>(session, blocksByStatistics, name);
  const wanted = Math.floor(Number(blocks ?? 0) / (splits * chunksPerSplit));
  return Math.min(wanted || chunkBlocks, chunkBlocks);
}
