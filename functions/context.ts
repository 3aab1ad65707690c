import { createTaskLauncher } from '../shared/cloud-run/launcher.ts';
import type { Config } from '../shared/config.ts';
import { createFirestore } from '../shared/firestore/client.ts';
import { createJobStore } from '../shared/firestore/jobs.ts';
import { createTicketStore } from '../shared/firestore/tickets.ts';
import { createTransportStore } from '../shared/firestore/transports.ts';
import { createObjectStore } from '../shared/gcs/store.ts';
import { createLogger, type Logger } from '../shared/logging.ts';
import type { TaskLauncher } from '../shared/ports/launcher.ts';
import type { JobAnnouncer } from '../shared/ports/messages.ts';
import type { ObjectStore } from '../shared/ports/objects.ts';
import type { JobStore, TicketStore, TransportStore } from '../shared/ports/stores.ts';
import { createJobAnnouncer } from '../shared/pubsub/announcer.ts';
import { createProgressBus } from '../shared/pubsub/bus.ts';
import { createGate, type Gate } from './http/gate.ts';
import { createLiveHub, type LiveHub } from './live/hub.ts';
import { defaultIntervals, type Intervals } from './live/intervals.ts';
import { type LazyOracle, lazyOracle } from './oracle.ts';
import { createReadiness, type Readiness } from './readiness.ts';
import { packageVersion } from './version.ts';

/** Everything that handlers use, made once per process. */
export interface Context {
  readonly config: Config;
  readonly log: Logger;
  readonly version: string;
  readonly transports: TransportStore;
  readonly jobs: JobStore;
  readonly tickets: TicketStore;
  readonly gate: Gate;
  readonly objects: ObjectStore;
  readonly launcher: TaskLauncher;
  readonly announcer: JobAnnouncer;
  readonly readiness: Readiness;
  readonly intervals: Intervals;
  readonly live: LiveHub;
  readonly oracle: LazyOracle;
  close(): Promise<void>;
}

/** Wires the adapters. None of them connects before it is first used. */
export function createContext(config: Config, overrides: Partial<Context> = {}): Context {
  const log = overrides.log ?? createLogger(config, 'api');
  const db = createFirestore(config);
  const transports = overrides.transports ?? createTransportStore(db);
  const jobs = overrides.jobs ?? createJobStore(db);
  const tickets = createTicketStore(db);
  const bus = createProgressBus(config, log);
  const intervals = overrides.intervals ?? defaultIntervals;
  const live = createLiveHub({ jobs, bus, log, intervals });
  const oracle = overrides.oracle ?? lazyOracle(config, log);
  const launcher = overrides.launcher ?? createTaskLauncher(config, log);
  const announcer = overrides.announcer ?? createJobAnnouncer(config);
  return {
    config,
    log,
    version: packageVersion(),
    transports,
    jobs,
    tickets,
    gate: createGate(config, log, tickets),
    objects: createObjectStore(config, log),
    launcher,
    announcer,
    readiness: createReadiness(transports),
    intervals,
    live,
    oracle,
    async close() {
      await live.close();
      await Promise.all([
        bus.close(),
        announcer.close(),
        launcher.close(),
        oracle.close(),
        db.terminate(),
      ]);
    },
    ...overrides,
  };
}
