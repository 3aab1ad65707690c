import type { RequestKind } from '../../infra/local/gcs/faults.ts';
import type { Cloud } from './cloud.ts';

/** One write of Firestore, as far as it is looked at. */
interface Write {
  readonly update?: { readonly name: string; readonly fields?: Readonly<Record<string, Field>> };
}

interface Field {
  readonly stringValue?: string;
}

/** A request that is about to be served. */
export type Passing =
  | { readonly to: 'gcs'; readonly kind: RequestKind; readonly url: string }
  | {
      readonly to: 'firestore';
      readonly path: string;
      readonly fields: ReadonlyMap<string, string>;
    };

type Watcher = (passing: Passing) => void;

/**
 * Lets others see each write to Cloud Storage and Firestore just before it is served: whoever kills its sender then
 * has killed it after that write and before the next one.
 */
export function watchWrites({ gcs, firestore }: Cloud) {
  const watchers = new Set<Watcher>();
  const tell = (passing: Passing): void => {
    for (const watcher of watchers) watcher(passing);
  };
  for (const kind of ['chunk', 'insert', 'delete', 'cancel'] as const) {
    gcs.faults.inject({
      on: kind,
      action: { status: 500 },
      matches(url) {
        tell({ to: 'gcs', kind, url: decodeURIComponent(url) });
        return false;
      },
    });
  }
  firestore.faults.inject({
    on: 'Commit',
    action: 'INTERNAL',
    matches(request) {
      for (const { update } of (request as { writes: Write[] }).writes) {
        if (update) tell({ to: 'firestore', path: pathOf(update.name), fields: textsOf(update) });
      }
      return false;
    },
  });
  return {
    add: (watcher: Watcher) => void watchers.add(watcher),
    remove: (watcher: Watcher) => void watchers.delete(watcher),
  };
}

export type Watch = ReturnType<typeof watchWrites>;

/** `jobs/ID/tasks/HOLDER` of `projects/…/documents/jobs/ID/tasks/HOLDER`. */
function pathOf(name: string): string {
  return name.slice(name.indexOf('/documents/') + '/documents/'.length);
}

function textsOf({ fields = {} }: NonNullable<Write['update']>): Map<string, string> {
  return new Map(Object.entries(fields).map(([key, { stringValue = '' }]) => [key, stringValue]));
}
