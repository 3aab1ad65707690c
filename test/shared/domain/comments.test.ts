import { expect, it } from 'vitest';
import type { PlannedColumn } from '../../../shared/domain/column.ts';
import { boundComments } from '../../../shared/domain/comments.ts';

function column(name: string, comment?: string): PlannedColumn {
  const plan = { oracleType: 'DATE', bigQueryType: 'DATETIME', nullable: true };
  const encoding = { kind: 'text' } as const;
  return { name, field: name, ...plan, encoding, ...(comment !== undefined && { comment }) };
}

it('comments that fit stay as they are', () => {
  const columns = [column('A', 'first'), column('B')];
  expect(boundComments(columns)).toEqual(columns);
});

it('those of a thousand columns are cut to equal lengths, between characters', () => {
  const columns = [
    column('NONE'),
    column('SHORT', 'short'),
    ...Array.from({ length: 1000 }, (_, index) => column(`C${index}`, '🦆'.repeat(1000))),
  ];
  const bounded = boundComments(columns);
  expect(bounded[0]).not.toHaveProperty('comment');
  expect(bounded[1]?.comment).toBe('short');
  expect(new Set(bounded.slice(2).map(({ comment }) => comment))).toEqual(
    new Set([`${'🦆'.repeat(15)}…`]),
  );
  expect(Buffer.byteLength(bounded.map(({ comment = '' }) => comment).join(''))).toBeLessThan(
    64 * 1024,
  );
});
