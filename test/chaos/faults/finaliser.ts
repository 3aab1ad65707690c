import { longestMs, type Scene } from '../scene.ts';
import type { Injected } from '../tally.ts';
import { signalGroup } from '../tasks.ts';
import type { Passing } from '../watch.ts';

/** A write of whoever finishes a job. */
interface Step {
  readonly name: string;
  is(passing: Passing, scene: Scene): boolean;
}

const ends = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED'];

/** The writes of finishing a job, in their order: killed at each, the finaliser is killed between every two. */
const steps: readonly Step[] = [
  { name: 'the turn was taken', is: ofJob((fields) => fields.get('state') === 'VERIFYING') },
  { name: 'the outcome was fixed', is: ofJob((fields) => fields.has('outcome')) },
  { name: 'an upload was ended', is: inBucket('cancel', '') },
  { name: 'a stray was deleted', is: inBucket('delete', '') },
  { name: 'a schema was written', is: inBucket('insert', '/_schema.json') },
  { name: 'a load body was written', is: inBucket('insert', '/_load.json') },
  { name: 'the manifest was written', is: inBucket('insert', '/_manifest.json') },
  { name: '_SUCCESS was written', is: inBucket('insert', '/_SUCCESS') },
  { name: 'latest.json was written', is: inBucket('insert', '/latest.json') },
  { name: 'the end was recorded', is: ofJob((fields) => ends.includes(fields.get('state') ?? '')) },
];

const nameOf = ({ name }: Step) => `finaliser killed when ${name}`;

export const finaliserFaults: readonly string[] = steps.map(nameOf);

/** Kills the finaliser of a job when it comes to the step of that place in the list. */
export function armFinaliser(scene: Scene, place: number): Injected {
  const step = steps[place] as Step;
  const fault = { consumed: 0 };
  const watcher = (passing: Passing) => {
    if (!step.is(passing, scene)) return;
    const victim = scene.tasks.finaliser();
    if (!victim || !signalGroup(victim.pid, 'SIGKILL')) return;
    scene.watch.remove(watcher);
    fault.consumed = 1;
    scene.killed();
  };
  scene.watch.add(watcher);
  scene.later(longestMs, () => scene.watch.remove(watcher));
  return fault;
}

function ofJob(matches: (fields: ReadonlyMap<string, string>) => boolean): Step['is'] {
  return (passing, { jobId }) =>
    passing.to === 'firestore' && passing.path === `jobs/${jobId}` && matches(passing.fields);
}

function inBucket(kind: string, ending: string): Step['is'] {
  return (passing, { tasks, transportName }) =>
    passing.to === 'gcs' &&
    passing.kind === kind &&
    tasks.isFinishing() &&
    passing.url.includes(`/${transportName}/`) &&
    namesEnding(passing.url, ending);
}

function namesEnding(url: string, ending: string): boolean {
  return ending === '' || url.split('&').some((pair) => pair.endsWith(ending));
}
