import { z } from 'zod';

// https://cloud.google.com/resource-manager/docs/creating-managing-projects (ids of projects, which may have a domain)
// https://cloud.google.com/bigquery/docs/datasets#dataset-naming
const datasetForm =
  /^((?:[a-z0-9][a-z0-9.-]{0,252}:)?[a-z][a-z0-9-]{4,28}[a-z0-9])\.([A-Za-z0-9_]{1,1024})$/;

/** Where load jobs put tables: `project.dataset`. */
export const dataset = z.string().regex(datasetForm, 'write project.dataset');

export interface DatasetReference {
  readonly projectId: string;
  readonly datasetId: string;
}

/** The two parts of a checked `project.dataset`. A project may have dots in its domain, a dataset has none. */
export function datasetReference(text: string): DatasetReference {
  const dot = text.lastIndexOf('.');
  return { projectId: text.slice(0, dot), datasetId: text.slice(dot + 1) };
}

/**
 * The id of a BigQuery table for an Oracle table: its name, with `_` for every character that BigQuery does not
 * take. https://cloud.google.com/bigquery/docs/tables#table_naming
 */
export function tableId(table: string): string {
  return table.replace(/[^\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]/gu, '_');
}
