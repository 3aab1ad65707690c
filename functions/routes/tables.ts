import { type Route, route } from '../http/route.ts';
import { sampleInput, sampleTable, sampleView } from '../sample.ts';
import { listTables, tablesQuery, tablesView } from '../tables.ts';
import { sample, tableList } from './examples.ts';
import { oracleErrors } from './pieces.ts';

/** What there is to export. */
export const tableRoutes: readonly Route[] = [
  route({
    id: 'listTables',
    tag: 'Oracle',
    method: 'GET',
    service: 'oracle',
    path: '/api/tables',
    summary: 'List the tables and views that our user sees, by owner and name',
    description:
      'Rows and bytes are estimates by the optimizer’s statistics unless `counts=exact` asks Oracle to count, at most 50 tables at a time.',
    scope: 'read',
    input: { query: tablesQuery },
    status: 200,
    response: tablesView,
    answer: tableList,
    errors: oracleErrors,
    handle: listTables,
  }),
  route({
    id: 'sampleTable',
    tag: 'Oracle',
    method: 'GET',
    service: 'oracle',
    path: '/api/tables/:name/sample',
    summary: 'Some rows of a table, as an export would write them',
    description:
      '`name` is `owner.table`, or the table alone with `?owner=` when a name has a dot.',
    scope: 'read',
    input: sampleInput,
    status: 200,
    response: sampleView,
    answer: sample,
    errors: [...oracleErrors, 'TABLE_NOT_FOUND', 'UNSUPPORTED_TYPE', 'VALUE_ERROR'],
    handle: sampleTable,
  }),
];
