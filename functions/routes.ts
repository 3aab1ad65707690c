import type { Route } from './http/route.ts';
import { documentationRoutes } from './routes/documentation.ts';
import { jobRoutes } from './routes/jobs.ts';
import { serviceRoutes } from './routes/service.ts';
import { tableRoutes } from './routes/tables.ts';
import { transportRoutes } from './routes/transports.ts';

/** The whole API, a row per call. */
export const routes: readonly Route[] = [
  ...serviceRoutes,
  ...tableRoutes,
  ...transportRoutes,
  ...jobRoutes,
  ...documentationRoutes(() => routes),
];
