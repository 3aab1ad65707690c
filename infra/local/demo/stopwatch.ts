import type { ExtractionView } from './api.ts';
import { isOver, type TablePicture, tableName } from './picture.ts';

/**
 * Times each table from the last look at the record at which nobody had claimed it to the first word that it is
 * done: never less than it took.
 */
export function createStopwatch(begin: number) {
  const begun = new Map<string, number>();
  const durations = new Map<string, number>();
  let lastLook = begin;
  return {
    /** Per table that is over, in milliseconds. */
    durations,
    /** Takes the tables of a record that was asked for at that time. */
    look(tables: readonly ExtractionView[], at: number): void {
      const isNew = (name: string) => !begun.has(name);
      for (const name of tables.map(tableName).filter(isNew)) begun.set(name, lastLook);
      for (const one of tables) if (one.state === 'PENDING') begun.set(tableName(one), at);
      lastLook = at;
    },
    /** Stops the time of the tables that are over. */
    stop(tables: readonly TablePicture[], now: number): void {
      const news = tables.filter((table) => isOver(table) && !durations.has(table.name));
      for (const { name } of news) durations.set(name, now - (begun.get(name) ?? lastLook));
    },
  };
}
