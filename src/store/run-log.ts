import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../domain/event.ts";

const maxBytes = 1024 * 1024;
const generations = 5;

/** What every step did and why, as JSON lines: `runs/steps.jsonl`, older parts in `steps.1.jsonl` and so on. */
export class RunLog {
  readonly #folder: string;

  /** @param home the folder `kira` in the common git directory */
  constructor(home: string) {
    this.#folder = join(home, "runs");
    mkdirSync(this.#folder, { recursive: true });
  }

  /** Not synced: this tells a story, the journal holds the facts. */
  append(event: Event, at: Date): void {
    this.#rotate();
    appendFileSync(
      this.#file(0),
      `${JSON.stringify({ at: at.toISOString(), process: process.pid, ...event })}\n`,
    );
  }

  #rotate(): void {
    const size = statSync(this.#file(0), { throwIfNoEntry: false })?.size ?? 0;
    if (size < maxBytes) return;
    for (let i = generations - 1; i >= 0; i--) {
      if (statSync(this.#file(i), { throwIfNoEntry: false })) renameSync(this.#file(i), this.#file(i + 1));
    }
  }

  #file(generation: number): string {
    return join(this.#folder, generation === 0 ? "steps.jsonl" : `steps.${generation}.jsonl`);
  }
}
