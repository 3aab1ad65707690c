import { z } from 'zod';

/** Forms of settings that come as text when they come from the environment. */

export function seconds(fallback: number) {
  return z.coerce.number().positive().max(86_400).default(fallback);
}

/** A list with commas as a list; what is no text stays as it is. */
export function commaSeparated(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const items = value.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '');
}

/** JSON as what it says; anything else stays as it is. */
export function jsonText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
