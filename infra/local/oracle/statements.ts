/**
 * Recognises the statements that this server answers. It is no SQL parser: a statement is either
 * one of the fixed spellings below, ALTER SESSION or a table query; all else is ORA-00900.
 */
import type { Database } from './database.ts';
import { listColumns } from './dictionary.ts';
import { OracleError } from './errors.ts';
import { numberWire } from './number-types.ts';
import type { BindValue } from './requests.ts';
import { listResult, type ResultSet } from './results.ts';
import type { RowCache } from './row-cache.ts';
import { parseTableQuery, runTableQuery } from './table-query.ts';
import { textWire } from './text-types.ts';
import { signatureOf, type Token, tokenize } from './tokens.ts';

/** What a user may do beyond reading tables: ask for the current SCN in either of two ways. */
export type Grant = 'V$DATABASE' | 'DBMS_FLASHBACK';

/** What a statement runs against. */
export interface StatementContext {
  database: Database;
  rowCache: RowCache;
  grants: ReadonlySet<Grant>;
  /** Collects the texts of statements that were not recognised. */
  unknown: string[];
}

/** A query's result set, or undefined for a statement that only succeeds. */
export type Outcome = ResultSet | undefined;

/** Parses and executes a statement. Throws an OracleError. */
export function runStatement(
  context: StatementContext,
  sql: string,
  binds: readonly BindValue[],
): Outcome {
  const tokens = tokenize(sql);
  const fixed = FIXED.get(signatureOf(tokens));
  if (fixed) return fixed(context, binds, tokens);
  if (isAlterSession(tokens)) return undefined;
  const query = parseTableQuery(tokens);
  if (query) return runTableQuery(context, query, binds);
  context.unknown.push(sql);
  throw new OracleError(900, 'invalid SQL statement');
}

type Fixed = (
  context: StatementContext,
  binds: readonly BindValue[],
  tokens: readonly Token[],
) => ResultSet;

const FIXED = new Map<string, Fixed>([
  [
    'SELECT CURRENT_SCN FROM V$DATABASE',
    ({ grants, database }, _binds, tokens) => {
      if (!grants.has('V$DATABASE')) {
        const at = tokens.at(-1)?.at ?? 0;
        throw new OracleError(942, 'table or view "V$DATABASE" does not exist', at);
      }
      return numberResult('CURRENT_SCN', database.currentScn());
    },
  ],
  [
    'SELECT DBMS_FLASHBACK . GET_SYSTEM_CHANGE_NUMBER FROM DUAL',
    ({ grants, database }, _binds, tokens) => {
      if (!grants.has('DBMS_FLASHBACK')) {
        const name = '"DBMS_FLASHBACK"."GET_SYSTEM_CHANGE_NUMBER"';
        throw new OracleError(904, `${name}: invalid identifier`, tokens[1]?.at ?? 0);
      }
      return numberResult('GET_SYSTEM_CHANGE_NUMBER', database.currentScn());
    },
  ],
  [
    'SELECT TIMESTAMP_TO_SCN ( SYSTIMESTAMP ) FROM DUAL',
    ({ database }) => numberResult('TIMESTAMP_TO_SCN(SYSTIMESTAMP)', database.currentScn()),
  ],
  [
    'SELECT COLUMN_NAME , DATA_TYPE , DATA_LENGTH , CHAR_LENGTH , DATA_PRECISION , DATA_SCALE , NULLABLE , COLUMN_ID FROM ALL_TAB_COLUMNS WHERE OWNER = : AND TABLE_NAME = : ORDER BY COLUMN_ID',
    ({ database }, binds) => listColumns(database, binds),
  ],
  ['SELECT 1 FROM DUAL', () => numberResult('1', 1)],
  [
    'SELECT DBTIMEZONE FROM DUAL',
    () => listResult([{ name: 'DBTIMEZONE', nullable: true, wire: textWire(6) }], [['+00:00']]),
  ],
]);

function numberResult(name: string, value: number): ResultSet {
  return listResult([{ name, nullable: true, wire: numberWire }], [[String(value)]]);
}

/** `ALTER SESSION SET name = value …`; the settings change nothing that this server prints. */
function isAlterSession(tokens: readonly Token[]): boolean {
  const signature = signatureOf(tokens.map((token) => (isValue(token) ? VALUE : token)));
  return /^ALTER SESSION SET(?: (?:NLS_\w+|TIME_ZONE|CURRENT_SCHEMA) = '')+$/.test(signature);
}

const VALUE: Token = { kind: 'string', text: '', at: 0 };

function isValue({ kind }: Token): boolean {
  return kind === 'string' || kind === 'name';
}
