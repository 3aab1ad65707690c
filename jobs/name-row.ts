import { rowAddress } from '../shared/domain/column.ts';
import { compileEncoder, type TableEncoder } from '../shared/domain/encode.ts';
import { OraFerryError } from '../shared/errors.ts';
import type { OracleSource, Row, RowQuery } from '../shared/ports/oracle.ts';

/**
 * The error, and for a VALUE_ERROR of a column also the ROWID of the first row that causes it. To find that, the
 * column is read again with the row's address beside it, which no sound export has to pay for. Where this gives
 * none, as for views, the error stays as it is.
 */
export async function nameRow(
  oracle: OracleSource,
  query: RowQuery,
  options: { readonly refuseReplacements: boolean },
  error: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const name = columnOf(error);
  if (name === undefined) return error;
  const columns = query.columns.filter((column) => column.name === name);
  try {
    const rowid = await findRow(oracle, { ...query, columns }, options, signal);
    return rowid === undefined ? error : withRow(error as OraFerryError, name, rowid);
  } catch {
    return error;
  }
}

function columnOf(error: unknown): string | undefined {
  if (!(error instanceof OraFerryError) || error.code !== 'VALUE_ERROR') return undefined;
  return (error.details as { column?: string } | undefined)?.column;
}

async function findRow(
  oracle: OracleSource,
  query: RowQuery,
  { refuseReplacements }: { readonly refuseReplacements: boolean },
  signal: AbortSignal,
): Promise<string | undefined> {
  const columns = [rowAddress, ...query.columns];
  const encoder = compileEncoder(columns);
  const isExact = exactness(encoder, refuseReplacements);
  for await (const batch of oracle.rows({ ...query, columns }, signal)) {
    const row = batch.find((candidate) => !isExact(candidate));
    // A large value, which is not read again here, may hold what is looked for before any other row does.
    const end = row ? batch.indexOf(row) : batch.length;
    if (refuseReplacements && batch.slice(0, end).some(encoder.hasLargeValue)) return undefined;
    if (row) return String(row[0]);
  }
  return undefined;
}

function exactness(encoder: TableEncoder, refuseReplacements: boolean) {
  return (row: Row): boolean => {
    if (encoder.hasLargeValue(row)) return true;
    try {
      encoder.lines([row]);
    } catch {
      return false;
    }
    return !refuseReplacements || Object.keys(encoder.replacements()).length === 0;
  };
}

function withRow(error: OraFerryError, column: string, rowid: string): OraFerryError {
  const { message, cause } = error;
  return new OraFerryError('VALUE_ERROR', `${message.replace(/\.$/, '')}, in the row ${rowid}.`, {
    details: { column, rowid },
    cause,
  });
}
