/**
 * Types that no plain select returns here: XMLTYPE is read by XMLSERIALIZE, the others are only
 * listed in the catalogue.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Data-Types.html
 */
import { catalogueEntry, type TypeDefinition } from './column.ts';
import { wellFormed } from './text-types.ts';

export const xmltype: TypeDefinition = {
  store: wellFormed,
  catalogue: () => catalogueEntry('XMLTYPE', 2000, { dataTypeOwner: 'PUBLIC' }),
};

export const bfile: TypeDefinition = {
  store: (value) => value,
  catalogue: () => catalogueEntry('BFILE', 530),
};

export const anydata: TypeDefinition = {
  store: (value) => value,
  catalogue: () => catalogueEntry('ANYDATA', 1, { dataTypeOwner: 'SYS' }),
};

/** Any object type or collection; the column names it. */
export const object: TypeDefinition = {
  store: (value) => value,
  catalogue: ({ typeName = 'OBJECT', typeOwner = 'SYS' }) =>
    catalogueEntry(typeName, 1, { dataTypeOwner: typeOwner }),
};
