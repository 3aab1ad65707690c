import { PubSub } from '@google-cloud/pubsub';
import { startFirestore } from './firestore/server.ts';
import { missingPrograms, startEmulator } from './gcloud/emulator.ts';
import { startPubSub } from './pubsub/server.ts';

/** What serves Firestore and Pub/Sub: our servers in this process, or Google's emulators. */
export type Emulators = 'embedded' | 'gcloud';

const kinds: readonly string[] = ['embedded', 'gcloud'] satisfies Emulators[];

/** Reads ORAFERRY_EMULATORS. Throws for another value, and when a program is missing that gcloud's need. */
export function chooseEmulators(variable: string | undefined): Emulators {
  const value = variable || 'embedded';
  if (!kinds.includes(value)) {
    throw new Error(
      `ORAFERRY_EMULATORS is ${JSON.stringify(value)}; it must be ${kinds.join(' or ')}`,
    );
  }
  const missing = value === 'gcloud' ? missingPrograms() : [];
  if (missing.length > 0) {
    throw new Error(
      [
        `ORAFERRY_EMULATORS is gcloud, but PATH has no ${missing.join(' and no ')}.`,
        "Google's emulators come with the Google Cloud CLI (https://cloud.google.com/sdk/docs/install)",
        'and need Java; leave ORAFERRY_EMULATORS unset to do without them.',
      ].join('\n'),
    );
  }
  return value as Emulators;
}

/** A server that clients reach by the host. */
export interface Emulated {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface EmulatorsOptions {
  readonly emulators: Emulators;
  readonly project: string;
  /** The Pub/Sub topics that exist from the start. */
  readonly topics: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Starts Firestore and Pub/Sub; each is closed with the resources. */
export async function startEmulators(
  options: EmulatorsOptions,
  resources: AsyncDisposableStack,
): Promise<{ readonly firestore: Emulated; readonly pubsub: Emulated }> {
  const closing = <T extends Emulated>(server: T): T => {
    resources.defer(() => server.close());
    return server;
  };
  const { emulators, project, topics, signal } = options;
  if (emulators === 'embedded') {
    const firestore = closing(await startFirestore());
    const names = topics.map((topic) => `projects/${project}/topics/${topic}`);
    return { firestore, pubsub: closing(await startPubSub({ topics: names })) };
  }
  const started = await Promise.allSettled([
    startEmulator('firestore', { signal }).then(closing),
    startEmulator('pubsub', { signal }).then(closing),
  ]);
  const [firestore, pubsub] = started.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  if (!firestore || !pubsub) throw new Error('an emulator is missing');
  await createTopics(pubsub.host, project, topics);
  return { firestore, pubsub };
}

async function createTopics(
  host: string,
  projectId: string,
  topics: readonly string[],
): Promise<void> {
  const client = new PubSub({ projectId, apiEndpoint: host, emulatorMode: true });
  try {
    for (const topic of topics) await client.createTopic(topic);
  } finally {
    await client.close();
  }
}
