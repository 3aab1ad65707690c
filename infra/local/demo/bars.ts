import type { WriteStream } from 'node:tty';
import cliProgress, { type Options, type SingleBar } from 'cli-progress';
import { count, type Display, describeJob } from './display.ts';
import type { JobPicture, TablePicture } from './picture.ts';

const LONGEST_BAR = 30;
const ROWS_WIDTH = 11;
const REMARK_WIDTH = 16;
/** The gaps between name, bar, percent, rows and remark, and the percent itself. */
const FIXED_WIDTH = 18;

export type Terminal = Pick<WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>;

/** True when the terminal can hold a bar per table and lets us move the cursor. */
export function canShowBars({ isTTY, rows }: Terminal, tables: number): boolean {
  return isTTY && rows > tables + 2 && process.env['TERM'] !== 'dumb';
}

/** Shows a job as a line about the whole and a bar per table, drawn in place. */
export function createBars(terminal: Terminal, names: readonly string[]): Display {
  const bars = new cliProgress.MultiBar(optionsFor(terminal, names));
  const heading = bars.create(1, 0, { text: '' }, { format: '{text}' });
  const ofTables = new Map<string, SingleBar>(
    names.map((name) => [name, bars.create(100, 0, { table: waiting(name) })]),
  );
  return {
    show(picture) {
      heading.update(0, { text: describeAll(picture, names.length) });
      for (const table of picture.tables) {
        ofTables.get(table.name)?.update(table.percent, { table });
      }
    },
    close: () => bars.stop(),
  };
}

function optionsFor(terminal: Terminal, names: readonly string[]): Options {
  const nameWidth = Math.max(...names.map((name) => name.length));
  const room = terminal.columns - nameWidth - ROWS_WIDTH - REMARK_WIDTH - FIXED_WIDTH;
  return {
    stream: terminal as WriteStream,
    barsize: Math.max(0, Math.min(LONGEST_BAR, room)),
    ...(speaksUnicode()
      ? { barCompleteChar: '█', barIncompleteChar: '░' }
      : { barCompleteChar: '#', barIncompleteChar: '.' }),
    hideCursor: true,
    format: (options, { progress }, { table }: { table: TablePicture }) => {
      const bar = cliProgress.Format.BarFormat(progress, options);
      return formatTable(table, nameWidth, bar);
    },
  };
}

// https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_02
function speaksUnicode(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}

function waiting(name: string): TablePicture {
  return { name, phase: 'waiting', rows: 0, rowsPerSecond: 0, percent: 0 };
}

function describeAll(picture: JobPicture, tables: number): string {
  const sum = (key: 'rows' | 'rowsPerSecond') =>
    picture.tables.reduce((total, table) => total + table[key], 0);
  const done = picture.tables.filter(({ phase }) => phase === 'done').length;
  const work = `${done} of ${tables} tables, ${count(sum('rows'))} rows`;
  return `${describeJob(picture)}: ${work}${rateOf(sum('rowsPerSecond'))}`;
}

function rateOf(rowsPerSecond: number): string {
  return rowsPerSecond > 0 ? `, ${count(rowsPerSecond)} rows/s` : '';
}

function formatTable(table: TablePicture, nameWidth: number, bar: string): string {
  const { name, percent, rows } = table;
  return [
    `  ${name.padEnd(nameWidth)}`,
    bar,
    `${Math.floor(percent)} %`.padStart(5),
    `${count(rows).padStart(ROWS_WIDTH)} rows`,
    remark(table),
  ]
    .join(' ')
    .trimEnd();
}

function remark({ phase, rowsPerSecond }: TablePicture): string {
  if (phase !== 'moving') return ` ${phase}`;
  return rowsPerSecond > 0 ? `${count(rowsPerSecond)} rows/s`.padStart(REMARK_WIDTH) : ' starting';
}
