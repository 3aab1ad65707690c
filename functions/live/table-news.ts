import { extractionTransitions } from '../../shared/domain/extraction.ts';
import type { JobDetailView } from '../views/job.ts';
import { type ShownTable, viewProgress } from '../views/progress.ts';
import type { Position } from './event-id.ts';
import { progressEvent, tableEvent } from './events.ts';
import type { Feed } from './feed.ts';

type TableView = JobDetailView['extractions'][number];

/** Puts tables into the feed that have moved or were finished since the last call. */
export type TableNews = (
  tables: readonly ShownTable[],
  views: readonly TableView[],
  position: Position,
) => void;

/** What the first call tells is not put into the feed: it is in every client's snapshot. */
export function createTableNews(feed: Feed): TableNews {
  const told = new Map<string, string>();
  let isFirst = true;

  function isNews(key: string, text: string): boolean {
    const wasTold = told.get(key) === text;
    told.set(key, text);
    return !wasTold && !isFirst;
  }

  return (tables, views, position) => {
    for (const [index, table] of tables.entries()) {
      const { id } = table.extraction;
      const view = views[index];
      const hasMoved = isNews(`progress ${id}`, JSON.stringify(viewProgress(table)));
      const hasEnded = view && isNews(`table ${id}`, view.state) && isFinished(view);
      if (hasEnded) {
        feed.drop(`progress ${id}`);
        feed.put(`table ${id}`, tableEvent(table, view, position));
      } else if (hasMoved) {
        feed.put(`progress ${id}`, progressEvent(table, position));
      }
    }
    isFirst = false;
  };
}

function isFinished({ state }: TableView): boolean {
  return extractionTransitions[state].length === 0;
}
