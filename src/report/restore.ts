import type { Restored } from "../loop/restore.ts";
import { moment, plural } from "./numbers.ts";

export function renderRestore({
  clone,
  made,
  refs,
  kept,
  production,
  productionKept,
  approvals,
}: Restored): string {
  const done = refs === 0 ? "nothing was missing" : `${plural(refs, "ref")} made`;
  return [
    `The record of ${moment(made)} is here: ${done}, and this is clone ${clone} now.`,
    ...kept.map((ref) => `${ref} stands elsewhere here and stays.`),
    ...(productionKept === null
      ? []
      : [
          `The backup's is ${productionKept}; compare: git log --left-right ${shortName(production)}...${productionKept}`,
        ]),
    ...(approvals.length === 0 ? [] : ["There, this was approved; approve it here again if you mean it:"]),
    ...approvals.map(renderApproval),
    "Set up the hook with: kira-improve init",
  ].join("\n");
}

const shortName = (branch: string) => branch.replace("refs/heads/", "");

/** As a line that a shell takes for one setting and nothing else, whatever the backup says. */
function renderApproval(setting: string): string {
  const space = setting.indexOf(" ");
  const words = space < 0 ? [setting] : [setting.slice(0, space), setting.slice(space + 1)];
  return `  git config --add ${words.map(quoted).join(" ")}`;
}

const quoted = (word: string) =>
  /^[\w./:@=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
