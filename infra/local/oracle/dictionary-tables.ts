/**
 * ALL_TAB_COMMENTS, which lists tables and views, with ALL_TABLES and ALL_MVIEWS beside it; ALL_SYNONYMS;
 * ALL_POLICIES and REDACTION_POLICIES.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_TAB_COMMENTS.html
 */
import type { Database, LocalTable } from './database.ts';
import {
  askedTables,
  type DictionaryQuery,
  dictionaryResult,
  PAIRS,
  pairsOf,
} from './dictionary-query.ts';
import { likePattern } from './like.ts';
import { assertGranted } from './privileges.ts';
import type { BindValue } from './requests.ts';
import type { ResultSet } from './results.ts';
import type { StatementContext } from './statement-context.ts';

const TABLE_COLUMNS = [
  'OWNER',
  'TABLE_NAME',
  'TABLE_TYPE',
  'COMMENTS',
  'MVIEW_NAME',
  'PARTITIONED',
  'IOT_TYPE',
  'TEMPORARY',
  'EXTERNAL',
  'CLUSTER_NAME',
  'NUM_ROWS#',
  'AVG_ROW_LEN#',
  'LAST_ANALYZED',
];

const LIST = `SELECT OWNER , TABLE_NAME FROM ALL_TAB_COMMENTS WHERE SUBSTR ( TABLE_NAME , 1 , 4 ) < > 'BIN$'`;
const OF_OWNER = ' AND OWNER = :';
const OF_PEOPLE = ` AND OWNER IN ( SELECT USERNAME FROM ALL_USERS WHERE ORACLE_MAINTAINED = 'N' )`;
const LIKE = ` AND TABLE_NAME LIKE : ESCAPE '\\'`;
const AFTER = ' AND ( OWNER > : OR ( OWNER = : AND TABLE_NAME > : ) )';
const FIRST = ' ORDER BY OWNER , TABLE_NAME FETCH FIRST : ROWS ONLY';

/** Schemas that come with the database: https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_USERS.html */
const MAINTAINED = ['SYS', 'SYSTEM', 'XDB', 'CTXSYS', 'MDSYS', 'OUTLN'];

export const tableQueries: Readonly<Record<string, DictionaryQuery>> = {
  [`SELECT C . OWNER , C . TABLE_NAME , C . TABLE_TYPE , C . COMMENTS , M . MVIEW_NAME , T . PARTITIONED , T . IOT_TYPE , T . TEMPORARY , T . EXTERNAL , T . CLUSTER_NAME , T . NUM_ROWS , T . AVG_ROW_LEN , TO_CHAR ( T . LAST_ANALYZED , 'YYYY-MM-DD"T"HH24:MI:SS' ) FROM ALL_TAB_COMMENTS C LEFT JOIN ALL_TABLES T ON T . OWNER = C . OWNER AND T . TABLE_NAME = C . TABLE_NAME LEFT JOIN ALL_MVIEWS M ON M . OWNER = C . OWNER AND M . MVIEW_NAME = C . TABLE_NAME WHERE ( C . OWNER , C . TABLE_NAME ) IN ( ${PAIRS} )`]:
    (context, binds) =>
      dictionaryResult(
        TABLE_COLUMNS,
        askedTables(context, binds).map(({ definition }) => tableRow(definition)),
      ),
  [`SELECT OWNER , SYNONYM_NAME , TABLE_OWNER , TABLE_NAME , DB_LINK FROM ALL_SYNONYMS WHERE ( OWNER , SYNONYM_NAME ) IN ( ${PAIRS} )`]:
    ({ database }, binds) => synonymsResult(database, binds),
  [`SELECT OBJECT_OWNER , OBJECT_NAME , POLICY_NAME FROM ALL_POLICIES WHERE ( OBJECT_OWNER , OBJECT_NAME ) IN ( ${PAIRS} ) AND SEL = 'YES' AND ENABLE = 'YES'`]:
    (context, binds) => policiesResult(context, binds, 'rows'),
  [`SELECT OBJECT_OWNER , OBJECT_NAME , POLICY_NAME FROM REDACTION_POLICIES WHERE ( OBJECT_OWNER , OBJECT_NAME ) IN ( ${PAIRS} ) AND TRIM ( ENABLE ) = 'YES'`]:
    (context, binds, tokens) => {
      const view = tokens.find(({ text }) => text === 'REDACTION_POLICIES');
      assertGranted(context.rights, 'REDACTION_POLICIES', view?.at ?? 0);
      return policiesResult(context, binds, 'redaction');
    },
  ...listQueries(),
};

