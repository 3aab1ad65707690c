/** What a user may do: read tables, as they are and as they were, and look at some of the system's views. */
import type { LocalTable } from './database.ts';
import { OracleError } from './errors.ts';

/** What a user may do beyond reading tables; some of it is PUBLIC in a fresh Oracle. */
export type Grant =
  | 'V$DATABASE'
  | 'DBMS_FLASHBACK'
  | 'V$PARAMETER'
  | 'V$UNDOSTAT'
  | 'DBA_EXTENTS'
  | 'DBA_SEGMENTS'
  | 'DBA_OBJECTS'
  | 'DBMS_PARALLEL_EXECUTE'
  | 'REDACTION_POLICIES'
  | 'EXEMPT ACCESS POLICY'
  | 'EXEMPT REDACTION POLICY';

type TablePrivilege = 'SELECT' | 'FLASHBACK';

export interface LocalUser {
  user: string;
  password: string;
  grants?: readonly Grant[];
  /** By `OWNER.TABLE`; every table may be read when left out. A user may always read its own. */
  tables?: Readonly<Record<string, readonly TablePrivilege[]>>;
}

/** The rights of a session's user. */
export interface Rights {
  /** The user's name as the session shows it. */
  readonly user: string;
  readonly grants: ReadonlySet<Grant>;
  may(privilege: TablePrivilege, table: LocalTable): boolean;
  /** Whether the dictionary shows the table: any privilege on it is enough. */
  sees(table: LocalTable): boolean;
}

export function rightsOf({ user, grants = [], tables }: LocalUser): Rights {
  const name = user.toUpperCase();
  const privileges = (table: LocalTable) => tables?.[`${table.owner}.${table.name}`] ?? [];
  const isOpen = ({ owner }: LocalTable) => tables === undefined || owner === name;
  return {
    user: name,
    grants: new Set(grants),
    may: (privilege, table) => isOpen(table) || privileges(table).includes(privilege),
    sees: (table) => isOpen(table) || privileges(table).length > 0,
  };
}

/** Throws ORA-00942 for a view of the system that was not granted. */
export function assertGranted(rights: Rights, view: Grant, at: number): void {
  if (rights.grants.has(view)) return;
  throw new OracleError(942, `table or view "${view}" does not exist`, at);
}
