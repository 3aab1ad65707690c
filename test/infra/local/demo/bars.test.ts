import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { canShowBars, createBars, type Terminal } from '../../../../infra/local/demo/bars.ts';
import type { TablePicture } from '../../../../infra/local/demo/picture.ts';

const SHOW_CURSOR = '\x1b[?25h';

beforeEach(() => {
  vi.stubEnv('LC_ALL', 'C.UTF-8');
  vi.stubEnv('TERM', 'xterm');
});

afterEach(() => vi.unstubAllEnvs());

describe('createBars', () => {
  it('leaves a line about the whole and a full bar per table standing', () => {
    const terminal = createTerminal();
    const bars = createBars(terminal, ['A.T', 'A.LONGER']);
    bars.show({
      state: 'RUNNING',
      scn: '42',
      tables: [
        table({ phase: 'done', rows: 1_234, percent: 100 }),
        table({ name: 'A.LONGER', rows: 500, rowsPerSecond: 98.7, percent: 50 }),
      ],
    });
    bars.close();
    expect(linesOf(terminal)).toEqual([
      'job RUNNING at SCN 42: 1 of 2 tables, 1,734 rows, 99 rows/s',
      `  A.T      ${'█'.repeat(30)} 100 %       1,234 rows  done`,
      `  A.LONGER ${'█'.repeat(15)}${'░'.repeat(15)}  50 %         500 rows        99 rows/s`,
    ]);
  });

  it('draws every table before anything is known of it', () => {
    const terminal = createTerminal();
    const bars = createBars(terminal, ['A.T']);
    bars.show({ state: 'QUEUED', scn: null, tables: [] });
    bars.close();
    expect(linesOf(terminal)).toEqual([
      'job QUEUED: 0 of 1 tables, 0 rows',
      `  A.T ${'░'.repeat(30)}   0 %           0 rows  waiting`,
    ]);
  });

  it('draws plain characters for a terminal that does not speak Unicode', () => {
    vi.stubEnv('LC_ALL', 'C');
    const terminal = createTerminal();
    const bars = createBars(terminal, ['A.T']);
    bars.show({ state: 'RUNNING', scn: null, tables: [table({ rows: 1, percent: 90 })] });
    bars.close();
    expect(linesOf(terminal).at(-1)).toBe(
      `  A.T ${'#'.repeat(27)}...  90 %           1 rows  starting`,
    );
  });

  it('stays within a narrow terminal and gives the cursor back', () => {
    const terminal = createTerminal(60);
    const bars = createBars(terminal, ['A.T']);
    bars.show({
      state: 'RUNNING',
      scn: null,
      tables: [table({ rows: 123_456_789, rowsPerSecond: 999_999, percent: 1 })],
    });
    bars.close();
    for (const line of linesOf(terminal)) expect(line.length).toBeLessThanOrEqual(60);
    expect(terminal.written().lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(0);
  });
});

it.each([
  ['a pipe', { isTTY: false }, false],
  ['a terminal with room', {}, true],
  ['a terminal that is too low', { rows: 13 }, false],
])('shows bars on %s: %o', (_, terminal, expected) => {
  expect(canShowBars({ ...createTerminal(), ...terminal } as Terminal, 11)).toBe(expected);
});

it('shows no bars on a terminal that cannot move its cursor', () => {
  vi.stubEnv('TERM', 'dumb');
  expect(canShowBars(createTerminal(), 1)).toBe(false);
});

function createTerminal(columns = 120) {
  const chunks: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk) => chunks.push(String(chunk)));
  const written = () => chunks.join('');
  return Object.assign(stream, { isTTY: true, columns, rows: 40, written }) as Terminal & {
    written(): string;
  };
}

/** What stands in the lines at the end, each of which was drawn from its beginning. */
function linesOf(terminal: { written(): string }): string[] {
  const lastPicture = terminal.written().split('\x1b[?7h').at(-1) ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are steered by them
  const text = lastPicture.replaceAll(/\x1b\[[\d?]*[A-Za-z]/g, '');
  return text.trimEnd().split('\n');
}

function table(more: Partial<TablePicture>): TablePicture {
  return { name: 'A.T', phase: 'moving', rows: 0, rowsPerSecond: 0, percent: 0, ...more };
}
