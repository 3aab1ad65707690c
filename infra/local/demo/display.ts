import type { JobPicture } from './picture.ts';

/** Shows people how a job stands. */
export interface Display {
  show(picture: JobPicture): void;
  /** Leaves the last picture standing; what is printed next begins on a new line. */
  close(): void;
}

/** `job RUNNING at SCN 4000012` */
export function describeJob({ state, scn }: JobPicture): string {
  return `job ${state}${state === 'RUNNING' && scn ? ` at SCN ${scn}` : ''}`;
}

export function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
