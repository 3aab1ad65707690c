/** What an item of a query's list is made of, and the columns in it. */
import type { ColumnOrigin, LocalColumn, LocalType, WireType } from './column.ts';
import type { StoredTable, StoredValue } from './database.ts';
import { OracleError } from './errors.ts';
import type { Projection } from './rows.ts';
import type { Token } from './tokens.ts';

/** A recognised expression, not yet looked up in a table. */
export interface Expression {
  /** As Oracle names it: equal ones give equal values. */
  label: string;
  /** Throws an OracleError for an unknown column, or one whose type does not go with the expression. */
  project(table: StoredTable): Omit<Projection, 'name' | 'signature'> & {
    /** In place of the label, where equal ones do not always give equal values. */
    signature?: string;
  };
}

/** What becomes of a column's values. */
export interface Conversion {
  wire: WireType;
  /** From the stored value, when it is not sent as it is. */
  convert?(value: string): StoredValue;
}

/** An expression of one column; `convertFor` throws an OracleError for a type that does not go with it. */
export function ofColumn(
  name: Token,
  label: string,
  convertFor: (column: LocalColumn, origin: ColumnOrigin) => Conversion,
): Expression {
  return {
    label,
    project(table) {
      const { column, index } = findColumn(table, name);
      const { wire, convert } = convertFor(column, { table: table.id, column: index });
      return {
        nullable: column.nullable ?? true,
        wire,
        read: (row) => {
          const value = row[index] ?? null;
          return value !== null && convert ? convert(value) : value;
        },
      };
    },
  };
}

/** The column that a token names. Throws ORA-00904. */
export function findColumn(
  { definition }: StoredTable,
  { text, at }: Token,
): { column: LocalColumn; index: number } {
  const index = definition.columns.findIndex((column) => column.name === text);
  const column = definition.columns[index];
  if (!column) throw new OracleError(904, `"${text}": invalid identifier`, at);
  return { column, index };
}

/** Throws ORA-00932 for a column of any other type. */
export function expectType({ type }: LocalColumn, expected: readonly LocalType[]): void {
  if (expected.includes(type)) return;
  throw new OracleError(932, `inconsistent data types: expected ${expected.join(' or ')}`);
}
