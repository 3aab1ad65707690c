import { describe } from 'vitest';
import type { SourceDatabase } from '../support/source-database.ts';
import { catalogueContract } from './oracle/catalogue.ts';
import { lobsContract } from './oracle/lobs.ts';
import { rowsContract } from './oracle/rows.ts';
import { useSource } from './oracle/source-under-test.ts';
import { valuesContract } from './oracle/values.ts';

/** What an OracleSource does, whichever Oracle stands behind it. */
export function oracleSourceContract(open: () => Promise<SourceDatabase>): void {
  describe('the contract of an Oracle source', () => {
    const source = useSource(open);
    catalogueContract(source);
    rowsContract(source);
    valuesContract(source);
    lobsContract(source);
  });
}
