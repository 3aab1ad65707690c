import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { createTaskLauncher } from '../shared/cloud-run/launcher.ts';
import type { Config } from '../shared/config.ts';
import { createFirestore } from '../shared/firestore/client.ts';
import { createJobStore } from '../shared/firestore/jobs.ts';
import { createTransportStore } from '../shared/firestore/transports.ts';
import { createObjectStore } from '../shared/gcs/store.ts';
import { createLogger, type Logger } from '../shared/logging.ts';
import type {
  JobAnnouncer,
  JobStore,
  ObjectStore,
  TaskLauncher,
  TransportStore,
} from '../shared/ports.ts';
import { createJobAnnouncer } from '../shared/pubsub/announcer.ts';
import { createProgressBus } from '../shared/pubsub/bus.ts';
import { createLiveHub, type LiveHub } from './live/hub.ts';
import { defaultIntervals, type Intervals } from './live/intervals.ts';
import { createReadiness, type Readiness } from './readiness.ts';

/** Everything that handlers use, made once per process. */
export interface Context {
  readonly config: Config;
  readonly log: Logger;
  readonly version: string;
  readonly transports: TransportStore;
  readonly jobs: JobStore;
  readonly objects: ObjectStore;
  readonly launcher: TaskLauncher;
  readonly announcer: JobAnnouncer;
  readonly readiness: Readiness;
  readonly intervals: Intervals;
  readonly live: LiveHub;
  close(): Promise<void>;
}

/** Wires the adapters. None of them connects before it is first used. */
export function createContext(config: Config, overrides: Partial<Context> = {}): Context {
  const log = overrides.log ?? createLogger(config, 'api');
  const db = createFirestore(config);
  const transports = overrides.transports ?? createTransportStore(db);
  const jobs = overrides.jobs ?? createJobStore(db);
  const bus = createProgressBus(config, log);
  const intervals = overrides.intervals ?? defaultIntervals;
  const live = createLiveHub({ jobs, bus, log, intervals });
  const launcher = overrides.launcher ?? createTaskLauncher(config, log);
  const announcer = overrides.announcer ?? createJobAnnouncer(config);
  return {
    config,
    log,
    version: packageVersion(),
    transports,
    jobs,
    objects: createObjectStore(config, log),
    launcher,
    announcer,
    readiness: createReadiness(transports),
    intervals,
    live,
    async close() {
      await live.close();
      await Promise.all([bus.close(), announcer.close(), launcher.close(), db.terminate()]);
    },
    ...overrides,
  };
}

/** From package.json, which lies at different distances from the source and from what is built of it. */
function packageVersion(): string {
  const path = findPackageJSON('.', import.meta.url);
  if (path === undefined) return 'unknown';
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  return version;
}
