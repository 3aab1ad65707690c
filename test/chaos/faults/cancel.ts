import { OraFerryError } from '../../../shared/errors.ts';
import { tenant } from '../cloud.ts';
import { done, type FaultKind } from '../scene.ts';

/** No fault, but it comes as suddenly. */
export const cancelFault: FaultKind = {
  name: 'job cancelled',
  weight: 0.06,
  inject: async ({ cloud, jobId }) => {
    try {
      await cloud.api.jobs.requestCancel(tenant, jobId);
      return done;
    } catch (error) {
      // It is too late, or a fault befell us.
      if (error instanceof OraFerryError) return undefined;
      throw error;
    }
  },
};
