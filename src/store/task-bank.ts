import type { Task } from "../domain/task.ts";
import type { Database } from "./database.ts";

/** The table `task_bank`: a copy of the bank for people who query it; the files in git decide. */
export class TaskBankStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  replace(tasks: readonly Task[]): void {
    const add = this.#db.prepare(
      `INSERT INTO task_bank (name, description, category, test_prompt, success_criteria, difficulty, enabled, split)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const swap = this.#db.transaction(() => {
      this.#db.exec("DELETE FROM task_bank");
      for (const { name, description, category, prompt, criteria, difficulty, enabled, split } of tasks)
        add.run(
          name,
          description,
          category,
          prompt,
          JSON.stringify(criteria),
          difficulty,
          Number(enabled),
          split,
        );
    });
    swap.immediate();
  }
}
