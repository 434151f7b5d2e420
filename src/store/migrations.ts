import { index } from "./migrations/001-index.ts";
import { durations } from "./migrations/002-durations.ts";
import { grades } from "./migrations/003-grades.ts";
import { quarantine } from "./migrations/004-quarantine.ts";
import { settlements } from "./migrations/005-settlements.ts";
import { rubrics } from "./migrations/006-rubrics.ts";
import { clones } from "./migrations/007-clones.ts";
import { digests } from "./migrations/008-digests.ts";
import { operations } from "./migrations/009-operations.ts";
import { order } from "./migrations/010-order.ts";

interface Migration {
  readonly name: string;
  readonly sql: string;
}

/**
 * Append only: a migration that has shipped is never edited. Tables and columns keep the names people query;
 * `entry` holds the whole journal entry as JSON.
 */
export const migrations: readonly Migration[] = [
  { name: "001-index", sql: index },
  { name: "002-durations", sql: durations },
  { name: "003-grades", sql: grades },
  { name: "004-quarantine", sql: quarantine },
  { name: "005-settlements", sql: settlements },
  { name: "006-rubrics", sql: rubrics },
  { name: "007-clones", sql: clones },
  { name: "008-digests", sql: digests },
  { name: "009-operations", sql: operations },
  { name: "010-order", sql: order },
];
