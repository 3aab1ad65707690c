/**
 * The queries of the data dictionary and of the system's views that this server knows. Each is recognised by its
 * spelling, in which blanks and the case of words do not matter.
 */
import { columnQueries } from './dictionary-columns.ts';
import { objectQueries } from './dictionary-objects.ts';
import { partQueries } from './dictionary-parts.ts';
import { type DictionaryQuery, spelling } from './dictionary-query.ts';
import { systemQueries } from './dictionary-system.ts';
import { tableQueries } from './dictionary-tables.ts';
import { chunkQueries } from './parallel-execute.ts';
import type { Token } from './tokens.ts';

const QUERIES = new Map<string, DictionaryQuery>(
  Object.entries({
    ...tableQueries,
    ...columnQueries,
    ...systemQueries,
    ...objectQueries,
    ...partQueries,
    ...chunkQueries,
  }),
);

/** The query that these tokens spell, however many pairs of owner and name it asks for. */
export function findDictionaryQuery(tokens: readonly Token[]): DictionaryQuery | undefined {
  return QUERIES.get(spelling(tokens));
}
