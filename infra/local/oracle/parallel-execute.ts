/**
 * The PL/SQL blocks that this server knows: tasks of DBMS_PARALLEL_EXECUTE, and USER_PARALLEL_EXECUTE_CHUNKS.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/arpls/DBMS_PARALLEL_EXECUTE.html
 */
import type { StoredTable } from './database.ts';
import { type DictionaryQuery, dictionaryResult, spelling } from './dictionary-query.ts';
import { OracleError } from './errors.ts';
import type { BindValue } from './requests.ts';
import { formatRowid } from './rowids.ts';
import type { Chunk, StatementContext } from './statement-context.ts';
import type { Token } from './tokens.ts';

type Block = (
  context: StatementContext,
  tokens: readonly Token[],
  binds: readonly BindValue[],
) => undefined;

/** The block that these tokens spell. */
export function findBlock(tokens: readonly Token[]): Block | undefined {
  return BLOCKS.get(spelling(tokens));
}

const CREATE = `BEGIN
  DBMS_PARALLEL_EXECUTE.CREATE_TASK(task_name => :task);
  DBMS_PARALLEL_EXECUTE.CREATE_CHUNKS_BY_ROWID(
    task_name => :task, table_owner => :owner, table_name => :name, by_row => FALSE, chunk_size => :blocks);
END;`;
const DROP = 'BEGIN DBMS_PARALLEL_EXECUTE.DROP_TASK(task_name => :task); END;';
const CHUNKS =
  'SELECT ROWIDTOCHAR(start_rowid), ROWIDTOCHAR(end_rowid) FROM user_parallel_execute_chunks WHERE task_name = :task';

const BLOCKS = new Map<string, Block>([
  [spelling(CREATE), createTask],
  [spelling(DROP), dropTask],
]);

export const chunkQueries: Readonly<Record<string, DictionaryQuery>> = {
  [spelling(CHUNKS)]: ({ tasks }, [task]) =>
    dictionaryResult(
      ['ROWIDTOCHAR(START_ROWID)', 'ROWIDTOCHAR(END_ROWID)'],
      (tasks.get(task ?? '') ?? []).map(({ start, end }) => [start, end]),
    ),
};

/** The task stays when its chunks cannot be made. */
function createTask(
  context: StatementContext,
  tokens: readonly Token[],
  [task, owner, name, blocks]: readonly BindValue[],
): undefined {
  assertPossible(context, tokens);
  if (!task || context.tasks.has(task)) throw new OracleError(29497, 'duplicate task name');
  context.tasks.set(task, []);
  const table = context.database.findTable(owner ?? '', name ?? '');
  if (!table || !context.rights.may('SELECT', table.definition)) {
    throw new OracleError(942, 'table or view does not exist');
  }
  if (!['TABLE', 'PARTITIONED', 'MATERIALIZED VIEW'].includes(table.definition.kind ?? 'TABLE')) {
    throw new OracleError(29491, 'invalid table for chunking');
  }
  context.tasks.set(task, chunksOf(table, Number(blocks)));
}

function dropTask(
  context: StatementContext,
  tokens: readonly Token[],
  [task]: readonly BindValue[],
): undefined {
  assertPossible(context, tokens);
  if (!context.tasks.delete(task ?? '')) throw new OracleError(29498, 'task not found');
}

function assertPossible({ rights, isStandby }: StatementContext, tokens: readonly Token[]): void {
  if (!rights.grants.has('DBMS_PARALLEL_EXECUTE')) {
    const says = "identifier 'DBMS_PARALLEL_EXECUTE' must be declared";
    throw new OracleError(6550, `line 1, column 7:\nPLS-00201: ${says}`, tokens[1]?.at ?? 0);
  }
  if (isStandby)
    throw new OracleError(16000, 'database or pluggable database open for read-only access');
}

const LAST_ROW = 32_767;

/** No chunk goes beyond its extent. */
function chunksOf({ segments }: StoredTable, most: number): Chunk[] {
  return segments.flatMap(({ object, extents }) =>
    extents.flatMap(({ file, block, blocks }) =>
      Array.from({ length: Math.ceil(blocks / most) }, (_, index) => {
        const from = block + index * most;
        const to = Math.min(from + most, block + blocks) - 1;
        const place = { object, file: file % 1_024 };
        return {
          start: formatRowid({ ...place, block: from, row: 0 }),
          end: formatRowid({ ...place, block: to, row: LAST_ROW }),
        };
      }),
    ),
  );
}
