import type { Criterion } from "../domain/task.ts";
import type { Grade } from "../domain/trial.ts";
import { command } from "./command.ts";
import type { Artifact, Grader } from "./contract.ts";
import { file } from "./file.ts";
import { json } from "./json.ts";
import { rubric } from "./rubric.ts";
import { text } from "./text.ts";
import { weigh } from "./weigh.ts";

/** Every grader, by the type of the criteria it judges. */
export const graders = { text, file, json, command, rubric } satisfies {
  [Type in Criterion["type"]]: Grader<Type>;
};

/** Judges what an attempt left by all criteria of its task. */
export function gradeAll(criteria: readonly Criterion[], artifact: Artifact): Promise<Grade> {
  return weigh(criteria, (criterion) => (graders[criterion.type] as Grader).grade(criterion, artifact));
}
