import { OraFerryError, reportError } from '../shared/errors.ts';

/** The report lies in the job's record, which holds 1 MiB, and a missing grant may concern thousands of tables. */
const namedProblems = 20;

/** One error that names the problems of several tables. */
export function joinProblems(problems: readonly OraFerryError[]): OraFerryError {
  const [first] = problems;
  if (first && problems.length === 1) return first;
  const named = problems.slice(0, namedProblems);
  const unnamed = problems.length - named.length;
  const sentences = named.map((problem) => problem.message);
  if (unnamed > 0) sentences.push(`${unnamed} more tables have problems.`);
  return new OraFerryError(first?.code ?? 'VALIDATION_ERROR', sentences.join(' '), {
    details: { problems: named.map(reportError), problems_total: problems.length },
    cause: first,
  });
}
