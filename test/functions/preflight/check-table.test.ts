import { expect, test } from 'vitest';
import { checkTable } from '../../../functions/preflight/check-table.ts';
import { missingGrants } from '../../../functions/preflight/grants.ts';
import { type TransportTable, transportInput } from '../../../shared/domain/transport.ts';
import { translateOracleError } from '../../../shared/oracle/errors.ts';
import type {
  DatabaseFacts,
  OracleSource,
  TableDefinition,
  TablePolicies,
} from '../../../shared/ports/oracle.ts';

test('a user from whom DBMS_LOB was taken needs EXECUTE on it', async () => {
  const message = 'ORA-00904: "DBMS_LOB"."GETLENGTH": invalid identifier';
  const oracle: Pick<OracleSource, 'rows'> = {
    // biome-ignore lint/correctness/useYield: it ends before the first batch.
    async *rows() {
      throw translateOracleError(Object.assign(new Error(message), { code: 'ORA-00904' }));
    },
  };
  const facts = { user: 'FERRY', exempt: { rows: true, redaction: true }, views: {} };
  const policies: TablePolicies = { rows: () => [], redaction: () => [] };
  const check = await checkTable(
    {
      oracle: oracle as OracleSource,
      options: transportInput.parse({ name: 't', tables: ['HR.NOTES'] }).options,
      facts: { ...facts, scn: { value: '1', source: 'V$DATABASE' } } as unknown as DatabaseFacts,
      policies,
      sessions: { workers: 1, min_split_bytes: 1 },
      sizeOf: () => undefined,
      showColumns: false,
      signal: new AbortController().signal,
    },
    { owner: 'HR', table: 'NOTES' } as TransportTable,
    notes,
  );
  const statement = 'GRANT EXECUTE ON SYS.DBMS_LOB TO "FERRY"';
  expect(check).toMatchObject({
    ok: false,
    problems: [{ code: 'PERMISSION_DENIED' }],
    missing_grant: statement,
  });
  const known = {
    ...facts,
    scn: { value: '1', source: 'V$DATABASE' },
    views: { V$PARAMETER: true },
  };
  const { missing, script } = missingGrants(known as unknown as DatabaseFacts, policies, [
    check,
    { ...check, table: 'OTHERS' },
  ]);
  expect(missing).toEqual([{ statement, needed_for: 'reading LOBs', required: true }]);
  expect(script).toBe(`${statement};\n`);
});

const notes: TableDefinition = {
  owner: 'HR',
  table: 'NOTES',
  kind: 'table',
  columns: [
    { name: 'C', dataType: 'CLOB', length: 4_000, precision: null, scale: null, nullable: true },
  ],
};
