import type { LocalColumn, LocalKind } from '../../../infra/local/oracle/database.ts';
import type { TestTable } from './database.ts';

/**
 * The statements that create a table, with its comments. A view gets a table of its own behind it, into which
 * inserts go through the view. Throws an Error for a kind or a name that no test needs.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/CREATE-TABLE.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/CREATE-VIEW.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/COMMENT.html
 */
export function createStatements(owner: string, table: TestTable): string[] {
  const { name, kind = 'TABLE', columns, comment, columnComments = {} } = table;
  const view = qualified(owner, name);
  const stored = kind === 'VIEW' ? qualified(owner, baseOf(name)) : view;
  const key = quoted(columns[0]?.name ?? '');
  const definitions = columns.map(columnDefinition);
  if (kind === 'IOT') definitions.push(`PRIMARY KEY (${key})`);
  return [
    `CREATE TABLE ${stored} (${definitions.join(', ')})${clauseOf(kind, key)}`,
    ...(kind === 'VIEW' ? [`CREATE VIEW ${view} AS SELECT * FROM ${stored}`] : []),
    ...(comment === undefined ? [] : [`COMMENT ON TABLE ${view} IS ${literal(comment)}`]),
    ...Object.entries(columnComments).map(
      ([column, text]) => `COMMENT ON COLUMN ${view}.${quoted(column)} IS ${literal(text)}`,
    ),
  ];
}

/**
 * The statements that end whatever createStatements made under this name; those of the other kind fail with
 * ORA-00942. https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/DROP-TABLE.html
 */
export function dropStatements(owner: string, name: string): string[] {
  const tables = [name, baseOf(name)].map((table) => qualified(owner, table));
  return [
    `DROP VIEW ${qualified(owner, name)}`,
    ...tables.map((table) => `DROP TABLE ${table} CASCADE CONSTRAINTS PURGE`),
  ];
}

/** `"OWNER"."TABLE"`. */
export function qualified(owner: string, name: string): string {
  return `${quoted(owner)}.${quoted(name)}`;
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Database-Object-Names-and-Qualifiers.html */
export function quoted(name: string): string {
  if (!/^[^"\0]+$/.test(name)) throw new Error(`${JSON.stringify(name)} cannot be an Oracle name`);
  return `"${name}"`;
}

function baseOf(view: string): string {
  return `${view} base`;
}

function clauseOf(kind: LocalKind, key: string): string {
  switch (kind) {
    case 'TABLE':
    case 'VIEW':
      return '';
    case 'IOT':
      return ' ORGANIZATION INDEX';
    case 'PARTITIONED':
      return ` PARTITION BY HASH (${key}) PARTITIONS 4`;
    default:
      throw new Error(`tests make no ${kind} in a real Oracle`);
  }
}

function columnDefinition(column: LocalColumn): string {
  const rest = column.nullable === false ? ' NOT NULL' : '';
  return `${quoted(column.name)} ${typeOf(column)}${rest}`;
}

/**
 * A column's type as Oracle spells it; lengths of text are in characters.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html
 */
function typeOf(column: LocalColumn): string {
  const { type, length, precision = 2, scale = 6 } = column;
  switch (type) {
    case 'NUMBER':
      return numberType(column);
    case 'FLOAT':
      return column.precision === undefined ? type : `${type}(${column.precision})`;
    case 'VARCHAR2':
      return `${type}(${length ?? 4000} CHAR)`;
    case 'CHAR':
      return `${type}(${length ?? 1} CHAR)`;
    case 'NVARCHAR2':
    case 'RAW':
      return `${type}(${length ?? 2000})`;
    case 'NCHAR':
      return `${type}(${length ?? 1})`;
    case 'TIMESTAMP':
    case 'TIMESTAMP WITH TIME ZONE':
    case 'TIMESTAMP WITH LOCAL TIME ZONE':
      return type.replace('TIMESTAMP', `TIMESTAMP(${scale})`);
    case 'INTERVAL YEAR TO MONTH':
      return `INTERVAL YEAR(${precision}) TO MONTH`;
    case 'INTERVAL DAY TO SECOND':
      return `INTERVAL DAY(${precision}) TO SECOND(${scale})`;
    case 'VECTOR':
      return `${type}(${column.dimensions ?? '*'}, ${column.format ?? 'FLOAT32'})`;
    case 'ANYDATA':
      return 'SYS.ANYDATA';
    case 'OBJECT':
      return qualified(column.typeOwner ?? 'SYS', column.typeName ?? '');
    default:
      return type;
  }
}

function numberType({ precision, scale }: LocalColumn): string {
  if (precision === undefined && scale === undefined) return 'NUMBER';
  if (scale === undefined) return `NUMBER(${precision})`;
  return `NUMBER(${precision ?? '*'}, ${scale})`;
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Literals.html */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
