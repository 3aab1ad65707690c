/**
 * Recognises the statements that this server answers. It is no SQL parser: a statement is either
 * one of the dictionary's queries, ALTER SESSION, SET TRANSACTION READ ONLY, a known PL/SQL block or a table query;
 * all else is ORA-00900.
 */
import { findDictionaryQuery } from './dictionary.ts';
import { OracleError } from './errors.ts';
import { findBlock } from './parallel-execute.ts';
import type { BindType, BindValue } from './requests.ts';
import type { ResultSet } from './results.ts';
import type { StatementContext } from './statement-context.ts';
import { parseTableQuery, runTableQuery } from './table-query.ts';
import { signatureOf, type Token, tokenize } from './tokens.ts';

/** A query's result set, or undefined for a statement that only succeeds. */
export type Outcome = ResultSet | undefined;

/** Parses and executes a statement. Throws an OracleError. */
export function runStatement(
  context: StatementContext,
  sql: string,
  binds: readonly BindValue[],
  bindTypes: readonly BindType[],
): Outcome {
  const tokens = tokenize(sql);
  const lookUp = findDictionaryQuery(tokens);
  if (lookUp) return lookUp(context, binds, tokens);
  if (isAlterSession(tokens)) return undefined;
  if (isSpelled(tokens, 'SET TRANSACTION READ ONLY')) return beginReading(context);
  const block = findBlock(tokens);
  if (block) return block(context, tokens, binds);
  const query = parseTableQuery(tokens);
  if (query) return runTableQuery(context, query, binds, bindTypes);
  context.unknown.push(sql);
  throw new OracleError(900, 'invalid SQL statement');
}

/** `ALTER SESSION SET name = value …`; the settings change nothing that this server prints. */
function isAlterSession(tokens: readonly Token[]): boolean {
  const signature = signatureOf(tokens.map((token) => (isValue(token) ? VALUE : token)));
  return /^ALTER SESSION SET(?: (?:NLS_\w+|TIME_ZONE|CURRENT_SCHEMA) = '')+$/.test(signature);
}

function isSpelled(tokens: readonly Token[], signature: string): boolean {
  return signatureOf(tokens) === signature;
}

function beginReading({ transaction, database }: StatementContext): undefined {
  if (transaction.snapshot !== undefined) {
    throw new OracleError(1453, 'SET TRANSACTION must be first statement of transaction');
  }
  transaction.snapshot = database.currentScn();
}

const VALUE: Token = { kind: 'string', text: '', at: 0 };

function isValue({ kind }: Token): boolean {
  return kind === 'string' || kind === 'name';
}
