import type { Executor } from "./contract.ts";
import { local } from "./local.ts";

/** Every way to run trials, by name. */
export const executors = { local } satisfies Record<string, Executor>;
export type ExecutorName = keyof typeof executors;
