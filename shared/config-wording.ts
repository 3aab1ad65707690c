import type { z } from 'zod';

/** What is wrong, for people who have not seen the schema. Values are never repeated: they may be secret. */
export function wording(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : wantedType[issue.expected];
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

const wantedType: Readonly<Record<string, string>> = {
  string: 'must be text; put it in quotes',
  number: 'must be a number',
  int: 'must be a whole number',
  array: 'must be a list',
  object: 'must be a group of settings',
};

function tooSmall(issue: z.core.$ZodRawIssue & { code: 'too_small' }): string {
  const { origin, minimum, inclusive } = issue;
  if (origin === 'number') return `must be ${inclusive ? 'at least' : 'more than'} ${minimum}`;
  if (origin === 'array') return `must have at least ${minimum} item`;
  return minimum === 1 ? 'is empty' : `must have at least ${minimum} characters`;
}
