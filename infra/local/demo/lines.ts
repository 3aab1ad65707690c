import { count, type Display, describeJob } from './display.ts';
import { isOver, type TablePicture } from './picture.ts';

const MOVING_EVERY_MS = 2_000;

/**
 * Shows a job line by line, for pipes and logs: each change of its state, each table that is over, and in
 * between at most one line per table in two seconds while rows arrive.
 */
export function createLines(
  say: (line: string) => void,
  clock: () => number = () => performance.now(),
): Display {
  let state = '';
  const told = new Map<string, { readonly table: TablePicture; readonly at: number }>();

  const isNews = (table: TablePicture): boolean => {
    const before = told.get(table.name);
    if (isOver(table)) return table.phase !== before?.table.phase;
    if (table.phase === 'waiting' || table.rows === (before?.table.rows ?? 0)) return false;
    return !before || clock() - before.at >= MOVING_EVERY_MS;
  };

  const tell = (table: TablePicture): void => {
    told.set(table.name, { table, at: clock() });
    say(`  ${table.name}: ${describeTable(table)}`);
  };

  return {
    show(picture) {
      const news = picture.tables.filter(isNews);
      // What a state ends stands above it.
      news.filter(isOver).forEach(tell);
      if (picture.state !== state) say(describeJob(picture));
      state = picture.state;
      for (const table of news) if (!isOver(table)) tell(table);
    },
    close() {},
  };
}

function describeTable({ phase, rows, percent, rowsPerSecond }: TablePicture): string {
  if (phase === 'failed') return 'failed';
  if (phase === 'done') return `${count(rows)} rows`;
  return `${count(rows)} rows so far, ${percent.toFixed(1)} %, ${count(rowsPerSecond)} rows/s`;
}
