import { resolve } from "node:path";
import { KiraError } from "../domain/errors.ts";
import type { Tape } from "../gateway/contract.ts";

export const tapeTexts = {
  record: "A folder that keeps what models answer in trials, for --replay",
  replay: "A folder of recorded answers: trials get these, and no model is asked",
};

/** @throws KiraError `invalid` if both are asked for */
export function tapeOf(
  { record, replay }: { readonly record: string | undefined; readonly replay: string | undefined },
  folder: string,
): Tape | undefined {
  if (record !== undefined && replay !== undefined)
    throw new KiraError("invalid", "--record and --replay exclude each other. Leave one of them out.");
  if (record !== undefined) return { mode: "record", folder: resolve(folder, record) };
  return replay === undefined ? undefined : { mode: "replay", folder: resolve(folder, replay) };
}
