import type { z } from 'zod';
import { OraFerryError } from '../../shared/errors.ts';

/** The four places of a request, and the schema of each. */
export interface InputSchemas {
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly headers: z.ZodType;
  readonly body: z.ZodType;
}

export type Input<S extends InputSchemas> = { [place in keyof InputSchemas]: z.output<S[place]> };
export type RawInput = { readonly [place in keyof InputSchemas]: unknown };

interface Problem {
  /** Where it is, such as `body.tables.0.owner`. */
  readonly field: string;
  readonly message: string;
}

/** Checks all of a request at once. Throws VALIDATION_ERROR whose `details.problems` lists what was found. */
export function parseInput<S extends InputSchemas>(schemas: S, raw: RawInput): Input<S> {
  const places = ['params', 'query', 'headers', 'body'] as const;
  const results = places.map((place) => [place, schemas[place].safeParse(raw[place])] as const);
  const problems = results.flatMap(([place, { error }]) =>
    (error?.issues ?? []).flatMap((issue) => describe(issue, [place])),
  );
  if (problems.length > 0) throw invalidRequest(problems);
  return Object.fromEntries(results.map(([place, { data }]) => [place, data])) as Input<S>;
}

/** Of one body there may be a hundred thousand, and an answer of many megabytes. */
const mostProblems = 100;

/** VALIDATION_ERROR that names the problems and their places in the request, the first hundred of them. */
export function invalidRequest(problems: readonly Problem[]): OraFerryError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const message = `The request is not valid: ${first?.field}: ${first?.message}${more}`;
  return new OraFerryError('VALIDATION_ERROR', message, {
    details: { problems: problems.slice(0, mostProblems) },
  });
}

function describe(issue: z.core.$ZodIssue, before: readonly PropertyKey[]): Problem[] {
  const path = [...before, ...issue.path];
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(issue.errors);
    if (branch) return branch.flatMap((inner) => describe(inner, path));
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => problem([...path, key], 'is no known field'));
  }
  return [problem(path, issue.message)];
}

/** Of the forms that a value may have, the one whose type it has: its problems are the helpful ones. */
function meantBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  return branches.find((issues) =>
    issues.every(({ code, path }) => code !== 'invalid_type' || path.length > 0),
  );
}

function problem(path: readonly PropertyKey[], message: string): Problem {
  return { field: path.map(String).join('.'), message };
}
