/** The ROWID pseudo column, and ROWIDs as text. */
import type { LocalType } from './column.ts';
import type { StoredTable } from './database.ts';
import { OracleError } from './errors.ts';
import { type Expression, expectType, ofColumn } from './expressions.ts';
import { rowidWire, urowidWire } from './rowid-types.ts';
import { logicalRowidOf } from './rowids.ts';
import type { Projection } from './rows.ts';
import { rowidAt } from './storage.ts';
import type { Taker } from './taker.ts';
import { textWire } from './text-types.ts';

const LONGEST_TEXT = 4000;
const TYPES: readonly LocalType[] = ['ROWID', 'UROWID'];

/** `ROWID`. */
export function takeRowid(): Expression {
  return {
    label: 'ROWID',
    project: (table) => ({
      nullable: false,
      wire: isIndexOrganized(table) ? urowidWire : rowidWire,
      ...addressOf(table, 'ROWID'),
    }),
  };
}

/** `ROWIDTOCHAR(ROWID)` or `ROWIDTOCHAR("COL")`, from behind the parenthesis. */
export function takeRowidToChar(take: Taker): Expression | undefined {
  const isPseudo = take.words('ROWID');
  const column = isPseudo ? undefined : take.kind('name');
  if ((!isPseudo && !column) || !take.words(')')) return undefined;
  if (column) {
    return ofColumn(column, `ROWIDTOCHAR("${column.text}")`, (definition) => {
      expectType(definition, TYPES);
      return { wire: textWire(LONGEST_TEXT) };
    });
  }
  return rowidAsText('ROWIDTOCHAR(ROWID)');
}

function rowidAsText(label: string): Expression {
  const wire = textWire(LONGEST_TEXT);
  return { label, project: (table) => ({ nullable: false, wire, ...addressOf(table, label) }) };
}

/** `CAST("COL" AS VARCHAR2(n))` of a ROWID or UROWID, or of the ROWID itself, from behind the parenthesis. */
export function takeCast(take: Taker): Expression | undefined {
  const isPseudo = take.words('ROWID');
  const column = isPseudo ? undefined : take.kind('name');
  if ((!isPseudo && !column) || !take.words('AS', 'VARCHAR2', '(')) return undefined;
  const length = take.kind('number')?.text;
  if (length === undefined || !take.words(')', ')')) return undefined;
  if (!column) return rowidAsText(`CAST(ROWIDASVARCHAR2(${length}))`);
  return ofColumn(column, `CAST("${column.text}"ASVARCHAR2(${length}))`, (definition) => {
    expectType(definition, TYPES);
    return { wire: textWire(Number(length)) };
  });
}

/**
 * All versions of a row have the same ROWID until it is moved; what was encoded before that is of no use. Throws
 * ORA-01445 for a view, whose rows have none here.
 */
function addressOf(table: StoredTable, label: string): Pick<Projection, 'read' | 'signature'> {
  const { versions, definition, segments } = table;
  if (definition.kind === 'VIEW') {
    throw new OracleError(1445, 'cannot select ROWID from a view without key-preserved tables');
  }
  const isLogical = isIndexOrganized(table);
  return {
    signature: `${label} ${segments[0]?.object}`,
    read: (_row, version) => {
      const found = versions[version];
      if (!found) return null;
      return isLogical ? logicalRowidOf(found.slot) : rowidAt(found);
    },
  };
}

function isIndexOrganized({ definition }: StoredTable): boolean {
  return definition.kind === 'IOT';
}
