import { type Config, loadConfig, requireOracle } from '../shared/config.ts';
import { createFirestore } from '../shared/firestore/client.ts';
import { createJobLedger } from '../shared/firestore/ledger.ts';
import { createObjectStore } from '../shared/gcs/store.ts';
import { createLogger, type Logger } from '../shared/logging.ts';
import { createOracleSource } from '../shared/oracle/source.ts';
import type { JobLedger } from '../shared/ports/ledger.ts';
import type { JobAnnouncer, ProgressBus } from '../shared/ports/messages.ts';
import type { ObjectStore } from '../shared/ports/objects.ts';
import type { OracleSource } from '../shared/ports/oracle.ts';
import { createJobAnnouncer } from '../shared/pubsub/announcer.ts';
import { createProgressBus } from '../shared/pubsub/bus.ts';
import { type SplitWorker, startWorker } from './worker-process.ts';

/** All that a task works with. The workers read tables in processes of their own, see worker-process.ts. */
export interface TaskContext {
  readonly config: Config;
  readonly log: Logger;
  readonly ledger: JobLedger;
  readonly objects: ObjectStore;
  /** For planning and checking tables. */
  readonly oracle: OracleSource;
  readonly progress: ProgressBus;
  readonly announcer: JobAnnouncer;
  /** Resource name of the Cloud Run execution that this task belongs to. */
  readonly execution?: string;
  startWorker(): SplitWorker;
  close(): Promise<void>;
}

/**
 * Wires the adapters of a task, for a job that Oracle's sessions name. Throws VALIDATION_ERROR when the configuration is
 * not usable.
 */
export function createTaskContext(env: NodeJS.ProcessEnv, jobId?: string): TaskContext {
  const config = loadConfig(env);
  const log = createLogger(config, 'oraferry-job');
  const db = createFirestore(config);
  const progress = createProgressBus(config, log);
  const announcer = createJobAnnouncer(config);
  const oracle = createOracleSource(requireOracle(config), {
    action: 'plan',
    client: jobId,
    log,
    poolMax: config.job.workers,
  });
  return {
    config,
    log,
    oracle,
    ledger: createJobLedger(db),
    progress,
    announcer,
    objects: createObjectStore(config, log),
    startWorker: () => startWorker(env),
    ...executionOf(config, env),
    async close() {
      await Promise.all([oracle.close(), progress.close(), announcer.close(), db.terminate()]);
    },
  };
}

// https://cloud.google.com/run/docs/container-contract#jobs-env-vars
function executionOf({ project, region, cloud_run }: Config, env: NodeJS.ProcessEnv) {
  const name = env['CLOUD_RUN_EXECUTION'];
  if (!name) return {};
  const job = `projects/${project}/locations/${region}/jobs/${cloud_run.job}`;
  return { execution: `${job}/executions/${name}` };
}
