import type { Workspace } from "../../workspace.ts";
import { chooseQuestion } from "./claim.ts";
import { type EvaluateRequest, prepare } from "../evaluate.ts";
import { predict, type Prediction } from "./predict.ts";

/** What judging a proposal would take and how likely it is to decide. No trial is made. */
export async function planEvaluation(workspace: Workspace, request: EvaluateRequest): Promise<Prediction> {
  const { proposal, comparison } = await prepare(workspace, request);
  const { question } = chooseQuestion(workspace, comparison, proposal, request);
  return predict(workspace, comparison, question);
}
