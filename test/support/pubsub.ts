import { randomUUID } from 'node:crypto';
import { PubSub } from '@google-cloud/pubsub';
import { loadConfig } from '../../shared/config.ts';
import type { TaskProgress } from '../../shared/domain/progress.ts';
import { createLogger } from '../../shared/logging.ts';
import { createProgressBus } from '../../shared/pubsub/bus.ts';

export const topicId = 'progress';

/** A progress bus on a Pub/Sub server, in a project of its own unless told; `logged` is what it wrote. */
export function openBus(host: string, projectId = `project-${randomUUID().slice(0, 8)}`) {
  const config = loadConfig({
    GOOGLE_CLOUD_PROJECT: projectId,
    ORAFERRY_REGION: 'here',
    ORAFERRY_BUCKETS: 'bucket',
    ORAFERRY_PROGRESS_TOPIC: topicId,
    PUBSUB_EMULATOR_HOST: host,
    LOG_LEVEL: 'debug',
  });
  const logged: string[] = [];
  const log = createLogger(config, 'test', { write: (line) => logged.push(line) });
  return { bus: createProgressBus(config, log), projectId, logged };
}

/** The same server as anybody else reaches it. */
export function openClient(host: string, projectId: string): PubSub {
  return new PubSub({ projectId, apiEndpoint: host, emulatorMode: true });
}

export function progressOf(sequence: number): TaskProgress {
  const split = {
    splitId: 'split-1',
    extractionId: 'extraction-1',
    attempt: 1,
    rows: 10 * sequence,
    rowsPerSecond: 12.5,
    bytesRead: 1000 * sequence,
    bytesUploaded: 100 * sequence,
    done: false,
  };
  return { jobId: 'job-1', holder: 'task-0', sequence, splits: [split] };
}
