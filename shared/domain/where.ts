import { z } from 'zod';
import { identifier } from './identifier.ts';

const comparisons = ['=', '!=', '<', '<=', '>', '>='] as const;

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: ({ input }) =>
    input === null ? 'null is never a value: use is_null' : 'give a text, a number, true or false',
});
const noValue = z.never('is_null and not_null take no value').optional();
const mostValues = 'give 1 to 1000 values';
const twoValues = 'give exactly two values, the lowest and the highest';

const condition = z.discriminatedUnion(
  'op',
  [
    z.strictObject({ column: identifier, op: z.enum(comparisons), value: scalar }),
    z.strictObject({
      column: identifier,
      op: z.literal('in'),
      value: z.array(scalar, 'give a list of values').min(1, mostValues).max(1000, mostValues),
    }),
    z.strictObject({
      column: identifier,
      op: z.literal('between'),
      value: z.tuple([scalar, scalar], twoValues),
    }),
    z.strictObject({
      column: identifier,
      op: z.literal('like'),
      value: z.string('give the pattern as text'),
    }),
    z.strictObject({ column: identifier, op: z.enum(['is_null', 'not_null']), value: noValue }),
  ],
  `use one of ${comparisons.join(' ')} in between like is_null not_null`,
);

// Beside a thousand columns a table's record in Firestore has room for so much, of its 1 MiB.
// https://firebase.google.com/docs/firestore/quotas#limits
const mostBytes = 96 * 1024;

/** The conditions on a table's rows, all of which must hold. What a value must be depends on its column, see filter.ts. */
export const whereInput = z
  .array(condition)
  .min(1)
  .max(50)
  .refine((where) => Buffer.byteLength(JSON.stringify(where)) <= mostBytes, {
    message: `takes more than ${mostBytes / 1024} KiB`,
  });

export type WhereCondition = z.output<typeof condition>;
