import type { Fault as FirestoreFault } from '../../../infra/local/firestore/faults.ts';
import type { FaultAction, RequestKind } from '../../../infra/local/gcs/faults.ts';
import type { FaultKind, Scene } from '../scene.ts';
import type { Injected } from '../tally.ts';
import { heard } from './heard.ts';

export const serviceFaults: readonly FaultKind[] = [
  gcs('503 on data', 0.5, 'chunk', { status: 503 }),
  gcs('429 on data', 0.5, 'chunk', { status: 429 }),
  gcs('reset within data', 0.5, 'chunk', { resetAfter: 3_000 }),
  gcs('lost answer to data', 1, 'chunk', 'lose-answer'),
  gcs('a bit of data flipped', 0.5, 'chunk', 'corrupt'),
  gcs('silence on data', 0.05, 'chunk', 'stall'),
  gcs('503 on the start of an upload', 1, 'session', { status: 503 }),
  gcs('lost answer to the start of an upload', 1, 'session', 'lose-answer'),
  gcs('503 on a small object', 0.6, 'insert', { status: 503 }),
  gcs('lost answer to a small object', 1, 'insert', 'lose-answer'),
  gcs('503 on a list', 0.7, 'list', { status: 503 }),
  gcs('lost answer to a delete', 0.7, 'delete', 'lose-answer'),
  gcs('503 on the cancel of an upload', 0.7, 'cancel', { status: 503 }),
  firestore('transaction or write aborted', 1, 'Commit', 'ABORTED'),
  firestore('write unavailable', 1, 'Commit', 'UNAVAILABLE'),
  firestore('lost answer to a write', 1, 'Commit', 'lose-answer'),
  firestore('read unavailable', 1, 'BatchGetDocuments', 'UNAVAILABLE'),
  firestore('query unavailable', 1, 'RunQuery', 'UNAVAILABLE'),
  { name: 'Pub/Sub gone for a while', weight: 0.7, inject: takePubSubDown },
];

function gcs(what: string, weight: number, on: RequestKind, action: FaultAction): FaultKind {
  return {
    name: `Cloud Storage: ${what}`,
    weight,
    inject: ({ cloud, random }) =>
      cloud.gcs.faults.inject({ on, action, times: action === 'stall' ? 1 : random.int(1, 2) }),
  };
}

function firestore(
  what: string,
  weight: number,
  on: FirestoreFault['on'],
  action: FirestoreFault['action'],
): FaultKind {
  return {
    name: `Firestore: ${what}`,
    weight,
    inject: ({ cloud, random }) =>
      cloud.firestore.faults.inject({ on, action, times: random.int(1, 2) }),
  };
}

async function takePubSubDown(scene: Scene): Promise<Injected | undefined> {
  const { pubsub } = scene.cloud;
  if (!(await pubsub.vanish())) return undefined;
  scene.later(scene.random.int(5_000, 10_000), () => pubsub.comeBack());
  return heard(scene, /Progress could not be published|left to reconcile/);
}
