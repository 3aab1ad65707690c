/**
 * ALL_OBJECTS, and DBA_SEGMENTS, DBA_EXTENTS and DBA_OBJECTS, which tell where rows lie.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/ALL_OBJECTS.html
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/refrn/DBA_EXTENTS.html
 */
import type { StoredTable } from './database.ts';
import {
  askedTables,
  type DictionaryQuery,
  dictionaryResult,
  spelling,
} from './dictionary-query.ts';
import { assertGranted, type Grant } from './privileges.ts';
import type { StatementContext } from './statement-context.ts';
import { type Segment, sizeOf } from './storage.ts';
import type { Token } from './tokens.ts';

const OBJECTS = `SELECT owner, object_name, subobject_name, object_type, object_id, data_object_id,
    TO_CHAR(last_ddl_time, 'YYYY-MM-DD"T"HH24:MI:SS')
  FROM all_objects WHERE (owner, object_name) IN ((:1, :2))
   AND object_type IN ('TABLE', 'TABLE PARTITION', 'TABLE SUBPARTITION', 'VIEW')`;

const SEGMENTS = `SELECT owner, segment_name, SUM(bytes)
  FROM dba_segments WHERE (owner, segment_name) IN ((:1, :2))
   AND segment_type IN ('TABLE', 'TABLE PARTITION', 'TABLE SUBPARTITION')
 GROUP BY owner, segment_name`;

const EXTENTS = `SELECT o.data_object_id, e.relative_fno, e.block_id, e.blocks
  FROM dba_extents e LEFT JOIN dba_objects o
    ON o.owner = e.owner AND o.object_name = e.segment_name AND o.object_type = e.segment_type
   AND NVL(o.subobject_name, ' ') = NVL(e.partition_name, ' ')
 WHERE e.owner = :owner AND e.segment_name = :name
   AND e.segment_type IN ('TABLE', 'TABLE PARTITION', 'TABLE SUBPARTITION')`;

export const objectQueries: Readonly<Record<string, DictionaryQuery>> = {
  [spelling(OBJECTS)]: (context, binds) =>
    dictionaryResult(
      [
        'OWNER',
        'OBJECT_NAME',
        'SUBOBJECT_NAME',
        'OBJECT_TYPE',
        'OBJECT_ID#',
        'DATA_OBJECT_ID#',
        'LAST_DDL_TIME',
      ],
      askedTables(context, binds).flatMap(objectRows),
    ),
  [spelling(SEGMENTS)]: (context, binds, tokens) => {
    assertViews(context, tokens, 'DBA_SEGMENTS');
    const sizes = askedTables(everything(context), binds).map(({ definition, segments }) => {
      const bytes = shownSegments(definition.kind, segments).map(sizeOf);
      return [definition.owner, definition.name, String(bytes.reduce((sum, own) => sum + own, 0))];
    });
    return dictionaryResult(
      ['OWNER', 'SEGMENT_NAME', 'SUM(BYTES)#'],
      sizes.filter(([, , bytes]) => bytes !== '0'),
    );
  },
  [spelling(EXTENTS)]: (context, binds, tokens) => {
    assertViews(context, tokens, 'DBA_EXTENTS', 'DBA_OBJECTS');
    const rows = askedTables(everything(context), binds).flatMap(({ definition, segments }) =>
      shownSegments(definition.kind, segments).flatMap(({ object, extents }) =>
        extents.map(({ file, block, blocks }) => [object, file, block, blocks].map(String)),
      ),
    );
    return dictionaryResult(['DATA_OBJECT_ID#', 'RELATIVE_FNO#', 'BLOCK_ID#', 'BLOCKS#'], rows);
  },
};

/** Throws ORA-00942 for the first of the views that was not granted. */
function assertViews(
  { rights }: StatementContext,
  tokens: readonly Token[],
  ...views: Grant[]
): void {
  for (const view of views) {
    assertGranted(rights, view, tokens.find(({ text }) => text === view)?.at ?? 0);
  }
}

/** What begins with DBA_ shows all tables. */
function everything(context: StatementContext): StatementContext {
  return { ...context, rights: { ...context.rights, sees: () => true } };
}

/** The rows of others lie elsewhere: in an index, in a cluster, in no segment of this name. */
function shownSegments(
  kind: StoredTable['definition']['kind'] = 'TABLE',
  segments: readonly Segment[],
): readonly Segment[] {
  return ['TABLE', 'PARTITIONED', 'MATERIALIZED VIEW'].includes(kind) ? segments : [];
}

/** The objects of a table and its parts, whose own numbers never change, unlike those of their segments. */
function objectRows({ id, definition, segments, changed }: StoredTable): (string | undefined)[][] {
  const { owner, name, kind, partitions } = definition;
  const lastDdl = timeOf(changed);
  if (kind === 'VIEW') return [[owner, name, undefined, 'VIEW', String(id), undefined, lastDdl]];
  const whole = segments.find(({ part }) => part === undefined);
  const dataObject = whole && String(whole.object);
  return [
    [owner, name, undefined, 'TABLE', String(id), dataObject, lastDdl],
    ...(partitions?.parts ?? []).map((part, index) => {
      const segment = segments.find((candidate) => candidate.part === part.name);
      const type = part.of === undefined ? 'TABLE PARTITION' : 'TABLE SUBPARTITION';
      return [owner, name, part.name, type, `${id}${index}`, String(segment?.object), lastDdl];
    }),
  ];
}

/** A clock that ticks with the SCN, so that any two changes are seconds apart. */
function timeOf(scn: number): string {
  return new Date(scn * 1_000 + Date.UTC(2024, 0)).toISOString().slice(0, 19);
}