function tableRow(table: LocalTable): (string | undefined)[] {
  const { owner, name, kind = 'TABLE', comment, statistics } = table;
  const head = [owner, name, kind === 'VIEW' ? 'VIEW' : 'TABLE', comment];
  if (kind === 'VIEW') return head;
  return [
    ...head,
    kind === 'MATERIALIZED VIEW' ? name : undefined,
    kind === 'PARTITIONED' ? 'YES' : 'NO',
    kind === 'IOT' ? 'IOT' : undefined,
    kind === 'TEMPORARY' ? 'Y' : 'N',
    kind === 'EXTERNAL' ? 'YES' : 'NO',
    kind === 'CLUSTER' ? 'ITS_CLUSTER' : undefined,
    statistics && String(statistics.rows),
    statistics && String(statistics.averageRowLength),
    statistics?.analyzed,
  ];
}

function synonymsResult(database: Database, binds: readonly BindValue[]): ResultSet {
  const found = pairsOf(binds).map(([owner, name]) => database.findSynonym(owner, name));
  const rows = [...new Set(found)].flatMap((synonym) => {
    if (!synonym) return [];
    const { owner, name, target } = synonym;
    return [[owner, name, target.owner, target.name, target.link]];
  });
  return dictionaryResult(['OWNER', 'SYNONYM_NAME', 'TABLE_OWNER', 'TABLE_NAME', 'DB_LINK'], rows);
}

function policiesResult(
  context: StatementContext,
  binds: readonly BindValue[],
  which: 'rows' | 'redaction',
): ResultSet {
  const rows = askedTables(context, binds).flatMap(({ definition: { owner, name, policies } }) => {
    const policy = policies?.[which];
    return policy === undefined ? [] : [[owner, name, policy]];
  });
  return dictionaryResult(['OBJECT_OWNER', 'OBJECT_NAME', 'POLICY_NAME'], rows);
}

/** A page of names, with each combination of conditions. */
function listQueries(): Record<string, DictionaryQuery> {
  const spellings = [OF_OWNER, OF_PEOPLE].flatMap((owner) =>
    ['', LIKE].flatMap((like) => ['', AFTER].map((after) => ({ owner, like, after }))),
  );
  return Object.fromEntries(
    spellings.map(({ owner, like, after }) => [
      LIST + owner + like + after + FIRST,
      (context, binds) => {
        const next = binds.values();
        const take = (): string => next.next().value ?? '';
        const wanted = {
          owner: owner === OF_OWNER ? take() : undefined,
          like: like === '' ? undefined : likePattern(take(), '\\'),
          after: after === '' ? undefined : { owner: take() && take(), name: take() },
          limit: Number(take()),
        };
        return listResultOf(context, wanted);
      },
    ]),
  );
}

interface Wanted {
  owner: string | undefined;
  like: RegExp | undefined;
  after: { owner: string; name: string } | undefined;
  limit: number;
}

function listResultOf({ database, rights }: StatementContext, wanted: Wanted): ResultSet {
  const names = database
    .listTables()
    .map(({ definition }) => definition)
    .filter((table) => isWanted(table, wanted) && rights.sees(table))
    .map(({ owner, name }) => ({ owner, name, key: sortKey(owner, name) }))
    .toSorted((a, b) => Buffer.compare(a.key, b.key))
    .slice(0, wanted.limit);
  return dictionaryResult(
    ['OWNER', 'TABLE_NAME'],
    names.map(({ owner, name }) => [owner, name]),
  );
}

function isWanted({ owner, name }: LocalTable, wanted: Wanted): boolean {
  const { after, like } = wanted;
  const isOwned = wanted.owner === undefined ? !MAINTAINED.includes(owner) : owner === wanted.owner;
  const isAfter =
    !after || Buffer.compare(sortKey(owner, name), sortKey(after.owner, after.name)) > 0;
  return isOwned && isAfter && !name.startsWith('BIN$') && (like?.test(name) ?? true);
}

/** NUL is in no name, so this sorts by owner, then by name, each by its bytes. */
function sortKey(owner: string, name: string): Buffer {
  return Buffer.from(`${owner}\0${name}`);
}
