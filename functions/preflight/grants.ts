import {
  grantOnLobs,
  grantOnSystem,
  grantScript,
  type SystemObject,
} from '../../shared/oracle/grants.ts';
import type { DatabaseFacts, TablePolicies } from '../../shared/ports/oracle.ts';
import type { Grant, Preflight, TableCheck } from '../views/preflight.ts';
import { isDivided } from './undo.ts';

/** All grants that are missing, and those without which the export fails as one script. */
export function missingGrants(
  facts: DatabaseFacts,
  policies: TablePolicies,
  tables: readonly TableCheck[],
): Preflight['grants'] {
  const onTables = tables.flatMap(({ owner, table, missing_grant: statement }): Grant[] =>
    statement === null
      ? []
      : [
          {
            statement,
            needed_for:
              statement === grantOnLobs(facts.user)
                ? 'reading LOBs'
                : `reading ${owner}.${table} as of an SCN`,
            required: true,
          },
        ],
  );
  const missing = [
    ...uniqueStatements(onTables),
    ...systemGrants(facts, policies),
    ...(tables.some(isDivided) ? grantsForSplits(facts) : []),
  ];
  const required = missing.filter((grant) => grant.required);
  return { missing, script: grantScript(required.map(({ statement }) => statement)) };
}

/** Two synonyms may stand for one table. */
function uniqueStatements(grants: readonly Grant[]): Grant[] {
  return [...new Map(grants.map((grant) => [grant.statement, grant])).values()];
}

function systemGrants(facts: DatabaseFacts, policies: TablePolicies): Grant[] {
  const grant = (object: SystemObject, needed_for: string, required = false): Grant => ({
    statement: grantOnSystem(object, facts.user),
    needed_for,
    required,
  });
  const isApproximate = facts.scn === undefined || facts.scn.source === 'TIMESTAMP_TO_SCN';
  const seesUndo = facts.views.V$PARAMETER || facts.views.V$UNDOSTAT;
  const seesRedaction = facts.exempt.redaction || policies.redaction !== undefined;
  return [
    ...(isApproximate ? [grant('V_$DATABASE', 'the exact SCN', facts.scn === undefined)] : []),
    ...(seesUndo ? [] : [grant('V_$PARAMETER', 'comparing the undo retention with the export')]),
    ...(seesRedaction ? [] : [grant('REDACTION_POLICIES', 'checking whether values are masked')]),
  ];
}

/** Without them other ways lead to splits, less even ones. */
function grantsForSplits({ views, user }: DatabaseFacts): Grant[] {
  const wanted = ['DBA_EXTENTS', 'DBA_OBJECTS', 'DBA_SEGMENTS'] as const;
  return wanted
    .filter((view) => !views[view])
    .map((view) => ({
      statement: grantOnSystem(view, user),
      needed_for: 'dividing large tables evenly',
      required: false,
    }));
}
