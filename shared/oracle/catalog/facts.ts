import type { DatabaseFacts } from '../../ports/oracle.ts';
import type { ConnectionPool } from '../pool.ts';
import { query, queryIfAllowed } from '../query.ts';
import { type Session, withSession } from '../session.ts';
import { findScn } from '../snapshot.ts';
import {
  exemptions,
  probeView,
  roleForChunks,
  tunedUndoRetention,
  undoRetention,
  whoAmI,
} from './statements.ts';

/** Asks for everything that needs a grant of its own, as we would use it: what the dictionary says is not asked. */
export function readFacts(pool: ConnectionPool, signal?: AbortSignal): Promise<DatabaseFacts> {
  return withSession(pool, { signal }, async (session) => {
    const [[user, service, database] = ['', '', '']] = await query<string[]>(session, whoAmI);
    const privileges = (await query<[string]>(session, exemptions)).map(([name]) => name);
    const scn = await findScn(session);
    const retention = await queryIfAllowed<[string]>(session, undoRetention);
    const tuned = await queryIfAllowed<[string | null]>(session, tunedUndoRetention);
    const [[role] = []] = await query<string[]>(session, roleForChunks);
    return {
      user: user ?? '',
      service: service ?? '',
      database: database ?? '',
      scn,
      views: {
        V$DATABASE: scn?.source === 'V$DATABASE',
        DBA_EXTENTS: await isReadable(session, 'dba_extents'),
        DBA_OBJECTS: await isReadable(session, 'dba_objects'),
        DBA_SEGMENTS: await isReadable(session, 'dba_segments'),
        V$PARAMETER: retention !== undefined,
        V$UNDOSTAT: tuned !== undefined,
      },
      makesChunks: role === 'PRIMARY',
      undoRetention: numberIn(retention),
      tunedUndoRetention: numberIn(tuned),
      exempt: {
        rows: privileges.includes('EXEMPT ACCESS POLICY'),
        redaction: privileges.includes('EXEMPT REDACTION POLICY'),
      },
    };
  });
}

async function isReadable(session: Session, view: Parameters<typeof probeView>[0]) {
  return (await queryIfAllowed(session, probeView(view))) !== undefined;
}

function numberIn(rows: readonly (readonly (string | null)[])[] | undefined): number | undefined {
  const text = rows?.[0]?.[0];
  return text ? Number(text) : undefined;
}
