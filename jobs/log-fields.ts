import type { Config } from '../shared/config.ts';
import type { Job } from '../shared/domain/job.ts';
import { type Labels, labelsField, traceField } from '../shared/logging.ts';

/** What each entry about a job carries: the trace of the call that started it, and the labels to filter by. */
export function logFields(
  { config }: { readonly config: Config },
  job: Job,
  part: Pick<Labels, 'table' | 'split'> = {},
): Record<string, unknown> {
  return {
    ...traceField(config, job.traceId, launchSpan(job.traceId)),
    ...labelsField({
      job: job.id,
      transport: job.transportName,
      version: String(job.version),
      task: process.env['CLOUD_RUN_TASK_INDEX'] ?? '0',
      ...part,
    }),
  };
}

/** The span that the launch began, if this execution is one of the job's own trace. */
function launchSpan(traceId: string): string | undefined {
  // https://www.w3.org/TR/trace-context/#traceparent-header
  const [, trace, span] = (process.env['TRACEPARENT'] ?? '').split('-');
  return trace === traceId ? span : undefined;
}
