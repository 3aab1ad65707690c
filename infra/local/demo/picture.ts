import type { ExtractionView, JobView } from './api.ts';

/** How a job stands, as far as we have heard. */
export interface JobPicture {
  /** Empty before anything is known. */
  readonly state: string;
  readonly scn: string | null;
  readonly tables: readonly TablePicture[];
}

export interface TablePicture {
  /** `OWNER.TABLE` */
  readonly name: string;
  readonly phase: 'waiting' | 'moving' | 'done' | 'failed';
  readonly rows: number;
  /** Zero when unknown, and of a table that is over. */
  readonly rowsPerSecond: number;
  /** 0 to 100 */
  readonly percent: number;
}

/** What the record, or an event, says of the job. */
type JobWord = Pick<JobView, 'state' | 'scn' | 'extractions'>;

/** What an event says of a table. */
export interface TableWord extends Omit<TablePicture, 'phase'> {
  readonly done: boolean;
  readonly failed: boolean;
}

/** What one event of a job's status stream says, as far as the demo shows it. */
export interface StatusEvent {
  readonly job?: JobWord;
  readonly tables: readonly TableWord[];
  /** Nothing more is to come. */
  readonly terminal: boolean;
}

/**
 * Puts together what the record and the stream tell. The record counts what is committed, the stream also what
 * is under way: of each table the greater numbers count until it is over.
 */
export function createPicture() {
  const tables = new Map<string, TablePicture>();
  let state = '';
  let scn: string | null = null;

  const see = (job: JobWord) => {
    state = job.state;
    scn = job.scn ?? scn;
    for (const extraction of job.extractions ?? []) put(pictureOf(extraction));
  };

  const put = (now: TablePicture) => {
    const before = tables.get(now.name);
    if (before && isOver(before) && now.phase !== 'failed') return;
    tables.set(now.name, isOver(now) ? { ...now, rowsPerSecond: 0 } : advanced(before, now));
  };

  return {
    /** Takes the job's record. */
    see,
    /** Takes an event of the job's status stream. */
    hear(event: StatusEvent): void {
      if (event.job) see(event.job);
      for (const word of event.tables) put(pictureOfWord(word));
    },
    current: (): JobPicture => ({ state, scn, tables: [...tables.values()] }),
  };
}

/** `OWNER.TABLE`, for people and as a key. */
export function tableName({ owner, table }: { owner: string; table: string }): string {
  return `${owner}.${table}`;
}

/** True for a table of which nothing more is to come. */
export function isOver({ phase }: TablePicture): boolean {
  return phase === 'done' || phase === 'failed';
}

function pictureOf(extraction: ExtractionView): TablePicture {
  const { rows, splits_done, splits_total } = extraction;
  const percent = splits_total > 0 ? (100 * splits_done) / splits_total : 0;
  const phase = phaseOf(extraction);
  return { name: tableName(extraction), phase, rows, rowsPerSecond: 0, percent };
}

// The stream lists a table also before anybody has claimed it.
function pictureOfWord({ done, failed, ...table }: TableWord): TablePicture {
  if (failed) return { ...table, phase: 'failed' };
  if (done) return { ...table, phase: 'done' };
  return { ...table, phase: table.rows > 0 ? 'moving' : 'waiting' };
}

function phaseOf({ state, splits_done, splits_total }: ExtractionView): TablePicture['phase'] {
  if (state === 'FAILED') return 'failed';
  if (splits_total > 0 && splits_done === splits_total) return 'done';
  return state === 'PENDING' ? 'waiting' : 'moving';
}

function advanced(before: TablePicture | undefined, now: TablePicture): TablePicture {
  if (!before) return now;
  return {
    name: now.name,
    phase: before.phase === 'moving' ? 'moving' : now.phase,
    rows: Math.max(before.rows, now.rows),
    rowsPerSecond: now.rowsPerSecond || before.rowsPerSecond,
    percent: Math.max(before.percent, now.percent),
  };
}
