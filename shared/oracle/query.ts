import oracledb from 'oracledb';
import type { TableName } from '../ports/oracle.ts';
import { isRefused } from './errors.ts';
import type { Session } from './session.ts';

/** A value of a short answer: numbers come as decimal text. */
export type Cell = string | null;

type Binds = oracledb.BindParameters;

/** All rows of a query that has few of them. */
export async function query<R extends Cell[]>(
  session: Session,
  sql: string,
  binds: Binds = [],
): Promise<R[]> {
  const { rows } = await session.call((connection) => connection.execute<R>(sql, binds, options));
  return rows ?? [];
}

/** As query; undefined when the user may not ask. */
export function queryIfAllowed<R extends Cell[]>(
  session: Session,
  sql: string,
  binds: Binds = [],
): Promise<R[] | undefined> {
  return session.call(async (connection) => {
    try {
      return (await connection.execute<R>(sql, binds, options)).rows ?? [];
    } catch (error) {
      if (isRefused(error)) return undefined;
      throw error;
    }
  });
}

const options: oracledb.ExecuteOptions = {
  outFormat: oracledb.OUT_FORMAT_ARRAY,
  fetchTypeHandler: () => ({ type: oracledb.DB_TYPE_VARCHAR }),
  fetchArraySize: 1_000,
  prefetchRows: 1_001,
};

/** Few texts of a statement, so that Oracle parses each of them once. */
const batchSize = 100;

/** A batch of names: the binds' places, for a statement with `IN (<pairs>)`, and their values. */
export interface NameBatch {
  readonly pairs: string;
  readonly binds: string[];
}

/** One name alone, or batches of a fixed size that repeat the last name where they are not full. */
export function inBatches(names: readonly TableName[]): NameBatch[] {
  const [first] = names;
  if (first && names.length === 1) return [batchOf([first], 1)];
  return Array.from({ length: Math.ceil(names.length / batchSize) }, (_, index) =>
    batchOf(names.slice(index * batchSize, (index + 1) * batchSize), batchSize),
  );
}

function batchOf(names: readonly TableName[], size: number): NameBatch {
  const places = Array.from(
    { length: size },
    (_, index) => `(:${2 * index + 1}, :${2 * index + 2})`,
  );
  const padded = Array.from({ length: size }, (_, index) => names[index] ?? names.at(-1));
  return {
    pairs: places.join(', '),
    binds: padded.flatMap((name) => (name ? [name.owner, name.table] : [])),
  };
}

/** Two texts as one; no name has a NUL. */
export function nameKey({ owner, table }: TableName): string {
  return `${owner}\0${table}`;
}
